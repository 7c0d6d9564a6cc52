"""The pages of cases, as each role meets them in a browser."""

import re
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from cases.membership import open_case, remove_member
from cases.models import Case, Incident, Person, Place
from cases.queries import members_of

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User | None], Client]

IN_CASE = [
    "detail",
    "people",
    "person_add",
    "person_involve",
    "incidents",
    "incident_add",
    "places",
    "place_add",
    "members",
]
MANAGING = ["member_add", "member_remove"]
OF_PERSON = ["person", "name_add"]


def _addresses(case: Case, person: Person, member: User) -> dict[str, str]:
    found = {name: reverse(f"cases:{name}", args=[case.pk]) for name in [*IN_CASE, "member_add"]}
    found |= {name: reverse(f"cases:{name}", args=[case.pk, person.pk]) for name in OF_PERSON}
    found["member_remove"] = reverse("cases:member_remove", args=[case.pk, member.pk])
    return found


def _expected(name: str, role: str) -> int:
    managing = name in MANAGING
    if role == "lawyer":
        return 200
    if role == "paralegal":
        return 403 if managing else 200
    return 404 if role == "outsider" else 403


@pytest.mark.parametrize(
    "role", ["lawyer", "paralegal", "outsider", "auditor", "custodian_a", "administrator"]
)
def test_each_page_answers_each_role_as_it_should(
    *,
    role: str,
    case: Case,
    person: Person,
    paralegal: User,
    client_for: ClientFor,
    request: pytest.FixtureRequest,
) -> None:
    client = client_for(request.getfixturevalue(role))
    for name, address in _addresses(case, person, paralegal).items():
        assert client.get(address).status_code == _expected(name, role), (role, name)
    may_list = role in {"lawyer", "paralegal", "outsider"}
    assert client.get("/cases/").status_code == (200 if may_list else 403)
    assert client.get("/cases/open/").status_code == (200 if role in {"lawyer", "outsider"} else 403)


@pytest.mark.parametrize("role", ["paralegal", "outsider", "auditor", "custodian_a", "administrator"])
def test_a_post_that_is_not_allowed_changes_nothing(
    *,
    role: str,
    case: Case,
    person: Person,
    lawyer: User,
    client_for: ClientFor,
    request: pytest.FixtureRequest,
) -> None:
    actor = request.getfixturevalue(role)
    client = client_for(actor)
    for name, address in _addresses(case, person, lawyer).items():
        if name in MANAGING or role != "paralegal":
            assert client.post(address, {"user": str(actor.pk)}).status_code in {403, 404, 405}, (role, name)
    assert members_of(case).count() == 2


def test_a_visitor_is_sent_to_sign_in(
    case: Case, person: Person, paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(None)
    for address in ["/cases/", "/cases/open/", *_addresses(case, person, paralegal).values()]:
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:sign_in"))


def test_an_outsider_gets_the_same_page_for_a_closed_case_and_for_none(
    case: Case, outsider: User, client_for: ClientFor
) -> None:
    client = client_for(outsider)
    closed = client.get(reverse("cases:detail", args=[case.pk]))
    none = client.get(reverse("cases:detail", args=[uuid.uuid4()]))
    assert closed.status_code == none.status_code == 404

    def words(answer: object) -> str:
        return re.sub(r'value="[A-Za-z0-9]{64}"|/cases/[0-9a-f-]{36}/', "", answer.content.decode())  # type: ignore[attr-defined]

    assert words(closed) == words(none)
    assert case.title not in closed.content.decode()
    assert Entry.objects.filter(action="access.refused").count() == 2


def test_an_outsider_sees_none_of_it_in_any_list(
    case: Case, person: Person, other_case: Case, outsider: User, client_for: ClientFor
) -> None:
    client = client_for(outsider)
    for address in ("/cases/", "/cases/?q=1988", reverse("cases:person_involve", args=[other_case.pk])):
        page = client.get(address).content.decode()
        assert "DK-1988-01" not in page
        assert "Nouri" not in page
    assert client.get(reverse("cases:person", args=[other_case.pk, person.pk])).status_code == 404


def test_a_removed_member_is_outside_with_the_next_click(
    case: Case, lawyer: User, paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(paralegal)
    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 200
    remove_member(case, user=paralegal, actor=lawyer)
    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 404


def test_the_position_of_a_place_shows_to_members_alone(
    *, case: Case, place: Place, paralegal: User, other_case: Case, outsider: User, client_for: ClientFor
) -> None:
    assert "35.646" in client_for(paralegal).get(reverse("cases:places", args=[case.pk])).content.decode()
    chosen = client_for(outsider).get(reverse("cases:incident_add", args=[other_case.pk])).content.decode()
    assert "Khavaran" not in chosen
    assert "35.646" not in chosen


def test_a_lawyer_opens_a_case_and_fills_it(lawyer: User, paralegal: User, client_for: ClientFor) -> None:
    client = client_for(lawyer)
    client.post("/cases/open/", {"reference": "dk-7", "title": "اوین", "summary": "First line\r\nsecond"})
    case = Case.objects.get(reference="DK-7")
    here = f"/cases/{case.pk}"
    client.post(f"{here}/members/add/", {"user": str(paralegal.pk)})
    client.post(
        f"{here}/places/add/",
        {
            "kind": "prison",
            "name_fa": "اوین",
            "latitude": "۳۵٫۷".replace("٫", "."),
            "longitude": "51.3",
            "coordinates_source": "map",
        },
    )
    place = Place.objects.get()
    client.post(
        f"{here}/incidents/add/", {"title": "Hearing", "when": "اواخر مرداد ۱۳۶۷", "place": str(place.pk)}
    )
    client.post(
        f"{here}/people/add/",
        {"role": "victim", "name_fa": "مریم", "post_title": "Teacher", "post_when": "1360/1367"},
    )
    person = Person.objects.get()
    client.post(
        f"{here}/people/{person.pk}/names/add/",
        {"text": "Maryam", "kind": "preferred", "romanisation": "ALA-LC 1997"},
    )
    assert set(members_of(case)) == {lawyer, paralegal}
    assert Incident.objects.get().date_earliest.isoformat() == "1988-08-12"
    assert [name.text for name in person.names.all()] == ["مریم", "Maryam"]
    shown = client.get(f"{here}/people/{person.pk}/").content.decode()
    assert "Maryam" in shown
    assert "1360/1367" in shown
    overview = client.get(f"{here}/").content.decode()
    assert "People: 1. Incidents: 1. Places: 1." in overview
    client.post(f"{here}/members/{paralegal.pk}/remove/")
    assert list(members_of(case)) == [lawyer]


@pytest.mark.parametrize("when", ["Mordad 67", "30 Esfand 1367", "1988-22", "some day"])
def test_a_bad_date_keeps_everything_that_was_typed(
    when: str, case: Case, paralegal: User, client_for: ClientFor
) -> None:
    typed = {"title": "Executions in the hall", "when": when, "description": "As told"}
    answer = client_for(paralegal).post(reverse("cases:incident_add", args=[case.pk]), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{when}"' in page
    assert 'value="Executions in the hall"' in page
    assert "As told" in page
    assert 'href="#id_when"' in page
    assert not Incident.objects.exists()


@pytest.mark.parametrize("name", ["Ali\u202eilA", "a\x07b", "ا" * 300])
def test_a_name_that_hides_something_is_said_in_the_form(
    name: str, case: Case, paralegal: User, client_for: ClientFor
) -> None:
    answer = client_for(paralegal).post(
        reverse("cases:person_add", args=[case.pk]), {"role": "victim", "name_fa": name}
    )
    assert answer.status_code == 422
    assert not Person.objects.exists()


def test_a_long_persian_name_goes_through_unchanged(
    case: Case, paralegal: User, client_for: ClientFor
) -> None:
    name = "سید" + "ا" * 124 + "ی"
    client_for(paralegal).post(
        reverse("cases:person_add", args=[case.pk]), {"role": "victim", "name_fa": name}
    )
    assert Person.objects.get().name_in("fa") == name


def test_markup_in_a_name_is_shown_and_not_run(case: Case, paralegal: User, client_for: ClientFor) -> None:
    client = client_for(paralegal)
    client.post(
        reverse("cases:person_add", args=[case.pk]), {"role": "victim", "name_latin": "<b onclick=x>Ali"}
    )
    page = client.get(reverse("cases:people", args=[case.pk])).content.decode()
    assert "<b onclick" not in page
    assert "&lt;b onclick=x&gt;Ali" in page


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("person_add", {}),
        ("person_add", {"role": "victim"}),
        ("person_add", {"role": "victim", "name_fa": "علی", "post_when": "1367"}),
        ("person_add", {"role": "king", "name_fa": "علی"}),
        ("place_add", {"kind": "prison"}),
        ("place_add", {"kind": "prison", "name_fa": "اوین", "latitude": "35.1"}),
        ("place_add", {"kind": "prison", "name_fa": "اوین", "latitude": "NaN", "longitude": "51"}),
        (
            "place_add",
            {
                "kind": "prison",
                "name_fa": "اوین",
                "latitude": "135",
                "longitude": "51",
                "coordinates_source": "x",
            },
        ),
        ("incident_add", {"title": "  "}),
        ("incident_add", {"title": "X", "place": "not-a-uuid"}),
        ("person_involve", {"person": "00000000-0000-0000-0000-000000000000", "role": "victim"}),
    ],
)
def test_bad_input_is_answered_in_the_form_and_leaves_no_row(
    name: str, typed: dict[str, str], case: Case, paralegal: User, client_for: ClientFor
) -> None:
    answer = client_for(paralegal).post(reverse(f"cases:{name}", args=[case.pk]), typed)
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert [model.objects.count() for model in (Person, Place, Incident)] == [0, 0, 0]


def test_a_taken_reference_is_said_in_the_form(case: Case, lawyer: User, client_for: ClientFor) -> None:
    answer = client_for(lawyer).post("/cases/open/", {"reference": "DK-1988-01", "title": "Twice"})
    assert answer.status_code == 422
    assert "is used by another case" in answer.content.decode()


def test_the_last_member_is_told_to_add_another_first(lawyer: User, client_for: ClientFor) -> None:
    case = open_case(reference="DK-1", title="Evin", actor=lawyer)
    answer = client_for(lawyer).post(reverse("cases:member_remove", args=[case.pk, lawyer.pk]))
    assert answer.status_code == 422
    assert "Add another member first" in answer.content.decode()


def test_a_lawyer_who_leaves_comes_back_to_the_list(case: Case, lawyer: User, client_for: ClientFor) -> None:
    answer = client_for(lawyer).post(reverse("cases:member_remove", args=[case.pk, lawyer.pk]))
    assert answer.headers["Location"] == "/cases/"


def test_the_list_searches_and_pages(lawyer: User, client_for: ClientFor) -> None:
    for number in range(30):
        open_case(reference=f"DK-{number:02}", title="كريمي" if number == 7 else "Evin", actor=lawyer)
    client = client_for(lawyer)
    assert "DK-29" not in client.get("/cases/").content.decode()
    assert "DK-29" in client.get("/cases/?page=2").content.decode()
    assert "DK-29" in client.get("/cases/?page=999").content.decode()
    found = client.get("/cases/?q=کریمی").content.decode()
    assert "DK-07" in found
    assert "DK-08" not in found
    assert "No case matches" in client.get("/cases/?q=Shiraz").content.decode()


def test_a_search_for_what_no_database_holds_finds_what_is_left_of_it(
    case: Case, person: Person, lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    for where, found in (
        (reverse("cases:list"), "DK-1988"),
        (reverse("cases:people", args=[case.pk]), "Nouri"),
    ):
        for text in ("\x00", f"\x00{found}\x00"):
            assert found in client.get(where, {"q": text}).content.decode(), (where, text)


def test_the_list_costs_as_many_queries_for_thirty_cases_as_for_one(
    lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    counts = []
    for number in range(25):
        open_case(reference=f"DK-{number:02}", title="Evin", actor=lawyer)
        if number in {0, 24}:
            client.get("/cases/")
            with CaptureQueriesContext(connection) as queries:
                client.get("/cases/")
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_empty_pages_say_what_to_do(lawyer: User, paralegal: User, client_for: ClientFor) -> None:
    assert "ask a lawyer" in client_for(lawyer).get("/cases/").content.decode()
    assert "A lawyer of the case adds you" in client_for(paralegal).get("/cases/").content.decode()
    case = open_case(reference="DK-1", title="Evin", actor=lawyer)
    for page, words in (
        ("people", "Nobody has a part"),
        ("incidents", "No incident is recorded"),
        ("places", "uses no place"),
    ):
        assert words in client_for(lawyer).get(reverse(f"cases:{page}", args=[case.pk])).content.decode()


def test_the_pages_read_in_persian_too(
    case: Case, person: Person, incident: Incident, lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    client.cookies["language"] = "fa"
    page = client.get(reverse("cases:incidents", args=[case.pk])).content.decode()
    assert 'dir="rtl"' in page
    assert "late Mordad 1367" in page
    assert "حمید نوری" in client.get(reverse("cases:people", args=[case.pk])).content.decode()


def test_every_field_has_a_label(case: Case, lawyer: User, client_for: ClientFor) -> None:
    client = client_for(lawyer)
    for name in ("person_add", "incident_add", "place_add", "member_add", "person_involve"):
        page = client.get(reverse(f"cases:{name}", args=[case.pk])).content.decode()
        fields = re.findall(r'<(?:input|select|textarea)[^>]* id="(id_[a-z_]+)"', page)
        assert fields
        for field in fields:
            assert f'<label for="{field}"' in page, (name, field)
