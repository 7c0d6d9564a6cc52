"""The receipt of a delivery: what came, from whom, when, by whom; the same bytes every time, logged before it leaves."""

import hashlib
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.errors import LogUnavailable
from audit.models import Checkpoint, Entry
from cases.membership import remove_member
from cases.models import Case
from evidence import deliveries
from evidence.deliveries import extent_of
from evidence.errors import UnknownDelivery
from evidence.intake import start_intake
from evidence.models import EvidenceItem, Intake
from evidence.receipting import Form, give_receipt
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]


@pytest.fixture
def delivery(take_in: TakeIn, paralegal: User) -> Intake:
    """Two files from one hand."""
    intake = start_intake(source="خانوادهٔ یک زندانی", how_obtained="In an envelope", actor=paralegal)
    take_in(intake=intake, original_name="نامه\u202e.txt", title="Letter from Evin")
    take_in(b"a photograph", intake=intake, original_name="wall.jpg")
    return intake


def record_of(delivery: Intake, actor: User, part: int = 1) -> dict:
    return json.loads(give_receipt(delivery, form=Form.JSON, language="en", part=part, actor=actor).content)


def paper_of(delivery: Intake, actor: User, tmp_path: Path, language: str = "en", part: int = 1) -> str:
    given = give_receipt(delivery, form=Form.PDF, language=language, part=part, actor=actor)
    path = tmp_path / "receipt.pdf"
    path.write_bytes(given.content)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_it_says_what_came_from_whom_and_when_and_where_the_log_has_it(
    delivery: Intake, paralegal: User
) -> None:
    record = record_of(delivery, paralegal)
    assert record["reference"] == delivery.reference
    assert record["handed_over"]["source"] == "خانوادهٔ یک زندانی"
    assert record["taken_in"]["by"] == paralegal.full_name
    assert record["counts"] == {
        "items": 2,
        "files": 2,
        "physical_items": 0,
        "bytes": len(LETTER) + 12,
        "not_listed": 0,
    }
    first = record["items"][0]
    assert first["name"] == "نامه\u202e.txt"
    assert first["sha256"] == hashlib.sha256(LETTER).hexdigest()
    entry = Entry.objects.get(pk=first["log_entry"]["id"])
    assert (entry.action, entry.subject_id) == ("evidence.received", first["id"])
    assert entry.leaf.index == first["log_entry"]["index"] < record["log"]["size"]
    checkpoint = Checkpoint.objects.get(size=record["log"]["size"])
    assert record["log"]["checkpoint"] == checkpoint.note
    assert record["log"]["root"] == bytes(checkpoint.root).hex()


@pytest.mark.parametrize("form", list(Form))
def test_the_same_delivery_gives_the_same_bytes_until_something_is_added(
    delivery: Intake, paralegal: User, lawyer: User, take_in: TakeIn, form: Form
) -> None:
    def given(actor: User) -> bytes:
        return give_receipt(delivery, form=form, language="fa", actor=actor).content

    first = given(paralegal)
    take_in(b"something else")
    assert given(paralegal) == first
    assert given(lawyer) == first
    take_in(b"a third", intake=delivery)
    assert given(paralegal) != first


@pytest.mark.program("pdftotext")
def test_the_paper_bears_the_digest_of_the_record(delivery: Intake, paralegal: User, tmp_path: Path) -> None:
    paper = paper_of(delivery, paralegal, tmp_path)
    record = give_receipt(delivery, form=Form.JSON, language="en", actor=paralegal).content
    assert f"sha256:{hashlib.sha256(record).hexdigest()}" in "".join(paper.split())
    assert delivery.reference in paper
    assert "Letter from Evin" in paper
    assert "U+202E" in paper.replace("\u2066", "")
    assert hashlib.sha256(LETTER).hexdigest()[:8] in paper
    assert paralegal.full_name in paper


@pytest.mark.program("pdftotext")
def test_a_persian_paper_has_persian_words_and_both_calendars(
    delivery: Intake, paralegal: User, tmp_path: Path
) -> None:
    paper = paper_of(delivery, paralegal, tmp_path, language="fa")
    assert "Taken in by" not in paper
    assert delivery.reference in paper
    assert "۱۴" in paper
    assert "۲۰" in paper


@pytest.mark.program("pdftotext")
def test_a_thing_is_on_it_with_its_condition_and_seal(case: Case, paralegal: User, tmp_path: Path) -> None:
    ring = put_on_the_shelf(case, paralegal, condition="Scratched", seal="S-17", serial_number="SN-5")
    record = record_of(ring.intake, paralegal)
    (shown,) = record["items"]
    assert (shown["size"], shown["sha256"]) == (None, None)
    assert shown["thing"]["condition"] == "Scratched"
    assert record["counts"]["physical_items"] == 1
    paper = paper_of(ring.intake, paralegal, tmp_path)
    for words in ("A prisoner's ring", "Physical item", "Condition: Scratched", "Seal: S-17", "SN-5"):
        assert words in paper


@pytest.mark.parametrize("language", ["en", "fa"])
def test_of_things_alone_nothing_is_said_that_only_files_have(
    case: Case, paralegal: User, client_for: ClientFor, tmp_path: Path, language: str
) -> None:
    ring = put_on_the_shelf(case, paralegal, condition="Scratched")
    paper = paper_of(ring.intake, paralegal, tmp_path, language)
    # The one digest on it is that of the receipt's own file, in the square code and in how it is checked.
    assert paper.count("SHA-256") + paper.count("sha256:") == 2
    assert ring.reference in paper
    client = client_for(paralegal)
    client.cookies["language"] = language
    page = client.get(reverse("evidence:delivery", args=[ring.intake_id])).content.decode()
    for words in ("digest", "Digest", "چکیده", "bytes", "بایت"):
        assert words not in page.partition("<main")[2]
    assert ("1 physical item" if language == "en" else "۱ شیء") in page


def test_that_it_was_given_is_logged_without_a_name(delivery: Intake, paralegal: User, case: Case) -> None:
    given = give_receipt(delivery, form=Form.JSON, language="en", actor=paralegal)
    entry = Entry.objects.get(action="intake.receipt_given")
    facts = json.loads(bytes(entry.body))["facts"]
    assert facts["record_sha256"] == hashlib.sha256(given.content).hexdigest()
    assert (entry.subject_id, entry.case_id) == (str(delivery.pk), case.pk)
    assert "زندانی".encode() not in bytes(entry.body)


def test_what_cannot_be_logged_does_not_leave(
    delivery: Intake, paralegal: User, client_for: ClientFor
) -> None:
    record_of(delivery, paralegal)

    def refuse(execute, sql, params, many, context):
        if "audit_entry" in sql and "INSERT" in sql:
            raise LogUnavailable("closed")
        return execute(sql, params, many, context)

    client = client_for(paralegal)
    with connection.execute_wrapper(refuse):
        answer = client.post(
            reverse("evidence:receipt", args=[delivery.pk]), {"language": "en", "form": "json"}
        )
    assert answer.status_code == 503
    assert b"sha256" not in answer.content


def test_a_reader_gets_what_is_open_to_them_and_a_word_on_the_rest(
    delivery: Intake, take_in: TakeIn, paralegal: User, lawyer: User, outsider: User
) -> None:
    take_in(b"no case yet", intake=delivery, case=None)
    whole, part = record_of(delivery, paralegal)["counts"], record_of(delivery, lawyer)["counts"]
    assert (whole["items"], whole["not_listed"]) == (3, 0)
    assert (part["items"], part["not_listed"]) == (2, 1)
    with pytest.raises(UnknownDelivery):
        give_receipt(delivery, form=Form.JSON, language="en", actor=outsider)


def test_a_removed_member_finds_neither_delivery_nor_receipt(
    delivery: Intake, paralegal: User, lawyer: User, case: Case, client_for: ClientFor
) -> None:
    client = client_for(paralegal)
    assert delivery.reference in client.get(reverse("evidence:deliveries")).content.decode()
    remove_member(case, user=paralegal, actor=lawyer)
    assert delivery.reference not in client.get(reverse("evidence:deliveries")).content.decode()
    for answer in (
        client.get(reverse("evidence:delivery", args=[delivery.pk])),
        client.post(reverse("evidence:receipt", args=[delivery.pk]), {"language": "en", "form": "pdf"}),
    ):
        assert answer.status_code == 404


def test_the_pages_lead_from_the_list_to_the_paper(
    delivery: Intake, paralegal: User, lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(paralegal)
    address = reverse("evidence:delivery", args=[delivery.pk])
    assert address in client.get(reverse("evidence:deliveries")).content.decode()
    page = client.get(address).content.decode()
    assert "Letter from Evin" in page
    assert "Print the receipt" in page
    answer = client.post(reverse("evidence:receipt", args=[delivery.pk]), {"language": "fa", "form": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{delivery.reference}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert delivery.reference not in client_for(lawyer).get(reverse("evidence:deliveries")).content.decode()
    everybodys = client_for(lawyer).get(reverse("evidence:deliveries"), {"whose": "all"}).content.decode()
    assert delivery.reference in everybodys
    item = EvidenceItem.objects.filter(intake=delivery).first()
    assert address in client.get(reverse("evidence:item", args=[item.pk])).content.decode()


@pytest.mark.parametrize("sent", [{}, {"language": "xx", "form": "pdf"}, {"language": "fa", "form": "exe"}])
def test_a_form_that_is_not_ours_gets_a_sentence(
    delivery: Intake, paralegal: User, client_for: ClientFor, sent: dict
) -> None:
    answer = client_for(paralegal).post(reverse("evidence:receipt", args=[delivery.pk]), sent)
    assert answer.status_code == 400
    assert "Choose the language" in answer.content.decode()


def test_a_large_delivery_comes_in_parts_that_leave_nothing_out(
    take_in: TakeIn, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PART", 3)
    monkeypatch.setattr("evidence.receipt_record.PART", 3)
    intake = start_intake(source="an office", actor=paralegal)
    for number in range(7):
        take_in(str(number).encode(), intake=intake, original_name=f"{number}.txt")
    assert extent_of(intake, user=paralegal).parts == 3
    parts = [record_of(intake, paralegal, part) for part in (1, 2, 3)]
    assert [one["part"] for one in parts] == [{"number": n, "of": 3} for n in (1, 2, 3)]
    assert [item["position"] for one in parts for item in one["items"]] == list(range(1, 8))
    assert record_of(intake, paralegal, 99) == parts[2]


def test_the_number_of_queries_does_not_grow_with_the_delivery(
    delivery: Intake, take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(paralegal)

    def queries() -> list[int]:
        counts = []
        for act in (
            lambda: client.get(reverse("evidence:deliveries")),
            lambda: client.get(reverse("evidence:delivery", args=[delivery.pk])),
            lambda: record_of(delivery, paralegal),
        ):
            with CaptureQueriesContext(connection) as captured:
                act()
            counts.append(len(captured))
        return counts

    queries()
    few = queries()
    for number in range(8):
        take_in(str(number).encode(), intake=delivery)
    queries()
    assert queries() == few


def test_the_command_writes_each_part_in_both_forms_and_overwrites_nothing(
    delivery: Intake, paralegal: User, tmp_path: Path
) -> None:
    item = EvidenceItem.objects.filter(intake=delivery).first()
    folder = tmp_path / "receipts"
    folder.mkdir()
    told = io.StringIO()
    call_command("print_receipt", item.reference, to=folder, language="fa", actor="parvin", stdout=told)
    written = sorted(path.name for path in folder.iterdir())
    assert written == [f"receipt-{delivery.reference}.json", f"receipt-{delivery.reference}.pdf"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    with pytest.raises(Exception, match="is there already"):
        call_command("print_receipt", str(delivery.pk), to=folder, actor="parvin", stdout=told)
    with pytest.raises(Exception, match="is no folder"):
        call_command("print_receipt", str(delivery.pk), to=tmp_path / "none", actor="parvin", stdout=told)
