"""What stands in an address and is no question of its page: a mistyped filter must not pass for one that found all."""

from collections.abc import Collection

from django.http import HttpRequest

from audit.faults import shown

_LISTED = 5
_LONGEST = 60


def not_understood(request: HttpRequest, known: Collection[str]) -> list[str]:
    """Return the first few names that the address gives a value and the page does not know, fit to be shown.

    Of a name that is given several values the page would take one and pass over the others: it is told with them.
    """
    strange = [name for name in request.GET if name not in known and request.GET[name]]
    repeated = [
        " ".join(f"{name}={value}" for value in values)
        for name, values in request.GET.lists()
        if name in known and len(values) > 1
    ]
    return [shown(text[:_LONGEST]) or "=" for text in (*strange, *repeated)[:_LISTED]]
