"""What stands in an address and is no question of its page: a mistyped filter must not pass for one that found all."""

from collections.abc import Collection

from django.http import HttpRequest

from audit.faults import shown

_LISTED = 5
_LONGEST = 60


def not_understood(request: HttpRequest, known: Collection[str]) -> list[str]:
    """Return the first few names that the address gives a value and the page does not know, fit to be shown."""
    strange = [name for name in request.GET if name not in known and request.GET[name]]
    return [shown(name[:_LONGEST]) or "=" for name in strange[:_LISTED]]
