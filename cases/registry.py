"""Entering persons, places and incidents in the register. Every entry is an entry of the log too.

The log holds names, titles, dates and positions only as commitments, under the salt that stands beside the value.
"""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.private import sealed
from cases.access import require_member
from cases.dated import dated_columns
from cases.errors import AlreadyInvolved, BadCoordinates, BadName, UnknownPerson, UnknownPlace
from cases.facts import Coordinates, NameFacts, PostFacts, script_of
from cases.folding import joined_key
from cases.models import (
    Case,
    CasePlace,
    Incident,
    Involvement,
    NameKind,
    Part,
    Person,
    PersonName,
    Place,
    PlaceKind,
    Post,
)
from cases.partial_date import PartialDate
from cases.plain_text import clean_line, clean_text
from cases.small_groups import weigh_words


def register_person(
    *,
    case: Case,
    role: Part,
    names: Sequence[NameFacts],
    actor: Actor,
    basis: str = "",
    posts: Sequence[PostFacts] = (),
    notes: str = "",
) -> Person:
    """Enter a person with their names, posts and part in `case`.

    At least one name is the preferred one, and at most one in each script. Raises NotPermitted, NotAMember, BadText,
    BadName or SmallGroup; leaves no row behind.
    """
    user = _worker(case, actor)
    if not any(name.kind == NameKind.PREFERRED for name in names):
        raise BadName(_("Give the person at least one preferred name, in any script."))
    with transaction.atomic():
        person = Person.objects.create(notes=clean_text(notes, label=_("The note")))
        said = [text for name in names for text in (name.text, name.source)]
        said += [text for post in posts for text in _words_of(post)]
        weigh_words([person.notes, basis, *said], actor=user)
        kept = [_keep_name(person, name, position) for position, name in enumerate(names)]
        held = [_keep_post(person, post) for post in posts]
        facts: dict[str, Any] = {"names": [sealed(name, "text") for name in kept], "posts": held}
        log.append(Action.PERSON_REGISTERED, subject=person, actor=actor, facts=facts, case_id=case.pk)
        _involve(person, case=case, role=role, basis=basis, actor=actor)
    return person


def involve_person(person: Person, *, case: Case, role: Part, actor: Actor, basis: str = "") -> Involvement:
    """Give a person of one of the actor's cases a part in `case`. Raises UnknownPerson, AlreadyInvolved or SmallGroup
    too.
    """
    user = _worker(case, actor)
    if not Person.objects.visible_to(user).filter(pk=person.pk).exists():
        raise UnknownPerson
    with transaction.atomic():
        weigh_words([basis], actor=user)
        return _involve(person, case=case, role=role, basis=basis, actor=actor)


def name_person(person: Person, *, case: Case, name: NameFacts, actor: Actor) -> PersonName:
    """Add a name to a person who has a part in `case`. Raises UnknownPerson, BadText, BadName or SmallGroup too."""
    user = _worker(case, actor)
    if not Involvement.objects.filter(case=case, person=person).exists():
        raise UnknownPerson
    with transaction.atomic():
        # One at a time, so that two new names do not take one position.
        Person.objects.select_for_update().get(pk=person.pk)
        weigh_words([name.text, name.source], actor=user)
        last = person.names.aggregate(last=Max("position"))["last"]
        kept = _keep_name(person, name, 0 if last is None else last + 1)
        facts = {"name": sealed(kept, "text"), "kind": kept.kind, "script": kept.script}
        log.append(Action.PERSON_NAMED, subject=person, actor=actor, facts=facts, case_id=case.pk)
    return kept


def register_place(
    *,
    case: Case,
    kind: PlaceKind,
    actor: Actor,
    name_fa: str = "",
    name_latin: str = "",
    coordinates: Coordinates | None = None,
) -> Place:
    """Enter a place and use it in `case`: its members, and no others, may know its position.

    Raises NotPermitted, NotAMember, BadText, BadName, BadCoordinates or SmallGroup; leaves no row behind.
    """
    user = _worker(case, actor)
    place = Place(
        kind=kind,
        name_fa=clean_line(name_fa, label=_("The name in Persian"), required=False),
        name_latin=clean_line(name_latin, label=_("The name in Latin script"), required=False),
        **_position_columns(coordinates),
    )
    if not (place.name_fa or place.name_latin):
        raise BadName(_("Give the place a name, in Persian or in Latin script."))
    with transaction.atomic():
        weigh_words([place.name_fa, place.name_latin, place.coordinates_source], actor=user)
        place.save(force_insert=True)
        CasePlace.objects.create(case=case, place=place)
        facts = {
            "kind": place.kind,
            "names": [name for name in (sealed(place, "name_fa"), sealed(place, "name_latin")) if name],
            "position": sealed(place, "position"),
        }
        log.append(Action.PLACE_REGISTERED, subject=place, actor=actor, facts=facts, case_id=case.pk)
    return place


def record_incident(
    case: Case,
    *,
    title: str,
    when: PartialDate | None,
    actor: Actor,
    place: Place | None = None,
    description: str = "",
) -> Incident:
    """Record something that happened. Raises NotPermitted, NotAMember, BadText, UnknownPlace or SmallGroup."""
    user = _worker(case, actor)
    if place is not None and not Place.objects.usable_by(user).filter(pk=place.pk).exists():
        raise UnknownPlace
    incident = Incident(
        case=case,
        title=clean_line(title, label=_("The title")),
        description=clean_text(description, label=_("The description")),
        place=place,
        **dated_columns(when),
    )
    with transaction.atomic():
        said = [incident.title, incident.description, incident.date_as_written]
        weigh_words([*said, *((place.name_fa, place.name_latin) if place else ())], actor=user)
        incident.save(force_insert=True)
        if place is not None:
            CasePlace.objects.get_or_create(case=case, place=place)
        facts = {
            "title": sealed(incident, "title"),
            "date": sealed(incident, "date"),
            "place": str(place.pk) if place else None,
        }
        log.append(Action.INCIDENT_RECORDED, subject=incident, actor=actor, facts=facts, case_id=case.pk)
    return incident


def _worker(case: Case, actor: Actor) -> User:
    """The actor, whose role and whose membership both allow work on this case."""
    require(actor, "cases.work_on_cases")
    return require_member(case, actor)


def _keep_name(person: Person, name: NameFacts, position: int) -> PersonName:
    text = clean_line(name.text, label=_("The name"))
    try:
        with transaction.atomic():
            return PersonName.objects.create(
                person=person,
                position=position,
                text=text,
                script=script_of(text),
                romanisation=clean_line(
                    name.romanisation, label=_("The romanisation"), required=False, max_length=64
                ),
                kind=name.kind,
                source=clean_line(name.source, label=_("The source"), required=False),
                search_key=joined_key(text),
            )
    except IntegrityError:
        raise BadName(
            _("This person has a preferred name in that script already. Enter the new one as a variant.")
        ) from None


def _keep_post(person: Person, post: PostFacts) -> dict[str, str | None]:
    """Store a post and return what the log says of it."""
    kept = Post.objects.create(
        person=person,
        title=clean_line(post.title, label=_("The post")),
        organisation=clean_line(post.organisation, label=_("The organisation"), required=False),
        source=clean_line(post.source, label=_("The source"), required=False),
        **dated_columns(post.when),
    )
    return {"post": sealed(kept, "post"), "held": sealed(kept, "held")}


def _words_of(post: PostFacts) -> tuple[str, ...]:
    return post.title, post.organisation, post.source, post.when.as_written if post.when else ""


def _involve(person: Person, *, case: Case, role: Part, basis: str, actor: Actor) -> Involvement:
    text = clean_text(basis, label=_("The basis"))
    try:
        with transaction.atomic():
            involvement = Involvement.objects.create(case=case, person=person, role=role, basis=text)
    except IntegrityError:
        raise AlreadyInvolved(_("This person has that part in the case already.")) from None
    facts = {"role": involvement.role, "basis": sealed(involvement, "basis")}
    log.append(Action.PERSON_INVOLVED, subject=person, actor=actor, facts=facts, case_id=case.pk)
    return involvement


def _position_columns(coordinates: Coordinates | None) -> dict[str, Any]:
    if coordinates is None:
        return {}
    if not (-90 <= coordinates.latitude <= 90 and -180 <= coordinates.longitude <= 180):
        raise BadCoordinates(
            _("Latitude goes from -90 to 90 and longitude from -180 to 180. Check the position.")
        )
    return {
        # Six decimals are a hand's breadth; more would only look exact.
        "latitude": round(coordinates.latitude, 6),
        "longitude": round(coordinates.longitude, 6),
        "coordinates_source": clean_line(coordinates.source, label=_("The source of the position")),
    }
