"""Every address, for every role, by every method: what each gets, and that nobody gets what is another's."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS, Role
from audit.models import Entry
from cases.membership import add_member, remove_member
from tests.architecture.furnished import furnished, house
from tests.architecture.test_doors import FOR_ANYBODY, FOR_EVERYBODY, ROUTES
from tests.architecture.two_cases import Holding, House

__all__ = ["furnished", "house"]

ClientFor = Callable[[User | None], Client]

GUARDED = sorted(set(ROUTES) - FOR_ANYBODY - FOR_EVERYBODY)
# Addresses that name something of one case. What auditors and administrators name is the whole house's.
HOUSE_WIDE = {
    "audit.review_log",
    "evidence.review_custody",
    "accounts.manage_users",
    "witnesses.heed_alarms",
    "witnesses.review_custodians",
    "witnesses.remove_custodian",
    "witnesses.review_risk",
}
OBJECTS = {
    "case_id",
    "person_id",
    "item_id",
    "derivative_id",
    "event_id",
    "record_id",
    "erasure_id",
    "witness_id",
    "dependence_id",
    "request_id",
    "interview_id",
    "note_id",
    "threat_id",
    "referral_id",
    "dossier_id",
    "upload_id",
    "delivery_id",
    "view_id",
}
FORBIDDEN, GONE, WRONG_METHOD = 403, 404, 405
# Where something is asked for by a press alone; whoever comes there otherwise is led to where it is pressed.
LEADING_ON = {"audit:proof", "audit:verify"}
# What the protocol of uploads in parts asks for, beside what pages know.
OF_THE_PROTOCOL = {
    ("evidence:uploads", "options"),
    *(("evidence:one_upload", method) for method in ("patch", "delete", "options")),
}


def permission(name: str) -> str:
    held: str = ROUTES[name].view.permission  # type: ignore[attr-defined]
    return held


def names_an_object(name: str) -> bool:
    return bool(OBJECTS & set(ROUTES[name].converters)) and permission(name) not in HOUSE_WIDE


def role_of(who: str) -> Role:
    return Role.LAWYER if who == "outsider" else Role(who)


def open_to(who: str) -> list[str]:
    return [name for name in GUARDED if permission(name) in ROLE_PERMISSIONS[role_of(who)]]


def rows() -> dict[str, int]:
    """How many rows each table holds, but for what any request may leave: the log, sessions, sign-in attempts."""
    counted = [m for m in apps.get_models() if m._meta.app_label not in {"audit", "sessions", "axes"}]
    return {model._meta.label: model._default_manager.count() for model in counted}


def everything_of(holding: Holding) -> dict[str, Any]:
    """A form that names everything of a case under every name that a form of ours, or a guess, could use."""
    ids = {
        "case": holding.case.pk,
        "person": holding.person.pk,
        "place": holding.place.pk,
        "incident": holding.incident.pk,
        "item": holding.item.pk,
        "witness": holding.witness.pk,
        "user": holding.member.pk,
    }
    texts = {
        "reference": "DK-NEW-1",
        "title": "New",
        "source": "Somewhere",
        "basis": "Because",
        "reason": "Because of it",
        "role": "victim",
        "kind": "variant",
        "text": "A name",
        "name_latin": "A name",
        "to": f"person:{holding.person.pk}",
        "stance": "supports",
        "purpose": "For a court that asked",
        "confirmation": holding.case.reference,
        "decision": "refuse",
        "name": "Somebody",
    }
    return texts | ids | {f"{name}_id": key for name, key in ids.items()}


def told(client: Client, address: str) -> tuple[int, str]:
    """What a page says, but for its own address and its token against foreign forms."""
    answer = client.get(address)
    body = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return answer.status_code, body.replace(address, "")


@pytest.mark.parametrize("who", [*Role, "outsider"])
def test_a_role_enters_no_room_that_is_not_its_own(house: House, client_for: ClientFor, who: str) -> None:
    client, before = client_for(house.people[who]), rows()
    wrong = []
    for name in sorted(set(GUARDED) - set(open_to(who))):
        for method in ("get", "post", "put"):
            logged = Entry.objects.filter(action="access.refused").count()
            answer = getattr(client, method)(house.ours.address(name))
            refused = answer.status_code == FORBIDDEN
            if (
                not (refused or answer.status_code == WRONG_METHOD)
                or house.ours.mark.encode() in answer.content
            ):
                wrong.append((name, method, answer.status_code))
            if Entry.objects.filter(action="access.refused").count() != logged + refused:
                wrong.append((name, method, "not in the log"))
    assert wrong == []
    assert rows() == before


@pytest.mark.parametrize("who", [*Role])
def test_a_role_enters_every_room_of_its_own(house: House, client_for: ClientFor, who: str) -> None:
    client = client_for(house.people[who])
    wrong = []
    for name in [*open_to(who), *FOR_EVERYBODY]:
        own = {"user_id": house.people["paralegal"].pk, "upload_id": house.ours.upload_of(who).pk}
        address = house.ours.address(name, **{k: v for k, v in own.items() if k in ROUTES[name].converters})
        for method in ("get", "head"):
            answer = getattr(client, method)(address, follow=name in LEADING_ON)
            if answer.status_code not in (200, WRONG_METHOD) or "no-store" not in answer["Cache-Control"]:
                wrong.append((name, method, answer.status_code))
            house_wide = name in GUARDED and permission(name) in HOUSE_WIDE
            if not house_wide and house.theirs.mark.encode() in answer.content:
                wrong.append((name, method, "shows the other case"))
    assert wrong == []


@pytest.mark.parametrize("who", [*Role])
def test_no_page_knows_any_other_method(house: House, client_for: ClientFor, who: str) -> None:
    client, before = client_for(house.people[who]), rows()
    odd = [
        (name, method, status)
        for name in [*open_to(who), *FOR_EVERYBODY]
        for method in ("put", "patch", "delete", "options", "trace")
        if (name, method) not in OF_THE_PROTOCOL
        if (status := getattr(client, method)(house.ours.address(name)).status_code) != WRONG_METHOD
    ]
    assert odd == []
    assert rows() == before


def test_an_outsider_finds_nothing_at_any_address_of_another_case(
    house: House, client_for: ClientFor
) -> None:
    client, before = client_for(house.people["outsider"]), rows()
    wrong = []
    for name in filter(names_an_object, open_to("outsider")):
        for method in ("get", "head", "post"):
            form = everything_of(house.theirs) if method == "post" else None
            answer = getattr(client, method)(house.ours.address(name), form)
            if answer.status_code not in (GONE, WRONG_METHOD) or house.ours.mark.encode() in answer.content:
                wrong.append((name, method, answer.status_code))
    assert wrong == []
    assert rows() == before


def test_a_closed_address_and_an_invented_one_are_told_apart_by_nothing(
    house: House, client_for: ClientFor
) -> None:
    client = client_for(house.people["outsider"])
    invented = dict.fromkeys(OBJECTS, uuid.UUID(int=1))
    for name in filter(names_an_object, open_to("outsider")):
        closed = told(client, house.ours.address(name))
        none = told(client, house.ours.address(name, **invented))
        assert closed == none, name


def test_a_removed_member_finds_nothing_with_the_next_click(house: House, client_for: ClientFor) -> None:
    outsider = house.people["outsider"]
    client = client_for(outsider)
    add_member(house.ours.case, user=outsider, actor=house.people["lawyer"])
    assert client.get(house.ours.address("cases:detail")).status_code == 200
    remove_member(house.ours.case, user=outsider, actor=house.people["lawyer"])
    for name in filter(names_an_object, open_to("outsider")):
        assert client.post(house.ours.address(name)).status_code in (GONE, WRONG_METHOD), name
        assert client.get(house.ours.address(name)).status_code in (GONE, WRONG_METHOD), name
    for name in ("desk", "cases:list", "evidence:list", "evidence:upload"):
        assert house.ours.mark.encode() not in client.get(house.ours.address(name)).content, name


def test_a_case_and_a_thing_of_another_case_make_no_address(house: House, client_for: ClientFor) -> None:
    outsider = house.people["outsider"]
    add_member(house.ours.case, user=outsider, actor=house.people["lawyer"])
    client, before = client_for(outsider), rows()
    # A page of a document is no thing of its own.
    paired = [name for name in open_to("outsider") if len(set(ROUTES[name].converters) - {"number"}) > 1]
    assert paired
    for name in paired:
        paired_by_case = "case_id" in ROUTES[name].converters
        strange = {"case_id": house.theirs.case.pk} if paired_by_case else {"item_id": house.theirs.item.pk}
        address = house.ours.address(name, **strange)
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            assert answer.status_code in (400, GONE, WRONG_METHOD), (name, method)
            assert house.ours.mark.encode() not in answer.content, (name, method)
    assert rows() == before


def test_no_form_takes_anything_of_another_case(house: House, client_for: ClientFor) -> None:
    client, form = client_for(house.people["outsider"]), everything_of(house.ours)
    for name in open_to("outsider"):
        client.post(house.theirs.address(name), form | {"confirmation": house.theirs.case.reference})
    pages = [house.theirs.address(name) for name in ("cases:people", "cases:places", "evidence:item")]
    assert [page for page in pages if house.ours.mark.encode() in client.get(page).content] == []
    outsider = house.people["outsider"]
    assert not Entry.objects.filter(case_id=house.ours.case.pk, actor=outsider.audit_name).exists()
