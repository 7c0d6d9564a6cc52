"""How we know: the source, the receipt, the digests, and what else came with the same bytes."""

from typing import Any

from evidence.queries import last_check, other_receipts
from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any]:
    """The last comparison with the digest, and the other receipts of the same bytes."""
    return {
        "check": last_check(asking.item),
        "others": other_receipts(asking.item, user=asking.user),
    }
