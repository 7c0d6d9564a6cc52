"""What an S3-compatible server can answer wrongly, or not at all, as the vault's own sentences."""

from collections.abc import Callable
from http.client import HTTPException
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from django.utils.translation import gettext_lazy as _
from urllib3.exceptions import HTTPError

from evidence.errors import VaultFull, VaultRefuses, VaultUnavailable
from evidence.vault.stores import object_gone

_Answer = TypeVar("_Answer")

# No answer, half an answer, or one that is no S3: of these a request may be asked again.
_SILENCE = (
    BotoCoreError,
    ResponseParserError,
    HTTPError,
    HTTPException,
    OSError,
    ValueError,
    KeyError,
    TypeError,
)
_FULL = frozenset({"QuotaExceeded", "StorageFull", "XMinioStorageFull", "InsufficientCapacity"})
_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412"})
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NotFound", "404", "ObjectLockConfigurationNotFoundError"})
_BUSY = frozenset({408, 429})
_REFUSED = frozenset({401, 403})
_SKEWED = frozenset({"RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"})


class NameTaken(Exception):
    """Something stands under the name already, or what was read under it was replaced meanwhile."""


class BeyondEnd(Exception):
    """The range that was asked for begins behind the object's last byte."""


class Passing(VaultUnavailable):
    """A failure that may be over in a moment: the request may be asked again, if asking twice does no harm."""


def asked(request: Callable[[], _Answer], *, where: str) -> _Answer:
    """The answer to `request`.

    Raises NameTaken, BeyondEnd, ObjectMissing, VaultFull, VaultRefuses, VaultUnavailable, or Passing for what may be
    asked again.
    """
    try:
        return request()
    except ClientError as error:
        raise _fault(error, where) from error
    except _SILENCE as error:
        raise Passing(
            _(
                "The storage server of %(where)s does not answer, or not as it should. Look at the server and the "
                "line to it, then try again."
            )
            % {"where": where}
        ) from error


def makes_no_sense(where: str) -> Passing:
    """The one failure for an answer that contradicts the question."""
    return Passing(
        _(
            "The storage server of %(where)s gave something else than was asked for. Look at the server, then try "
            "again."
        )
        % {"where": where}
    )


def _fault(error: ClientError, where: str) -> Exception:
    # The code alone goes into a sentence: an answer's text may carry the access key's id.
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _TAKEN or status == 412:
        return NameTaken()
    if status == 416:
        return BeyondEnd()
    if code in _GONE:
        return object_gone()
    return _unavailable(code, status, where)


def _unavailable(code: str, status: int, where: str) -> VaultUnavailable:
    kind: type[VaultUnavailable] = VaultUnavailable
    sentence = _(
        "The storage server of %(where)s could not do it (%(code)s). Look at the server, then try again."
    )
    if code == "NoSuchBucket":
        sentence = _("There is no such bucket: %(where)s. Make it, or name the right one in DADKHAH_STORE.")
    elif code in _FULL or status == 507:
        kind = VaultFull
        sentence = _("The store %(where)s is full. Nothing was taken in; make room and send the file again.")
    elif code in _SKEWED:
        kind = VaultRefuses
        sentence = _(
            "The storage server of %(where)s says that our clock or its own is wrong (%(code)s). Set the clocks of "
            "both machines right, then try again."
        )
    elif status in _REFUSED:
        kind = VaultRefuses
        sentence = _(
            "The storage server of %(where)s refuses our access (%(code)s). Look at store_access.key and at what its "
            "owner may do in the bucket."
        )
    elif status >= 500 or status in _BUSY:
        kind = Passing
    return kind(sentence % {"where": where, "code": code or status})
