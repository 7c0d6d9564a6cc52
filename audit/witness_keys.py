"""The keys with which this house, as a witness, cosigns other logs; and the keys of the witnesses of our own log."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from audit.errors import BadNote, LogKeyExists, LogKeyMissing, LogKeyWrong, WitnessKeyMissing
from audit.key_files import read_key_file, write_new, write_public
from audit.keys import lines_of, read_verifiers
from audit.notes import Signer, Verifier
from audit.signature_kinds import ED25519_COSIGNATURE, MLDSA44, mldsa_is_here

PRIVATE_FILE = "witness_signing.key"
PUBLIC_FILE = "witness_signing.pub"
WITNESSES_FILE = "log_witnesses.pub"


def create_witness_keys(name: str) -> list[Verifier]:
    """Make the keys with which this house cosigns, under this name, and return their public halves.

    One file holds both secrets, so that both are there or neither. Raises LogKeyExists where they were made before,
    and BadNote for a name that no key can bear.
    """
    folder: Path = settings.DADKHAH_KEYS_DIR
    signers = [Signer.generate(name, ED25519_COSIGNATURE)]
    if mldsa_is_here():
        signers.append(Signer.generate(name, MLDSA44))
    try:
        write_new(folder / PRIVATE_FILE, "".join(f"{signer.line}\n" for signer in signers))
    except FileExistsError as error:
        raise LogKeyExists(
            _(
                "This house has its witness keys already; they are never replaced. Their public halves: %(path)s."
            )
            % {"path": folder / PUBLIC_FILE}
        ) from error
    keys = [signer.verifier for signer in signers]
    write_public(folder / PUBLIC_FILE, lines_of(keys))
    return keys


def load_witness_signers() -> list[Signer]:
    """Return the keys with which this house cosigns. Raises WitnessKeyMissing, LogKeyUnsafe, LogKeyWrong."""
    try:
        text = read_key_file(settings.DADKHAH_KEYS_DIR / PRIVATE_FILE, secret=True)
    except LogKeyMissing as error:
        raise WitnessKeyMissing(
            _("This house has no keys for witnessing yet. Run make_witness_key, or restore %(name)s.")
            % {"name": PRIVATE_FILE}
        ) from error
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        # The second line is the ML-DSA-44 key, which a machine without it cannot read.
        return [Signer.parse(line) for line in (lines if mldsa_is_here() else lines[:1])]
    except BadNote as error:
        raise LogKeyWrong(
            _("The file %(name)s does not hold a signing key. Restore it from your copy of the keys.")
            % {"name": PRIVATE_FILE}
        ) from error


def load_witnesses() -> list[Verifier]:
    """Return the keys of those who cosign our log: the lines of `log_witnesses.pub`, none where there is no file.

    Raises LogKeyWrong for a line that is no key, or one that bears the name of the log itself.
    """
    path = settings.DADKHAH_KEYS_DIR / WITNESSES_FILE
    if not path.exists():
        return []
    keys = read_verifiers(path)
    if any(key.name == settings.DADKHAH_LOG_ORIGIN for key in keys):
        raise LogKeyWrong(
            _("The file %(name)s names a witness as the log itself. Remove that line.")
            % {"name": WITNESSES_FILE}
        )
    return keys
