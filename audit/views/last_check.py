"""How the last verification ended, for pages that show what the database finds: whether they may be relied on."""

import uuid
from collections.abc import Collection
from typing import Any

from django.urls import reverse

from audit.verified import Verified, last_verified


def last_check() -> dict[str, Any]:
    """What `audit/last_check.html` shows: the last verification, and an earlier one that found breaks."""
    last = last_verified()
    return {
        "newest": last.newest,
        "href": page_of_verification(last.newest, last.pages) if last.newest else "",
        "broken": last.broken,
        "broken_href": page_of_verification(last.broken, last.pages) if last.broken else "",
    }


def page_of_verification(one: Verified, pages: Collection[uuid.UUID]) -> str:
    """The page of the verification, or of its entry where that page is gone."""
    if one.entry is None or one.run in pages:
        return reverse("audit:run", args=[one.run])
    return reverse("audit:entry", args=[one.entry.pk])
