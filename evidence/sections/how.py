"""How we know: source and acquisition, the capture, the receipt, the digests, and what came with the same bytes."""

from pathlib import PurePosixPath
from typing import Any

from evidence.acquiring import current_acquisition
from evidence.capture_checking import last_capture_check
from evidence.capturing.recording import versions_of
from evidence.models import EvidenceItem
from evidence.queries import further_digests, last_check, other_receipts
from evidence.restricting import restrictions_along
from evidence.sections.section import Asking

# Only for the offer to check: what the file is, its content says.
_CAPTURES = frozenset({".warc", ".wacz", ".gz"})
_CAPTURE_TYPES = frozenset({"application/warc", "application/wacz", "application/x-warc"})


def facts(asking: Asking) -> dict[str, Any]:
    """The last check, further digests, what is known of acquisition and capture, and the bytes' other receipts."""
    return {
        "acquisition": current_acquisition(asking.item),
        "capture": _capture(asking),
        "check": last_check(asking.item),
        "more_digests": further_digests(asking.item),
        "others": list(other_receipts(asking.item, user=asking.user)),
        "restricting": restrictions_along(asking.item, user=asking.user),
    }


def _capture(asking: Asking) -> dict[str, Any]:
    """The newest version with the parts that the reader sees, the last check, and whether there may be one."""
    return {
        "recorded": versions_of(asking.item, user=asking.user).first(),
        "check": last_capture_check(asking.item),
        "may_be_checked": _may_be_capture(asking.item),
    }


def _may_be_capture(item: EvidenceItem) -> bool:
    if not item.has_bytes or item.disposed_at is not None:
        return False
    ending = PurePosixPath(str(item.original_name)).suffix.lower()
    return item.media_type in _CAPTURE_TYPES or ending in _CAPTURES
