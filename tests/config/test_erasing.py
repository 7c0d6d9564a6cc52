"""Erasing private values: by two people, for good, and the log still verifies."""

import io
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.errors import NotPermitted
from accounts.models import User
from accounts.roles import Role
from audit.commitments import commit
from audit.erased import ErasedText
from audit.errors import BadInput, NotErasable, UnknownRecord
from audit.guards import guarded_tables, missing_guards
from audit.models import Entry
from audit.private import private_models, sealed, values_of
from audit.verification import verify_log
from cases.dating import read_date
from cases.facts import Coordinates, NameFacts, PostFacts
from cases.membership import add_member, open_case
from cases.models import Case, Part, Person, PersonName, PlaceKind
from cases.registry import involve_person, record_incident, register_person, register_place
from config.erasing import erasable_kinds, erase_private_values, kinds
from dossiers.requests import request_dossier
from evidence.custody_record import item_record
from evidence.holds import place_hold, release_hold
from evidence.intake import IntakeFacts, ingest_evidence, record_receipts
from evidence.linking import link_evidence
from evidence.models import EvidenceItem, Thing
from evidence.models.upload import FORGOTTEN
from evidence.store import vault
from evidence.storing import store_bytes
from evidence.verification import verify_evidence
from tests.conftest import Hire
from tests.evidence.things import put_on_the_shelf
from tests.journeys.conftest import Command, command  # noqa: F401  the fixture
from tests.tampering import as_owner, tamper
from witnesses.grouping import GroupFacts, record_group

NAME, POST = "Kambiz Inventedpour", "Invented deputy"
WHY = "The family asked for it in writing"


@pytest.fixture
def person(case: Case, lawyer: User) -> Person:
    return register_person(
        case=case,
        role=Part.OTHER,
        names=[NameFacts(NAME, source="Invented letter")],
        posts=[PostFacts(POST, when=read_date("1988"))],
        notes="Invented notes",
        basis="Invented basis",
        actor=lawyer,
    )


@pytest.fixture
def item(case: Case, lawyer: User) -> EvidenceItem:
    facts = IntakeFacts(
        source="Invented source",
        original_name="invented.txt",
        title="Invented title",
        collected=read_date("1988"),
        case=case,
    )
    return ingest_evidence(io.BytesIO(b"a letter"), facts=facts, actor=lawyer)


def erase(kind: str, row: models.Model, *names: str, actor: User, approver: User) -> Any:
    return erase_private_values(kind, row.pk, names=names, reason=WHY, actor=actor, approver=approver)


def erasures() -> list[dict[str, Any]]:
    entries = Entry.objects.filter(action="log.values_erased").order_by("recorded_at", "id")
    return [entry_facts(entry) for entry in entries]


def text_in_tables(text: str) -> list[str]:
    """The columns of any table that hold the text, in any letter case."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        for value in model._default_manager.values_list(field.attname, flat=True)
        if text.lower()
        in (bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)).lower()
    ]


def entry_facts(entry: Entry) -> dict[str, Any]:
    return json.loads(bytes(entry.body))["facts"]


def test_an_erased_person_is_gone_from_every_column_and_the_log_still_verifies(
    person: Person, lawyer: User, auditor: User
) -> None:
    salt = bytes(person.salt)
    told = erase("person", person, actor=lawyer, approver=auditor)
    assert told.erased.count == 6
    for text in (NAME, POST, "Invented letter", "Invented notes", "Invented basis", "kambiz"):
        assert text_in_tables(text) == [], text
    again = Person.objects.get(pk=person.pk)
    assert bytes(again.salt) != salt
    assert str(again).startswith("erased on 20")
    assert again.posts.get().date is None
    assert verify_log().ok


def test_a_name_that_is_found_by_guessing_cannot_be_proved_any_more(
    person: Person, lawyer: User, auditor: User
) -> None:
    [before] = entry_facts(Entry.objects.get(action="person.registered"))["names"]
    assert before == commit(NAME, salt=bytes(person.salt))
    erase("person", person, actor=lawyer, approver=auditor)
    person.refresh_from_db()
    assert commit(NAME, salt=bytes(person.salt)) != before


def test_what_is_kept_goes_on_under_a_fresh_salt_that_the_log_knows(
    person: Person, lawyer: User, auditor: User
) -> None:
    erase("person", person, "notes", actor=lawyer, approver=auditor)
    name = PersonName.objects.get(person=person)
    assert name.text == NAME
    assert name.search_key
    [facts] = erasures()
    assert facts["erased"] == ["notes"]
    assert facts["commitments"] == 1
    assert facts["kept"][f"names.{name.pk}.text"] == sealed(name, "text")
    assert facts["kept"]["notes"] is None


def test_the_entry_says_who_and_what_and_only_commits_to_why(
    person: Person, case: Case, lawyer: User, auditor: User
) -> None:
    told = erase("person", person, "names", actor=lawyer, approver=auditor)
    entry = Entry.objects.get(action="log.values_erased")
    assert (entry.actor, entry.case_id) == (lawyer.audit_name, case.pk)
    facts = entry_facts(entry)
    assert facts["approved_by"] == auditor.audit_name
    assert facts["reason"] == commit(WHY, salt=bytes.fromhex(told.reason_salt))
    assert text_in_tables(told.reason_salt) == []
    assert text_in_tables(WHY) == []


def test_evidence_verifies_after_an_erasure_and_an_alteration_is_still_found(
    item: EvidenceItem, lawyer: User, auditor: User
) -> None:
    erase("evidenceitem", item, "title", "source", "collected", actor=lawyer, approver=auditor)
    assert verify_evidence(EvidenceItem.objects.all()).ok
    EvidenceItem.objects.update(original_name="another.txt")
    assert [fault.kind for fault in verify_evidence(EvidenceItem.objects.all()).faults] == ["record_altered"]


def test_an_erased_value_that_somebody_fills_again_is_found(
    item: EvidenceItem, lawyer: User, auditor: User
) -> None:
    erase("evidenceitem", item, "title", actor=lawyer, approver=auditor)
    EvidenceItem.objects.update(title="Another title")
    assert not verify_evidence(EvidenceItem.objects.all()).ok


def test_a_link_loses_its_words_and_still_verifies(
    person: Person, case: Case, item: EvidenceItem, lawyer: User, auditor: User
) -> None:
    link = link_evidence(item, case=case, to=person, basis="Invented ground", pinpoint="p. 3", actor=lawyer)
    erase("evidencelink", link, "basis", actor=lawyer, approver=auditor)
    link.refresh_from_db()
    assert isinstance(link.basis, ErasedText)
    assert link.pinpoint == "p. 3"
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_places_incidents_cases_and_deliveries_can_be_erased(
    case: Case, item: EvidenceItem, lawyer: User, auditor: User
) -> None:
    where = Coordinates(Decimal("35.646"), Decimal("51.567"), "Invented survey")
    place = register_place(
        case=case, kind=PlaceKind.PRISON, name_latin="Inventedhouse", coordinates=where, actor=lawyer
    )
    incident = record_incident(
        case, title="Invented incident", when=read_date("1988"), place=place, actor=lawyer
    )
    rows = {"place": place, "incident": incident, "case": case, "intake": item.intake}
    for kind, row in rows.items():
        erase(kind, row, actor=lawyer, approver=auditor)
        row.refresh_from_db()
    assert (place.latitude, place.longitude) == (None, None)
    assert str(place).startswith("erased on")
    assert incident.date is None
    assert Case.objects.visible_to(lawyer).found_by(case.reference).exists()
    assert Case.objects.get(pk=case.pk).title.startswith("erased on")
    assert verify_log().ok


def test_pages_say_when_a_value_was_erased_in_the_readers_language(
    client_for: Any, person: Person, case: Case, lawyer: User, auditor: User
) -> None:
    erase("person", person, actor=lawyer, approver=auditor)
    page = client_for(lawyer).get(reverse("cases:person", args=[case.pk, person.pk])).content.decode()
    assert "erased on 20" in page
    assert "\ufdd0" not in page
    with translation.override("fa"):
        assert "پاک شد" in str(Person.objects.get(pk=person.pk).notes)


def test_an_erased_value_stays_erased_when_its_row_is_saved_in_another_language(
    person: Person, lawyer: User, auditor: User
) -> None:
    erase("person", person, "notes", actor=lawyer, approver=auditor)
    with translation.override("fa"):
        Person.objects.get(pk=person.pk).save()
    assert str(Person.objects.get(pk=person.pk).notes).startswith("erased on")


@pytest.mark.parametrize(
    ("by", "approved_by"),
    [("paralegal", "auditor"), ("lawyer", "paralegal"), ("auditor", "lawyer"), ("lawyer", "administrator")],
)
def test_it_takes_a_lawyer_and_an_auditor(
    person: Person, hire: Hire, lawyer: User, paralegal: User, auditor: User, by: str, approved_by: str
) -> None:
    people = {"lawyer": lawyer, "paralegal": paralegal, "auditor": auditor}
    people["administrator"] = hire("admin", Role.ADMINISTRATOR)
    with pytest.raises(NotPermitted):
        erase("person", person, actor=people[by], approver=people[approved_by])
    assert Person.objects.get(pk=person.pk).notes == "Invented notes"
    assert erasures() == []


def test_a_lawyer_outside_the_case_finds_no_such_record(
    person: Person, outsider: User, auditor: User
) -> None:
    with pytest.raises(UnknownRecord):
        erase("person", person, actor=outsider, approver=auditor)


def test_a_record_of_two_cases_takes_a_member_of_both(
    person: Person, case: Case, lawyer: User, outsider: User, auditor: User
) -> None:
    second = open_case(reference="DK-2", title="Second", actor=lawyer)
    involve_person(person, case=second, role=Part.VICTIM, actor=lawyer)
    add_member(second, user=outsider, actor=lawyer)
    with pytest.raises(NotErasable, match="Other cases"):
        erase("person", person, actor=outsider, approver=auditor)
    erase("person", person, actor=lawyer, approver=auditor)
    entries = Entry.objects.filter(action="log.values_erased")
    assert {entry.case_id for entry in entries} == {case.pk, second.pk}


def test_what_a_thing_is_like_is_erased_as_words_of_custody_are(
    case: Case, lawyer: User, auditor: User
) -> None:
    words = {"description": "Inventedova is engraved in it", "serial_number": "Invented-7"}
    item = put_on_the_shelf(case, lawyer, **words)
    other = put_on_the_shelf(case, lawyer, title="A watch", description="Of steel")
    erase("thing", item.thing, "description", actor=lawyer, approver=auditor)
    again = Thing.objects.get(item=item)
    assert isinstance(again.description, ErasedText)
    assert (again.serial_number, again.quantity, again.erasures) == ("Invented-7", 1, 1)
    assert text_in_tables(words["description"]) == []
    assert verify_evidence(EvidenceItem.objects.all(), whole=True).ok
    assert verify_log().ok
    erase("thing", again, actor=lawyer, approver=auditor)
    assert text_in_tables(words["serial_number"]) == []
    assert verify_evidence(EvidenceItem.objects.all(), whole=True).ok
    with pytest.raises(NotErasable, match="nothing to erase"):
        erase("thing", Thing.objects.get(item=item), actor=lawyer, approver=auditor)
    assert Thing.objects.get(item=other).description == "Of steel"


def test_words_of_a_thing_that_went_or_came_otherwise_are_found(
    case: Case, lawyer: User, auditor: User
) -> None:
    item = put_on_the_shelf(case, lawyer, description="Of silver", serial_number="Invented-7")
    erase("thing", item.thing, "description", actor=lawyer, approver=auditor)
    for column in ("description", "serial_number"):
        with transaction.atomic():
            tamper(f"UPDATE evidence_thing SET {column} = 'Another'")
            faults = [one.kind for one in verify_evidence(EvidenceItem.objects.all()).faults]
            assert faults == ["record_altered"], column
            transaction.set_rollback(True)
    with transaction.atomic():
        tamper("UPDATE evidence_thing SET erasures = NULL")
        assert [one.kind for one in verify_evidence(EvidenceItem.objects.all()).faults] == [
            "erasure_miscounted"
        ]
        transaction.set_rollback(True)


def test_the_database_lets_a_things_words_go_by_their_erasure_alone(
    case: Case, lawyer: User, auditor: User
) -> None:
    item = put_on_the_shelf(case, lawyer, description="Of silver")
    today = timezone.now().date()
    for columns in (
        {"quantity": 3},
        {"description": "Of gold"},
        {"description": ErasedText(today), "salt": bytes(16), "erasures": 1},
    ):
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            as_owner(),
            transaction.atomic(),
        ):
            Thing.objects.filter(item=item).update(**columns)
    assert missing_guards(connection) == []


def test_papers_and_pages_of_a_thing_say_that_its_words_were_erased(
    client_for: Any, case: Case, lawyer: User, auditor: User
) -> None:
    item = put_on_the_shelf(case, lawyer, description="Of silver")
    erase("thing", item.thing, actor=lawyer, approver=auditor)
    page = client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "erased on 20" in page
    record = item_record(EvidenceItem.objects.get(pk=item.pk))
    assert record["thing"]["description"].startswith("erased on 20")
    assert record["salt"] is not None


def test_what_is_written_once_is_refused_with_the_reason(case: Case, lawyer: User, auditor: User) -> None:
    prison = register_place(case=case, kind=PlaceKind.PRISON, name_latin="Inventedhouse", actor=lawyer)
    facts = GroupFacts(prison, 1988, 1989, 60, "Two invented lists")
    group = record_group(case, facts=facts, actor=lawyer)
    with pytest.raises(NotErasable, match="append-only"):
        erase("knowngroup", group, actor=lawyer, approver=auditor)


def test_a_dossier_that_is_being_compiled_is_left_alone(
    item: EvidenceItem, case: Case, lawyer: User, auditor: User
) -> None:
    dossier = request_dossier(case, purpose="For an invented court", actor=lawyer)
    with pytest.raises(NotErasable, match="in use"):
        erase("dossier", dossier, actor=lawyer, approver=auditor)


def test_nobody_steps_over_a_legal_hold_by_erasing_what_an_item_is(
    item: EvidenceItem, case: Case, person: Person, lawyer: User, auditor: User
) -> None:
    link = link_evidence(item, case=case, to=person, basis="Invented ground", actor=lawyer)
    receipt = item.custody.get(seq=1)
    first = place_hold(item, reason="The trial goes on", actor=lawyer)
    second = place_hold(item, reason="The appeal goes on too", actor=lawyer)
    release_hold(second, reason="The appeal is over now", actor=lawyer)
    rows = {"evidenceitem": item, "intake": item.intake, "evidencelink": link, "custodyevent": receipt}
    for kind, row in rows.items():
        with pytest.raises(NotErasable, match="legal hold"):
            erase(kind, row, actor=lawyer, approver=auditor)
    item.refresh_from_db()
    assert (item.source, item.intake.source) == ("Invented source", "Invented source")
    release_hold(first, reason="The trial is over now", actor=lawyer)
    for kind, row in rows.items():
        erase(kind, row, actor=lawyer, approver=auditor)
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_a_delivery_of_many_items_costs_no_more_queries_than_one_of_one(
    case: Case, lawyer: User, auditor: User
) -> None:
    def queries(number: int) -> int:
        facts = [
            IntakeFacts(source=f"Invented {number}", original_name=f"{one}.txt", case=case)
            for one in range(number)
        ]
        arrived = [
            (store_bytes(io.BytesIO(f"{number} {one}".encode()), into=vault()), fact)
            for one, fact in enumerate(facts)
        ]
        [delivery] = {item.intake for item in record_receipts(arrived, actor=lawyer)}
        assert delivery.items.count() == number
        with CaptureQueriesContext(connection) as asked:
            erase("intake", delivery, actor=lawyer, approver=auditor)
        return len(asked)

    queries(1)  # what is looked up once is looked up now
    assert queries(2) == queries(6)


def test_nothing_is_erased_twice_and_no_unknown_value(person: Person, lawyer: User, auditor: User) -> None:
    with pytest.raises(BadInput, match="notes, names, posts, involvements"):
        erase("person", person, "shoe_size", actor=lawyer, approver=auditor)
    erase("person", person, actor=lawyer, approver=auditor)
    with pytest.raises(NotErasable, match="nothing to erase"):
        erase("person", person, actor=lawyer, approver=auditor)
    with pytest.raises(UnknownRecord):
        erase_private_values("person", uuid.uuid4(), reason=WHY, actor=lawyer, approver=auditor)


@pytest.mark.django_db(transaction=True)
def test_the_command_erases_verifies_and_leaves_no_trace_in_the_pages_of_the_database(
    command: Command,  # noqa: F811
    person: Person,
    lawyer: User,
    auditor: User,
) -> None:
    words = ("--reason", WHY, "--actor", lawyer.username, "--approved-by", auditor.username, "--yes")
    said = command("erase_private_values", "person", person.pk, *words)
    assert said.code == 0, said
    assert "VERIFIED" in said.out
    assert WHY not in said.out
    if connection.vendor == "sqlite":
        # Every page of the database, free ones too: what was erased is not merely out of reach.
        held = connection.connection.serialize()
        assert person.pk.hex.encode() in held
        assert NAME.encode() not in held
        assert b"Invented notes" not in held


@pytest.mark.django_db(transaction=True)
def test_the_command_wants_the_kind_typed_and_refuses_one_person_alone(
    command: Command,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    person: Person,
    lawyer: User,
    auditor: User,
) -> None:
    words = ("--reason", WHY, "--actor", lawyer.username, "--approved-by")
    monkeypatch.setattr("sys.stdin", io.StringIO("something else\n"))
    assert command("erase_private_values", "person", person.pk, *words, auditor.username).code == 2
    assert command("erase_private_values", "person", person.pk, *words, lawyer.username, "--yes").code == 4
    assert Person.objects.get(pk=person.pk).notes == "Invented notes"


# Columns of text that may be in clear: our own words, identifiers and choices, never what a person types freely.
IN_CLEAR = {
    "Acquisition": {"languages"},
    "Case": {"reference", "search_key"},
    "PersonName": {"search_key", "romanisation"},
    "StoredObject": {"name", "key_id", "format"},
    "Removal": {"name"},
    "Intake": {"channel"},
    "EvidenceItem": {"reference", "media_type", "media_type_tool", "inspection_failure"},
    "CustodyEvent": {"agent", "tool"},
    "Derivative": {
        "media_type",
        "language",
        "tool",
        "tool_version",
        "parameters",
        "failure",
        "failure_detail",
        "finding",
    },
    "Unpacking": {"tool", "failure"},
    # It stands in the container's own bytes and goes with them, when both are disposed of.
    "ContainerMember": {"name", "modified"},
    # On its way: whoever sends it can call it off, and the row forgets all of this when it has come to an end.
    "Upload": {"failure", *FORGOTTEN} - {"date_earliest", "date_latest"},
    # Tables and names of ours, and commitments.
    "Erasure": {"kind", "names", "before", "reason"},
    "ErasureRequest": {"kind", "names"},
    "FixityRound": {"agent", "lease"},
    "FixityReading": {"agent", "state"},
    "FixityReport": {"body"},
    "ObjectDigest": {"verified_with"},
    "FoundValue": {"tag"},
    "OnlineCapture": {"stated"},
    "ImageHash": {"bits"},
    "Witness": {"pseudonym"},
    "SealedIdentity": {"part", "suite"},
    "ConsentWithdrawal": {"purposes"},
    # Codes of our own.
    "RiskAssessment": {"threats"},
    # Our own names for a package's files and for the parts of one.
    "LeakFinding": {"path", "part"},
    "PackageUnread": {"path", "part"},
    "Dossier": {"recipient", "recipient_country", "checkpoint_note", "narrowing_code"},
}


@pytest.mark.parametrize(
    "model",
    [
        one
        for one in apps.get_models()
        if one._meta.app_label in {"cases", "evidence", "witnesses", "dossiers"}
    ],
    ids=lambda model: model.__name__,
)
def test_every_text_that_people_type_is_declared_private(model: type[models.Model]) -> None:
    private = {column for value in declared(model) for column in value.held_in}
    texts = {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    }
    assert texts - private == IN_CLEAR.get(model.__name__, set())


def test_the_command_offers_no_kind_that_is_always_refused(db: None) -> None:
    offered = erasable_kinds()
    assert {"person", "evidenceitem"} <= set(offered) < set(kinds())
    guarded = {name for name, model in offered.items() if model._meta.db_table in guarded_tables(connection)}
    assert guarded == {"custodyevent", "acquisition", "onlinecapture", "collectortrace", "thing"}


def declared(model: type[models.Model]) -> tuple[Any, ...]:
    return values_of(model).values if hasattr(model, "PRIVATE") else ()


def test_every_model_with_a_salt_says_what_it_keeps_private() -> None:
    salted = {
        model._meta.label_lower
        for model in apps.get_models()
        if any(field.name == "salt" for field in model._meta.get_fields())
    }
    assert salted == set(private_models())
    assert set(kinds()) == {label.split(".")[1] for label in salted}
