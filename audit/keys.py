"""The key that signs the log: one file that only its owner can read, and its public half beside it."""

import os
import stat
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from audit.errors import BadNote, LogKeyExists, LogKeyMissing, LogKeyUnsafe, LogKeyWrong
from audit.notes import Signer, Verifier

PRIVATE_FILE = "log_signing.key"
PUBLIC_FILE = "log_signing.pub"


def create_log_key(folder: Path) -> Path:
    """Make the signing key of this log in `folder` and return its path; the public half lies beside it as `.pub`.

    The key bears the log's origin (DADKHAH_LOG_ORIGIN) as its name. Both files are on the disk when this returns.
    Raises LogKeyExists where there is one: a replaced key would make every earlier checkpoint look forged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / PRIVATE_FILE
    signer = Signer.generate(settings.DADKHAH_LOG_ORIGIN)
    try:
        _write_new(path, signer.line, mode=0o600)
    except FileExistsError as error:
        raise LogKeyExists(_("This log has its signing key already; it is never replaced.")) from error
    (folder / PUBLIC_FILE).unlink(missing_ok=True)
    _write_new(folder / PUBLIC_FILE, signer.verifier.line, mode=0o644)
    _sync_folder(folder)
    return path


def load_signer() -> Signer:
    """Return the key that signs this log.

    Raises LogKeyMissing, LogKeyUnsafe where the group or others may read it, LogKeyWrong where the file holds no key
    or that of another log.
    """
    path = settings.DADKHAH_KEYS_DIR / PRIVATE_FILE
    text = _read(path, secret=True)
    try:
        signer = Signer.parse(text)
    except BadNote as error:
        raise LogKeyWrong(
            _("The file %(name)s does not hold a signing key. Restore it from your copy of the keys.")
            % {"name": PRIVATE_FILE}
        ) from error
    if signer.name != settings.DADKHAH_LOG_ORIGIN:
        raise LogKeyWrong(
            _(
                "The signing key belongs to another log than DADKHAH_LOG_ORIGIN names. Restore the right key or name."
            )
        )
    return signer


def load_verifiers() -> list[Verifier]:
    """Return the public keys of this log, one for each line of the `.pub` file. Raises LogKeyMissing, LogKeyWrong."""
    text = _read(settings.DADKHAH_KEYS_DIR / PUBLIC_FILE, secret=False)
    try:
        keys = [Verifier.parse(line) for line in text.splitlines() if line.strip()]
    except BadNote as error:
        raise LogKeyWrong(
            _("The file %(name)s does not hold verifier keys. Restore it from your copy of the keys.")
            % {"name": PUBLIC_FILE}
        ) from error
    if not keys:
        raise LogKeyWrong(_("The file %(name)s is empty. Restore it from your copy.") % {"name": PUBLIC_FILE})
    return keys


def _read(path: Path, *, secret: bool) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if secret and stat.S_IMODE(mode) & 0o077:
                raise LogKeyUnsafe(
                    _(
                        "Others can read the signing key %(name)s. Run chmod 600 on it, and consider it exposed."
                    )
                    % {"name": path.name}
                )
            return file.read(10_000).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LogKeyWrong(_("The file %(name)s does not hold a key.") % {"name": path.name}) from error
    except OSError as error:
        raise LogKeyMissing(
            _(
                "The log's key file %(name)s is missing or unreadable. Run make_keys, or restore it from your copy."
            )
            % {"name": path.name}
        ) from error


def _write_new(path: Path, line: str, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
