"""What people say of an act of custody, and the paper or picture that shows it."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from cases.dating import PartialDate
from cases.models import Case
from cases.plain_text import clean_line, clean_text
from evidence.custody import EventFacts
from evidence.errors import BadCustody
from evidence.models import EvidenceCase, EvidenceItem
from evidence.vocabulary import SHORTEST_PURPOSE


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of an act: why, where, when it happened, in what condition the item was, what its seal read."""

    purpose: str = ""
    location: str = ""
    happened: PartialDate | None = None
    condition: str = ""
    seal: str = ""
    note: str = ""

    def facts(self) -> EventFacts:
        """As the ledger takes them, cleaned. Raises BadText."""
        return {
            "purpose": clean_text(self.purpose, label=_("The purpose")),
            "location": clean_line(self.location, label=_("The place"), required=False),
            "condition": clean_text(self.condition, label=_("The condition")),
            "seal": clean_line(self.seal, label=_("The seal number"), required=False),
            "note": clean_text(self.note, label=_("The note")),
        }


def require_reason(reason: str) -> str:
    """The reason, cleaned. Raises BadCustody under ten characters, BadText for hidden characters."""
    words = clean_text(reason, label=_("The reason"))
    if len(words) < SHORTEST_PURPOSE:
        raise BadCustody(_("Say in at least 10 characters why."))
    return words


def papers_for(item: EvidenceItem, *, user: User) -> "QuerySet[EvidenceItem]":
    """What may show an event of the item: the other items of the cases that it and the user are in, and are kept."""
    shared = Case.objects.visible_to(user).filter(evidence_items=item)
    placed = EvidenceCase.objects.filter(case__in=shared).values("item_id")
    seen = EvidenceItem.objects.visible_to(user).filter(pk__in=placed, disposed_at=None)
    return seen.exclude(pk=item.pk)


def signed_paper(document: EvidenceItem | None, item: EvidenceItem, user: User) -> EvidenceItem:
    """The paper, if it is an item of the same case that the user sees. Raises BadCustody."""
    if document is None or not papers_for(item, user=user).filter(pk=document.pk).exists():
        raise BadCustody(
            _("Take the signed paper in first, as an item of the same case, and choose it here.")
        )
    return document
