"""How we know: source and acquisition, the receipt, the digests, and what else came with the same bytes."""

from typing import Any

from evidence.acquiring import current_acquisition
from evidence.queries import further_digests, last_check, other_receipts
from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any]:
    """The last check, further digests, what is known of its acquisition, and the other receipts of the bytes."""
    return {
        "acquisition": current_acquisition(asking.item),
        "check": last_check(asking.item),
        "more_digests": further_digests(asking.item),
        "others": other_receipts(asking.item, user=asking.user),
    }
