"""The keys that sign the log: an Ed25519 key, an ML-DSA-44 key beside it, and the public halves of all there were."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from audit.errors import BadNote, LogKeyExists, LogKeyWrong, SignatureUnsupported
from audit.key_files import read_key_file, write_new, write_public
from audit.notes import Signer, Verifier
from audit.rotations import generations_published
from audit.signature_kinds import ED25519, MLDSA44, Kind, mldsa_is_here

PRIVATE_FILE = "log_signing.key"
# The one that a change of keys has made and not put in its place yet.
NEXT_FILE = "log_signing.next.key"
MLDSA_FILE = "log_signing_mldsa.key"
PUBLIC_FILE = "log_signing.pub"


def create_log_key(folder: Path) -> Path:
    """Make the signing keys of this log in `folder` and return the path of the first.

    They bear the log's origin (DADKHAH_LOG_ORIGIN) as their name; the public halves lie beside them as `.pub`. All
    is on the disk when this returns. Where the machine cannot do ML-DSA-44 the second key is left out.
    Raises LogKeyExists where there is one: a replaced key would make every earlier checkpoint look forged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / PRIVATE_FILE
    signer = Signer.generate(settings.DADKHAH_LOG_ORIGIN)
    try:
        write_new(path, signer.line + "\n")
    except FileExistsError as error:
        raise LogKeyExists(_("This log has its signing key already; it is never replaced.")) from error
    write_public(folder / PUBLIC_FILE, signer.verifier.line + "\n")
    complete_log_keys(folder)
    return path


def complete_log_keys(folder: Path) -> list[str]:
    """Make what an older installation or a crash left out beside the signing key; return the names of the keys made.

    Raises what reading the keys raises. Leaves alone a `.pub` file that goes on after our key: a rotation wrote it.
    """
    first = _signer(folder / PRIVATE_FILE)
    made = []
    if not (folder / PUBLIC_FILE).exists():
        write_public(folder / PUBLIC_FILE, first.verifier.line + "\n")
    if mldsa_is_here():
        if not (folder / MLDSA_FILE).exists():
            write_new(folder / MLDSA_FILE, Signer.generate(first.name, MLDSA44).line + "\n")
            made.append(MLDSA_FILE)
        _publish_second(folder, first, _signer(folder / MLDSA_FILE))
    return made


def load_signer() -> Signer:
    """Return the Ed25519 key that signs this log.

    Raises LogKeyMissing, LogKeyUnsafe where the group or others may read it, LogKeyWrong where the file holds no key
    or that of another log.
    """
    return _own(settings.DADKHAH_KEYS_DIR / PRIVATE_FILE, ED25519)


def load_signers() -> list[Signer]:
    """Return the keys that sign this log: Ed25519, and ML-DSA-44 where there is one that this machine can use.

    Raises as `load_signer`; LogKeyMissing too where the second key is named in `.pub` and is gone.
    """
    signers = [load_signer()]
    path = settings.DADKHAH_KEYS_DIR / MLDSA_FILE
    if mldsa_is_here() and (path.exists() or lacks_second_key(settings.DADKHAH_KEYS_DIR)):
        signers.append(_own(path, MLDSA44))
    return signers


def lacks_second_key(folder: Path) -> bool:
    """Say whether the newest keys in `.pub` include an ML-DSA-44 key whose file is gone."""
    if (folder / MLDSA_FILE).exists() or not (folder / PUBLIC_FILE).exists():
        return False
    newest = generations_published(read_verifiers(folder / PUBLIC_FILE))[-1:]
    return any(key.kind is MLDSA44 for keys in newest for key in keys)


def load_verifiers() -> list[Verifier]:
    """Return the public keys of this log, one for each line of the `.pub` file. Raises LogKeyMissing, LogKeyWrong."""
    return read_verifiers(settings.DADKHAH_KEYS_DIR / PUBLIC_FILE)


def read_verifiers(path: Path) -> list[Verifier]:
    """Return the public keys that a file holds, one a line. Raises LogKeyMissing, LogKeyWrong."""
    text = read_key_file(path, secret=False)
    try:
        keys = [Verifier.parse(line) for line in text.splitlines() if line.strip()]
    except BadNote as error:
        raise LogKeyWrong(
            _("The file %(name)s does not hold verifier keys. Restore it from your copy of the keys.")
            % {"name": path.name}
        ) from error
    if not keys:
        raise LogKeyWrong(_("The file %(name)s is empty. Restore it from your copy.") % {"name": path.name})
    return keys


def newest_key() -> Verifier:
    """Return the Ed25519 key that signs this log now, by its public half. Raises LogKeyMissing, LogKeyWrong."""
    generations = generations_published(load_verifiers())
    if not generations:
        raise LogKeyWrong(
            _("The file %(name)s does not hold verifier keys. Restore it from your copy of the keys.")
            % {"name": PUBLIC_FILE}
        )
    return generations[-1][0]


def lines_of(keys: Sequence[Verifier]) -> str:
    """Return keys as a file holds them."""
    return "".join(f"{key.line}\n" for key in keys)


def missing_second_signature() -> str:
    """Return the sentence that says why checkpoints bear an Ed25519 signature alone, or nothing where they do not."""
    if not mldsa_is_here():
        return _(
            "This machine's cryptography library cannot do ML-DSA-44: the log is signed with Ed25519 alone. "
            "Install the version that requirements.lock names, then run make_keys."
        )
    if not (settings.DADKHAH_KEYS_DIR / MLDSA_FILE).exists():
        return _("There is no ML-DSA-44 key yet: the log is signed with Ed25519 alone. Run make_keys.")
    return ""


def _own(path: Path, kind: Kind) -> Signer:
    signer = _signer(path)
    if signer.name != settings.DADKHAH_LOG_ORIGIN:
        raise LogKeyWrong(
            _(
                "The signing key belongs to another log than DADKHAH_LOG_ORIGIN names. Restore the right key or name."
            )
        )
    if signer.kind is not kind:
        raise LogKeyWrong(
            _("The file %(name)s holds a key of another kind. Restore it from your copy of the keys.")
            % {"name": path.name}
        )
    return signer


def _signer(path: Path) -> Signer:
    text = read_key_file(path, secret=True)
    try:
        return Signer.parse(text)
    except (BadNote, SignatureUnsupported) as error:
        raise LogKeyWrong(
            _("The file %(name)s does not hold a signing key. Restore it from your copy of the keys.")
            % {"name": path.name}
        ) from error


def _publish_second(folder: Path, first: Signer, second: Signer) -> None:
    published = read_verifiers(folder / PUBLIC_FILE)
    newest = generations_published(published)[-1:]
    if newest == [(first.verifier,)]:
        write_public(folder / PUBLIC_FILE, lines_of([*published, second.verifier]))
