"""Recording how an item was acquired. No record is ever changed: a later one is added, and the newest counts."""

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.plain_text import clean_line, clean_text
from cases.small_groups import weigh_words
from evidence.errors import BadAcquisition, UnknownEvidence
from evidence.intake import RECEIVE
from evidence.models import Acquisition, EvidenceItem
from evidence.placement import only_case
from evidence.vocabulary import Credibility, Language, Reliability, SourceKind


@dataclass(frozen=True, slots=True)
class AcquisitionFacts:
    """What is known of an item's source and of the way it came. A person is named by a pseudonym, never by a name.

    `languages` are codes of `Language`; `reliability` and `credibility` are the letters and digits of the
    Admiralty grading, empty where nobody judged.
    """

    source_kind: SourceKind | str
    source_name: str
    how_obtained: str = ""
    why_obtained: str = ""
    place: str = ""
    collector: str = ""
    acquired: PartialDate | None = None
    legal_basis: str = ""
    rights: str = ""
    restrictions: str = ""
    languages: tuple[str, ...] = ()
    consent_reference: str = ""
    reliability: Reliability | str = ""
    credibility: Credibility | str = ""


_WORDS: Final = (
    *("source_name", "how_obtained", "why_obtained", "place", "collector"),
    *("legal_basis", "rights", "restrictions", "consent_reference"),
)


def record_acquisition(item: EvidenceItem, *, facts: AcquisitionFacts, actor: Actor) -> Acquisition:
    """Add the next version of what is known of the item's source and acquisition.

    Raises NotPermitted, UnknownEvidence, BadText, or BadAcquisition for words outside the vocabulary and for a
    version that says nothing new, or SmallGroup; leaves no row behind.
    """
    user = require(actor, RECEIVE)
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    columns = _columns(facts)
    with transaction.atomic():
        # Locks the item's row, as its custody does: two who write at once get two numbers.
        EvidenceItem.objects.select_for_update().values_list("pk").get(pk=item.pk)
        last = current_acquisition(item)
        if last is not None and all(getattr(last, name) == value for name, value in columns.items()):
            raise BadAcquisition(_("Nothing is different from what was recorded last. Change what is wrong."))
        number = Acquisition.objects.filter(item=item).aggregate(last=Max("version"))["last"] or 0
        weigh_words([columns[name] for name in _WORDS], items=[item.pk], actor=user)
        recorded = Acquisition.objects.create(item=item, version=number + 1, recorded_by=user, **columns)
        log.append(
            Action.ACQUISITION_RECORDED,
            subject=item,
            actor=user,
            facts=recorded.facts(),
            case_id=only_case(item),
        )
    return recorded


def current_acquisition(item: EvidenceItem) -> Acquisition | None:
    """The version that counts: the newest. None where nothing but the receipt is known."""
    return item.acquisitions.select_related("recorded_by").order_by("-version").first()


def _columns(facts: AcquisitionFacts) -> dict[str, Any]:
    if facts.source_kind not in SourceKind.values:
        raise BadAcquisition(_("Say whether the source is a person, an organisation or public."))
    if facts.reliability not in ("", *Reliability.values) or facts.credibility not in (
        "",
        *Credibility.values,
    ):
        raise BadAcquisition(
            _("Grade the source from A to F and the information from 1 to 6, or leave it open.")
        )
    unknown = set(facts.languages) - set(Language.values)
    if unknown:
        raise BadAcquisition(_("Choose the languages from the list."))
    return {
        "source_kind": str(facts.source_kind),
        "source_name": clean_line(facts.source_name, label=_("The source"), max_length=1000),
        "how_obtained": clean_text(facts.how_obtained, label=_("How it was obtained")),
        "why_obtained": clean_text(facts.why_obtained, label=_("Why it was obtained")),
        "place": clean_line(facts.place, label=_("The place"), required=False, max_length=300),
        "collector": clean_line(facts.collector, label=_("The collector"), required=False, max_length=300),
        "legal_basis": clean_text(facts.legal_basis, label=_("The legal basis")),
        "rights": clean_text(facts.rights, label=_("The rights")),
        "restrictions": clean_text(facts.restrictions, label=_("The restrictions")),
        "languages": " ".join(code for code in Language.values if code in facts.languages),
        "consent_reference": clean_line(
            facts.consent_reference, label=_("Where the consent is kept"), required=False, max_length=300
        ),
        "reliability": str(facts.reliability),
        "credibility": str(facts.credibility),
        **dated_columns(facts.acquired),
    }
