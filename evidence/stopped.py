"""Why work in the background could not go on, as a code in its row and a sentence for its reader, in their language."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.errors import DomainError, LogUnavailable, NotFound, Refused
from evidence.errors import (
    DigestMismatch,
    DisposedOf,
    ObjectAltered,
    ObjectMissing,
    RecordsUnavailable,
    UploadDamaged,
    VaultFull,
    VaultKeyMissing,
    VaultKeyWrong,
    VaultUnavailable,
)


class Stopped(models.TextChoices):
    """Every reason that is told apart."""

    DISK_FULL = "disk_full", _("The disk that holds the vault is full. Ask the administrator to make room.")
    VAULT_AWAY = (
        "vault_away",
        _("The vault's disk or server was not to be had. Ask the administrator to look at it."),
    )
    NO_KEY = (
        "no_key",
        _("A key of the vault is missing or damaged. Ask the administrator to put it back."),
    )
    NO_RECORDS = (
        "no_records",
        _("The database could not be written. Ask the administrator to look at its disk."),
    )
    GONE = (
        "gone",
        _(
            "The stored bytes are gone from the vault. Check the item against its digest and tell the administrator."
        ),
    )
    ALTERED = (
        "altered",
        _("Stored bytes are damaged. Check the item against its digest and tell the administrator."),
    )
    DISPOSED = "disposed", _("The item was disposed of meanwhile.")
    NOT_PERMITTED = (
        "not_permitted",
        _("The role of whoever asked for this does not include it any more. Have a colleague ask for it."),
    )
    NOT_OPEN = (
        "not_open",
        _(
            "No such case or item is open to whoever asked for this any more. Have a member of the case ask for it."
        ),
    )
    OTHER_FILE = (
        "other_file",
        _(
            "The file that arrived is not the one announced: its SHA-256 is another. Nothing was kept; send the file "
            "again, or ask the source which one is meant."
        ),
    )
    UPLOAD_DAMAGED = (
        "upload_damaged",
        _(
            "What had arrived of this file was damaged on the disk, or the vault's key was changed meanwhile. "
            "Nothing was taken in; send the file again."
        ),
    )
    OTHER = (
        "other",
        _("It could not go on. The server's log has the reason; tell the administrator if it stops again."),
    )


# The first that fits: a full disk is also a vault that is not to be had.
_BY_ERROR: tuple[tuple[type[DomainError], Stopped], ...] = (
    (VaultFull, Stopped.DISK_FULL),
    (VaultUnavailable, Stopped.VAULT_AWAY),
    (VaultKeyMissing, Stopped.NO_KEY),
    (VaultKeyWrong, Stopped.NO_KEY),
    (RecordsUnavailable, Stopped.NO_RECORDS),
    (LogUnavailable, Stopped.NO_RECORDS),
    (ObjectMissing, Stopped.GONE),
    (ObjectAltered, Stopped.ALTERED),
    (DisposedOf, Stopped.DISPOSED),
    (Refused, Stopped.NOT_PERMITTED),
    (NotFound, Stopped.NOT_OPEN),
    (DigestMismatch, Stopped.OTHER_FILE),
    (UploadDamaged, Stopped.UPLOAD_DAMAGED),
)


def reason_of(error: DomainError) -> Stopped:
    """The reason that an error stands for."""
    return next((reason for kind, reason in _BY_ERROR if isinstance(error, kind)), Stopped.OTHER)


def sentence(code: str) -> str:
    """The reason in the reader's language; empty where there is none. What was noted before there were codes stays."""
    return str(Stopped(code).label) if code in Stopped.values else code
