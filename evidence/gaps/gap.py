"""What a gap is: its kind, where in the ledger it lies, and one sentence that names nobody."""

from dataclasses import dataclass, replace

from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.digits import persian_digits


class GapKind(TextChoices):
    """What can be missing or contradict itself in a ledger."""

    HOLDER = "holder", _("Nobody is known to have held it")
    TIME = "time", _("Time runs backwards")
    RECEIPT = "receipt", _("A receipt is missing")
    SEAL = "seal", _("A seal does not agree")
    FIXITY = "fixity", _("Not checked against its digest")
    HOLE = "hole", _("An event is missing")
    TRANSFER = "transfer", _("An offer waits too long")
    RETURN = "return", _("It is overdue")
    SECOND = "second", _("A second person is missing")
    ORDER = "order", _("It does not fit what went before")


@dataclass(frozen=True, slots=True)
class Gap:
    """One finding. `after` and `before` are the numbers of the events that it lies between, None where there is none.

    The sentence names events by their numbers and says nothing that a person wrote: auditors and commands show it.
    """

    kind: GapKind
    sentence: str
    after: int | None = None
    before: int | None = None


def in_its_digits(gap: Gap) -> Gap:
    """The gap with the digits of the language that its sentence is in; every number in it is ours."""
    if not (get_language() or "en").startswith("fa"):
        return gap
    return replace(gap, sentence=persian_digits(gap.sentence))
