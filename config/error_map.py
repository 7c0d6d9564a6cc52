"""The one place that knows what a foreseen failure is as an HTTP status and as an exit code."""

from audit.errors import BadInput, Broken, Conflict, DomainError, NotFound, Refused, Unavailable
from evidence.errors import (
    ChecksumMismatch,
    OtherVersion,
    TooManyUploads,
    UploadBusy,
    UploadGone,
    UploadTooLarge,
    VaultFull,
    WrongPartType,
)

# kind, its name in JSON, HTTP status, exit code. Exit code 1 is kept for "a check ran and found faults".
_KINDS: tuple[tuple[type[DomainError], str, int, int], ...] = (
    (BadInput, "bad_input", 400, 2),
    (Refused, "refused", 403, 4),
    (NotFound, "not_found", 404, 5),
    (Conflict, "conflict", 409, 3),
    (Broken, "broken", 409, 3),
    (Unavailable, "unavailable", 503, 6),
)
_UNKNOWN = ("failed", 500, 70)
# What a protocol prescribes for one failure: tus 1.0.0 for uploads in parts, RFC 4918 for a full disk, RFC 6585 for
# one who asks for too much.
_PRESCRIBED: tuple[tuple[type[DomainError], int], ...] = (
    (ChecksumMismatch, 460),
    (OtherVersion, 412),
    (UploadTooLarge, 413),
    (WrongPartType, 415),
    (UploadBusy, 423),
    (UploadGone, 410),
    (TooManyUploads, 429),
    (VaultFull, 507),
)


def kind_name(error: DomainError) -> str:
    """The word that names the error's kind in JSON."""
    return _row(error)[0]


def http_status(error: DomainError) -> int:
    """The HTTP status (RFC 9110 section 15) that answers the error."""
    for kind, status in _PRESCRIBED:
        if isinstance(error, kind):
            return status
    return _row(error)[1]


def exit_code(error: DomainError) -> int:
    """The exit code of a command that failed with the error."""
    return _row(error)[2]


def _row(error: DomainError) -> tuple[str, int, int]:
    for kind, name, status, code in _KINDS:
        if isinstance(error, kind):
            return name, status, code
    return _UNKNOWN
