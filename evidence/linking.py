"""Saying what an item has to do with a case, and with the people, incidents and places in it."""

from contextlib import suppress
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.private import sealed
from cases.access import require_member
from cases.models import Case, Incident, Involvement, Person, Place
from cases.small_groups import weigh_words
from evidence.errors import AlreadyLinked, BadLink, UnknownEvidence
from evidence.models import EvidenceCase, EvidenceItem, EvidenceLink
from evidence.vocabulary import Relation, Stance

LINK = "evidence.link_evidence"
LONGEST_PINPOINT = 200


def add_to_case(item: EvidenceItem, case: Case, *, actor: Actor) -> EvidenceCase:
    """Put an item into a case, which opens it to the case's members; with a thing go the photographs of it.

    The actor sees the item and is a member of the case. Raises NotPermitted, UnknownEvidence, NotAMember or
    AlreadyLinked.
    """
    user = _permitted(item, case, actor)
    with transaction.atomic():
        try:
            with transaction.atomic():
                placement = _place(item, case, user)
        except IntegrityError as error:
            raise AlreadyLinked(_("This item is in the case already. Nothing had to be done.")) from error
        # Whoever has only the case sees a thing through its photographs. What the actor may not see stays closed.
        own = EvidenceItem.objects.visible_to(user).filter(parent=item, relation=Relation.PHOTOGRAPH)
        for photograph in own.exclude(placements__case=case):
            # Whoever put it there in the same moment did what was wanted: it is passed over.
            with suppress(IntegrityError), transaction.atomic():
                _place(photograph, case, user)
    return placement


def link_evidence(
    item: EvidenceItem,
    *,
    case: Case,
    to: Person | Incident | Place,
    stance: Stance | str = Stance.SUPPORTS,
    pinpoint: str = "",
    basis: str = "",
    actor: Actor,
) -> EvidenceLink:
    """Record what an item says about a person, incident or place of a case; the item joins the case if need be.

    `pinpoint` is where in the item (page, time code); `basis` is why we say so. Raises NotPermitted,
    UnknownEvidence, NotAMember, SmallGroup, or BadLink when the target is no part of the case; leaves no row behind.
    """
    user = _permitted(item, case, actor)
    column = _target_column(case, to)
    if stance not in Stance.values:
        raise BadLink(_("Choose whether the item supports, contradicts, or does neither."))
    if len(pinpoint) > LONGEST_PINPOINT:
        raise BadLink(_("The place in the item is longer than 200 characters. Shorten it."))
    with transaction.atomic():
        if not EvidenceCase.objects.filter(item=item, case=case).exists():
            add_to_case(item, case, actor=user)
        _weigh(to, [pinpoint, basis], item, user)
        link = EvidenceLink.objects.create(
            item=item,
            case=case,
            stance=stance,
            pinpoint=pinpoint.strip(),
            basis=basis.strip(),
            made_by=user,
            **{column: to},
        )
        _log_link(link, user)
    return link


def _place(item: EvidenceItem, case: Case, user: User) -> EvidenceCase:
    placement = EvidenceCase.objects.create(item=item, case=case, linked_by=user)
    log.append(Action.EVIDENCE_LINKED, subject=item, actor=user, facts={"to": "case"}, case_id=case.pk)
    return placement


def _log_link(link: EvidenceLink, user: User) -> None:
    log.append(
        Action.EVIDENCE_LINKED,
        subject=link.item,
        actor=user,
        facts=sealed_link(link),
        case_id=link.case_id,
    )


def sealed_link(link: EvidenceLink) -> dict[str, Any]:
    """What the log says of a link's row: its words only as commitments."""
    targets = {"person": link.person_id, "incident": link.incident_id, "place": link.place_id}
    column, key = next(((name, key) for name, key in targets.items() if key is not None), ("", None))
    return {
        "link": str(link.pk),
        "to": column,
        "id": str(key),
        "stance": str(link.stance),
        "pinpoint": sealed(link, "pinpoint"),
        "basis": sealed(link, "basis"),
    }


def _permitted(item: EvidenceItem, case: Case, actor: Actor) -> User:
    user = require(actor, LINK)
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    return require_member(case, user)


def _weigh(to: Person | Incident | Place, words: list[str], item: EvidenceItem, user: User) -> None:
    """What a link says and what it leads to count together: an exhibit of a witness in a prison says the prison."""
    places = [to] if isinstance(to, Place) else []
    said = list(words)
    if isinstance(to, Incident):
        said += [to.title, to.date_as_written]
        places += [to.place] if to.place else []
    said += [name for place in places for name in (place.name_fa, place.name_latin)]
    weigh_words(said, items=[item.pk], actor=user)


def _target_column(case: Case, to: Person | Incident | Place) -> str:
    """Which foreign key holds the target. Raises BadLink unless the target is a part of the case."""
    if isinstance(to, Person) and Involvement.objects.filter(case=case, person=to).exists():
        return "person"
    if isinstance(to, Incident) and to.case_id == case.pk:
        return "incident"
    if isinstance(to, Place) and case.place_uses.filter(place=to).exists():
        return "place"
    raise BadLink(_("That is not a part of this case. Choose a person, incident or place of the case."))
