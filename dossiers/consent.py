"""No exhibit leaves that rests on a witness who did not consent to it: the refusal, in words and in the log."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.digits import in_digits
from cases.models import Case
from dossiers.errors import ConsentMissing
from dossiers.models import Dossier, ExhibitNumber
from dossiers.naming import exhibit_name
from dossiers.receivers import Receiver, checked_receiver
from dossiers.risks import narrowed_by, unassessed_behind
from evidence.models import EvidenceItem
from witnesses.consent_gate import Objected, as_facts, objections
from witnesses.consent_rule import Destination

# A sentence that nobody reads to its end helps nobody; the page and the JSON have every row.
_SAID = 12
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Missing:
    """One exhibit, one witness it rests on, and why it may not go.

    Of a witness of a case that is closed to the reader `pseudonym` is empty and the ids of case and witness are None.
    """

    item_id: UUID
    exhibit: str
    reference: str
    pseudonym: str
    why: str
    case_id: UUID | None = None
    witness_id: UUID | None = None

    @property
    def witness(self) -> str:
        """The pseudonym, or that it is somebody of a case that is closed to the reader."""
        return self.pseudonym or _("a witness of another case")

    def as_json(self) -> dict[str, str]:
        """For a program."""
        return {
            "item": str(self.item_id),
            "exhibit": self.exhibit,
            "reference": self.reference,
            "witness": self.pseudonym,
            "why": self.why,
        }


def items_of_case(case: Case) -> list[UUID]:
    """The items that a dossier of the case would hold."""
    placed = EvidenceItem.objects.filter(placements__case=case, disposed_at=None)
    return list(placed.values_list("pk", flat=True))


def require_consent(
    case: Case, items: Collection[UUID], *, destination: Destination, user: User, lock: bool = False
) -> None:
    """Raises ConsentMissing where an item rests on a witness whose consent does not cover the destination now."""
    found = objections(items, destination=destination, lock=lock)
    if found:
        raise _missing(case, found, user=user)


def is_unconsented(dossier: Dossier) -> bool:
    """Whether a witness on whom a compiled dossier rests did not consent to it, or took it back, as of now."""
    items = list(dossier.exhibits.values_list("item_id", flat=True))
    return bool(objections(items, destination=dossier.destination))


def missing_in(case: Case, found: Iterable[Objected], *, user: User) -> list[Missing]:
    """The objections for somebody's eyes: by exhibit, with pseudonyms of the cases that are open to them."""
    rows = list(found)
    seen = set(Case.objects.visible_to(user).values_list("pk", flat=True))
    numbers, references = _called(case, {row.item_id for row in rows})
    told = []
    for row in rows:
        open_to = row.witness.case_id in seen
        told.append(
            Missing(
                item_id=row.item_id,
                exhibit=exhibit_name(case.reference, numbers[row.item_id]) if row.item_id in numbers else "",
                reference=references[row.item_id],
                pseudonym=row.witness.pseudonym if open_to else "",
                why=row.objection.sentence,
                case_id=row.witness.case_id if open_to else None,
                witness_id=row.witness.pk if open_to else None,
            )
        )
    return sorted(told, key=lambda row: (row.exhibit or "~", row.reference, row.pseudonym))


def _called(case: Case, items: Collection[UUID]) -> tuple[dict[UUID, int], dict[UUID, str]]:
    """The numbers of these items as exhibits of the case, and their references; a share at a time, for a database
    takes only so many values in one statement.
    """
    numbers: dict[UUID, int] = {}
    references: dict[UUID, str] = {}
    ahead = iter(items)
    while share := list(islice(ahead, _AT_ONCE)):
        exhibits = ExhibitNumber.objects.filter(case=case, item__in=share)
        numbers |= dict(exhibits.values_list("item_id", "number"))
        references |= dict(EvidenceItem.objects.filter(pk__in=share).values_list("pk", "reference"))
    return numbers, references


def note_missing(error: ConsentMissing, *, subject: Model, case: Case, actor: Actor) -> None:
    """Log a refusal at once and durably, for what it is about is undone. No word of anybody stands in it."""
    with transaction.atomic():
        log.append(Action.CONSENT_MISSED, subject=subject, actor=actor, facts=error.facts, case_id=case.pk)


def look_ahead(case: Case, receiver: Receiver, *, actor: User) -> dict[str, Any]:
    """What would be refused if a dossier were asked for now: the rows, and how many exhibits could go.

    The caller found the case in the actor's name. Looking is logged: it tells what witnesses consented to. Raises
    BadDossierRequest, BadText or LogUnavailable.
    """
    to = checked_receiver(receiver)
    items = items_of_case(case)
    found = objections(items, destination=to.destination)
    facts: dict[str, Json] = {
        "to": str(to.kind),
        "use": str(to.use),
        "exhibits": len(items),
        "objections": len(found),
    }
    with transaction.atomic():
        log.append(Action.CONSENT_LOOKED_AT, subject=case, actor=actor, facts=facts, case_id=case.pk)
    rows = missing_in(case, found, user=actor)
    return {
        "looked": True,
        "missing": rows,
        "free": len(items) - len({row.item_id for row in rows}),
        "narrowed": narrowed_by(case, items),
        "unassessed": unassessed_behind(case, items),
    }


def _missing(case: Case, found: list[Objected], *, user: User) -> ConsentMissing:
    rows = missing_in(case, found, user=user)
    return ConsentMissing(_sentence(rows), rows=rows, facts=as_facts(found))


def _sentence(rows: list[Missing]) -> str:
    exhibits = len({row.item_id for row in rows})
    said = ngettext(
        "Nothing was handed over: %(n)s exhibit rests on a witness whose consent does not cover this dossier.",
        "Nothing was handed over: %(n)s exhibits rest on witnesses whose consent does not cover this dossier.",
        exhibits,
    ) % {"n": in_digits(exhibits)}
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        grouped[row.witness, row.why].append(row.exhibit or row.reference)
    parts = [
        _("%(who)s (%(why)s): %(exhibits)s.") % {"who": witness, "why": why, "exhibits": _listed(names)}
        for (witness, why), names in grouped.items()
    ]
    shown, hidden = parts[:_SAID], len(parts) - _SAID
    if hidden > 0:
        shown.append(_("And %(n)s more reasons.") % {"n": in_digits(hidden)})
    return " ".join([said, *shown])


def _listed(names: list[str]) -> str:
    if len(names) <= _SAID:
        return ", ".join(names)
    return _("%(names)s and %(n)s more") % {
        "names": ", ".join(names[:_SAID]),
        "n": in_digits(len(names) - _SAID),
    }
