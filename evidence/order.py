"""Acts that cannot follow what a ledger says, whoever does them.

What is refused is what would have to be a lie: an item that is out is not moved here, and a seal that is on is not put
on again. What somebody may have seen or remembers is recorded all the same, and the gap report names it: a seal opened
that nobody is recorded to have put on, an expert who opens one while the item is out, a number that was used before.
What may have happened before, on the day that was written down, is no contradiction: most of 1988 is entered late.
"""

from collections.abc import Sequence
from datetime import UTC, date

from django.utils.translation import gettext as _

from audit.digits import in_digits
from cases.dating import PartialDate
from cases.folding import joined_key
from evidence.errors import BadCustody
from evidence.holding import checked_out, open_seals
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind


def require_order(
    kind: CustodyKind, events: Sequence[CustodyEvent], *, happened: PartialDate | None, number: str
) -> None:
    """Raises BadCustody where an act of the holder cannot follow these events; `number` is that of a seal put on.

    Asked under the lock of the ledger, or two who act at once would both find it so.
    """
    out = checked_out(events)
    if kind is CustodyKind.MOVED and out is not None and not _may_be_before(happened, out):
        sentence = _(
            "This item is checked out since event %(number)d, so it is moved nowhere here. Record its return first; "
            "if it was moved before it went out, write when."
        )
        raise BadCustody(in_digits(sentence % {"number": out.seq}))
    if kind is CustodyKind.SEALED:
        _require_another_number(number, events)


def _require_another_number(number: str, events: Sequence[CustodyEvent]) -> None:
    for put_on in open_seals(events):
        if joined_key(put_on.seal) == joined_key(number):
            sentence = _(
                "The seal of this number is on it since event %(number)d. Record its opening first, or correct the "
                "number."
            )
            raise BadCustody(in_digits(sentence % {"number": put_on.seq}))


def _may_be_before(happened: PartialDate | None, out: CustodyEvent) -> bool:
    """Whether the act can have happened before the item went out, or on that day; what happens now cannot."""
    if happened is None:
        return False
    return happened.earliest is None or happened.earliest <= _last_day(out)


def _last_day(out: CustodyEvent) -> date:
    return (out.date_latest if out.date_as_written else None) or out.recorded_at.astimezone(UTC).date()
