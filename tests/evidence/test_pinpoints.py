"""Citations lead back to the place that they name, in both languages, and never to a page that is not there."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from cases.models import Case, Person
from evidence.derivative_words import DerivativeKind
from evidence.linking import link_evidence
from evidence.models import EvidenceItem
from evidence.pinpoints import Pinpoint, Spot, read_pinpoint
from tests.evidence.conftest import TakeIn
from tests.evidence.derived import derive

ClientFor = Callable[[User | None], Client]
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize(
    ("text", "spot", "number"),
    [
        ("page 3", "page", 3),
        ("p. 3, second paragraph", "page", 3),
        ("pp. 12-14", "page", 12),
        ("صفحهٔ ۳", "page", 3),
        ("صفحه ۳", "page", 3),
        ("ص ۱۲", "page", 12),
        ("line 7 of page 2", "page", 2),
        ("line 7", "line", 7),
        ("سطر ۷", "line", 7),
        ("00:03:10", "time", 190),
        ("from 3:10 to 4:00", "time", 190),
        ("۰۱:۰۰:۰۵", "time", 3605),
    ],
)
def test_it_reads_what_people_write(text: str, spot: str, number: int) -> None:
    assert read_pinpoint(text) == Pinpoint(Spot(spot), number)


@pytest.mark.parametrize(
    "text", ["", "page", "stamp in the corner", "map 4", "outline 3", "page 0", "3:75", "1:2:3:4:05"]
)
def test_what_names_no_place_is_none(text: str) -> None:
    assert read_pinpoint(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read_to_an_end(text: str) -> None:
    found = read_pinpoint(text)
    assert found is None or found.number >= 0


@given(st.integers(1, 999_999), st.booleans())
def test_both_kinds_of_digits_say_the_same(number: int, persian: bool) -> None:
    text = str(number).translate(PERSIAN) if persian else str(number)
    assert read_pinpoint(f"page {text}") == Pinpoint(Spot.PAGE, number)
    assert read_pinpoint(f"سطر {text}") == Pinpoint(Spot.LINE, number)


def leads(item: EvidenceItem, client: Client) -> list[str]:
    page = client.get(reverse("evidence:item", args=[item.pk]))
    return [row["href"] for row in page.context["facts"]["links"]["links"]]


def cite(item: EvidenceItem, person: Person, case: Case, *places: str, actor: User) -> None:
    for place in places:
        link_evidence(item, case=case, to=person, pinpoint=place, actor=actor)


def test_a_cited_page_leads_to_that_page(
    take_in: TakeIn, case: Case, person: Person, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(b"document")
    derive(item, DerivativeKind.PAGE_IMAGE, "image/jpeg", b"one", b"two")
    cite(item, person, case, "page 2", "page 3", "00:01:00", "a stamp", actor=lawyer)
    client = client_for(lawyer)
    found = leads(item, client)
    assert found == [reverse("evidence:leaf", args=[item.pk, 2]), "", "", ""]
    assert client.get(found[0]).status_code == 200


def test_a_cited_moment_leads_to_where_the_recording_begins(
    take_in: TakeIn, case: Case, person: Person, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(b"film")
    derive(item, DerivativeKind.PLAYBACK, "video/mp4", b"film")
    cite(item, person, case, "00:01:05", "page 1", actor=lawyer)
    client = client_for(lawyer)
    [at, page] = leads(item, client)
    assert page == ""
    assert "#t=65" in client.get(at).content.decode()
    for wrong in ("x", "1e9", "-1", "۶", "1" * 9):
        assert "#t=" not in client.get(at.replace("at=65", f"at={wrong}")).content.decode()


def test_a_cited_line_leads_to_that_line(
    take_in: TakeIn, case: Case, person: Person, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(b"note")
    text = derive(item, DerivativeKind.TEXT, "text/plain", b"one\ntwo\nthree")
    cite(item, person, case, "line 2", actor=lawyer)
    client = client_for(lawyer)
    [href] = leads(item, client)
    assert href == reverse("evidence:text", args=[item.pk, text.pk]) + "?line=2#line-2"
    assert 'id="line-2"' in client.get(href).content.decode()


def test_a_citation_without_a_place_is_shown_as_it_was(
    take_in: TakeIn, case: Case, person: Person, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(b"thing")
    cite(item, person, case, "", "the stamp <b>", actor=lawyer)
    assert leads(item, client_for(lawyer)) == ["", ""]
