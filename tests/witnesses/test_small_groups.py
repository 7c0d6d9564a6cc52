"""Small groups: what narrows a pseudonym to few people is said before it is saved."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from audit.models import Entry
from cases.models import PlaceKind
from cases.registry import register_place
from witnesses.grouping import GroupFacts, record_group
from witnesses.models import InterviewNote, KnownGroup
from witnesses.narrowing import CaseKnowledge, attributes_in_words
from witnesses.risk_errors import BadRisk
from witnesses.small_groups import Group, Known, Narrowing, narrowing, read_said

KNOWN = Known({"zendan": "p", "زندان ساختگی": "p", "qasr": "q"})


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("She was in Zendan", ("place",)),
        ("زندانِ ساختگی، بند ۴، سال ۱۳۶۷", ("place", "ward", "year")),
        ("Ward 4 in 1988", ("ward", "year")),
        ("آشپز زندان ساختگی", ("place", "role")),
        ("Zendanis, wards, 19880, 12345", ()),
        ("the cook", ("role",)),
    ],
)
def test_what_a_text_says_is_read_in_both_scripts_and_calendars(text, kinds):
    assert read_said([text], KNOWN).kinds == kinds


def test_a_solar_year_is_both_gregorian_years_that_it_lies_in():
    assert read_said(["در سال ۱۳۶۷"], KNOWN).years == {1988, 1989}


@pytest.mark.parametrize(
    ("text", "groups", "at_least"),
    [
        ("Zendan in 1988", [Group(60, "p", first=1980, last=1990)], "fine"),
        ("Zendan in 1988", [Group(9, "p", first=1980, last=1990)], 9),
        # A group that is wider than what was said says nothing of it.
        ("Zendan, ward 4, in 1988", [Group(60, "p", first=1980, last=1990)], None),
        ("Zendan, ward 4, in 1988", [Group(60, "p", "4", first=1980, last=1990)], "fine"),
        ("Zendan in 1995", [Group(60, "p", first=1980, last=1990)], None),
        ("Qasr in 1988", [Group(60, "p", first=1980, last=1990)], None),
        # The largest that is known counts: a part of those who fit are fewer.
        ("Zendan in 1988", [Group(3, "p", "4", "cook", 1988, 1988), Group(60, "p", first=1988)], "fine"),
        ("Zendan, a cook", [Group(3, "p", "4", "cook", 1988, 1988)], 3),
        # Two places: each is asked of.
        ("Zendan and Qasr in 1988", [Group(60, "p", first=1980, last=1990)], None),
        ("1988", [], "fine"),
    ],
)
def test_how_far_it_narrows(text, groups, at_least):
    found = narrowing(read_said([text], KNOWN), groups, wanted=10)
    assert (found.at_least if found else "fine") == at_least


def test_texts_count_together():
    assert narrowing(read_said(["ward 4"], KNOWN), [], wanted=10) is None
    assert narrowing(read_said(["ward 4", "1988"], KNOWN), [], wanted=10)


@pytest.fixture
def prison(case, lawyer):
    return register_place(case=case, kind=PlaceKind.PRISON, name_latin="Zendan-e Sakhtegi", actor=lawyer)


TEXT = "A cook in Zendan-e Sakhtegi, ward 4, in 1367"


def test_what_a_case_knows_decides_and_the_newest_of_a_group_counts(case, prison, lawyer):
    def narrows():
        knows = CaseKnowledge(case)
        return knows.narrows(knows.read([TEXT]))

    def known(at_least):
        facts = GroupFacts(prison, 1988, 1989, at_least, "Two lists", ward="Ward ۴", role="Cook")
        return record_group(case, facts=facts, actor=lawyer)

    assert narrows().at_least is None
    known(60)
    assert narrows() is None
    known(4)
    assert narrows().at_least == 4


def test_a_group_is_of_a_place_of_the_case(other_case, prison, outsider, case, lawyer):
    with pytest.raises(BadRisk, match="place of this case"):
        record_group(other_case, facts=GroupFacts(prison, 1988, 1989, 60, "A list"), actor=outsider)
    with pytest.raises(BadRisk, match="earlier to the later"):
        record_group(case, facts=GroupFacts(prison, 1989, 1988, 60, "A list"), actor=lawyer)
    assert not KnownGroup.objects.exists()


def test_a_plain_note_that_narrows_is_kept_once_that_was_confirmed(
    client_for, prison, witness, interview, paralegal
):
    client = client_for(paralegal)
    address = reverse("witnesses:note_new", args=[witness.case_id, witness.pk, interview.pk])
    form = {"kept": "plain", "text": TEXT}
    asked = client.post(address, form)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "Nobody knows how many people" in page
    assert TEXT in page
    key = asked.context["form"].fields["small_group"].widget.attrs["value"]
    assert not InterviewNote.objects.exists()
    # What was confirmed of one text does not hold for another.
    other = client.post(address, {**form, "text": f"{TEXT}, and in 1366", "small_group": key})
    assert other.status_code == 422
    assert client.post(address, {**form, "small_group": key}).status_code == 302
    assert InterviewNote.objects.get().text == TEXT
    body = bytes(Entry.objects.get(action="witness.small_group_acknowledged").body).decode()
    assert "ward" in body
    assert "Zendan" not in body


def test_a_sealed_note_and_one_that_says_little_are_kept_at_once(
    client_for, prison, witness, interview, paralegal
):
    address = reverse("witnesses:note_new", args=[witness.case_id, witness.pk, interview.pk])
    for form in ({"kept": "sealed", "text": TEXT}, {"kept": "plain", "text": "She was in Zendan-e Sakhtegi"}):
        assert client_for(paralegal).post(address, form).status_code == 302
    assert not Entry.objects.filter(action="witness.small_group_acknowledged").exists()


def test_a_dependence_and_a_statement_ask_too(client_for, prison, witness, told, paralegal):
    client = client_for(paralegal)
    note = {"tie": "names", "note": TEXT}
    of_witness = reverse("witnesses:dependences", args=[witness.case_id, witness.pk])
    of_item = reverse("witnesses:depend_item", args=[told.pk])
    statement = reverse("witnesses:statement_new", args=[witness.case_id, witness.pk])
    asks = (
        (of_witness, {**note, "item": told.reference}),
        (of_item, {**note, "tie": "shows", "pseudonym": witness.pseudonym}),
        (
            statement,
            {
                "item": told.reference,
                "kind": "first_account",
                "signed": "yes",
                "read_back": "no",
                "under_oath": "not_known",
                "remark": TEXT,
                "seen": 0,
            },
        ),
    )
    for address, form in asks:
        answer = client.post(address, form)
        assert "Nobody knows how many people" in answer.content.decode(), address
        key = answer.context["form"].fields["small_group"].widget.attrs["value"]
        confirmed = client.post(address, {**form, "small_group": key})
        assert confirmed.status_code == 302, address


def test_lawyers_of_the_case_record_groups(client_for, case, prison, lawyer, paralegal, outsider):
    address = reverse("witnesses:groups", args=[case.pk])
    form = {
        "place": prison.pk,
        "ward": "4",
        "first_year": 1986,
        "last_year": 1988,
        "at_least": 60,
        "source": "A list",
    }
    assert client_for(paralegal).get(address).status_code == 403
    assert client_for(outsider).get(address).status_code == 404
    client = client_for(lawyer)
    assert client.post(address, {**form, "last_year": "x"}).status_code == 422
    assert client.post(address, form).status_code == 302
    assert "A list" in client.get(address).content.decode()


def test_the_kinds_are_parted_as_the_language_of_the_reader_parts_them():
    found = Narrowing(("place", "ward"), None, 5, "x")
    with override("fa"):
        assert attributes_in_words(found) == "مکان، بند"
