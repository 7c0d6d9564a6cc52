"""Custody says packed when a dossier is compiled, and disclosed when somebody takes it out: never one for the other."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.models import Entry
from audit.structure import database_faults
from audit.verification import verify_log
from cases.membership import add_member, open_case
from cases.models import Case
from config.erasing import erase_private_values
from dossiers.archive import VaultSink
from dossiers.compiling import compile_dossier
from dossiers.errors import CustodyUnwritten, DossierBusy, DossierNotWritten
from dossiers.handout import hand_out
from dossiers.models import Dossier, DossierState
from dossiers.receivers import Receiver
from dossiers.release import release_into
from dossiers.sinks import DirectorySink, PartialFolder
from evidence.certificate import certificate_sheet
from evidence.disposal import dispose, request_disposal
from evidence.linking import add_to_case
from evidence.models import CustodyEvent, EvidenceItem
from evidence.verification import verify_evidence
from tests.dossiers.conftest import PURPOSE, Folder
from tests.dossiers.verifying import run_verifier
from tests.tampering import as_owner, tamper

PROSECUTOR = Receiver("prosecutor", "investigation", "The prosecutor in Stockholm", "SE")
ClientFor = Callable[[User | None], Client]


@pytest.fixture
def held(case: Case, evidence: list[EvidenceItem], lawyer: User) -> Dossier:
    """A dossier that is compiled and lies here."""
    return compile_dossier(case, purpose=PURPOSE, receiver=PROSECUTOR, sink=VaultSink(), actor=lawyer)


def kinds(item: EvidenceItem) -> list[str]:
    events = CustodyEvent.objects.filter(item=item, kind__in=("packed", "disclosed", "corrected"))
    return list(events.order_by("seq").values_list("kind", flat=True))


def take(dossier: Dossier, *, by: User) -> bytes:
    with hand_out(dossier, actor=by).content as content:
        return content.read()


def facts_of(action: str) -> list[dict[str, Any]]:
    bodies = Entry.objects.filter(action=action).order_by("recorded_at").values_list("body", flat=True)
    return [json.loads(bytes(body))["facts"] for body in bodies]


@pytest.fixture
def custody_that_cannot_be_written(db: None) -> None:
    """The database takes no disclosure, as where its disk is full or its table damaged."""
    on, refuse = ' ON "evidence_custodyevent"', "RAISE(ABORT, 'no')"
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN IF NEW.kind = 'disclosed' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER refuse_it BEFORE INSERT{on} FOR EACH ROW EXECUTE FUNCTION refuse_it()"
            )
        else:
            cursor.execute(
                f"CREATE TRIGGER refuse_it BEFORE INSERT{on} WHEN NEW.kind = 'disclosed' BEGIN SELECT {refuse}; END"
            )


def test_a_dossier_that_waits_is_packed_and_nobody_is_said_to_have_it(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User, client_for: ClientFor
) -> None:
    for number, item in enumerate(evidence, start=1):
        event = item.custody.get(kind="packed")
        assert (event.actor, event.purpose) == (lawyer, PURPOSE)
        assert event.note == f"DK-1988-01-000{number} · {held.name} ({held.pk})"
        assert event.digest_found == item.stored.sha256
        assert kinds(item) == ["packed"]
    assert {one["event"] for one in facts_of("evidence.packed")} == {
        str(event.pk) for event in CustodyEvent.objects.filter(kind="packed")
    }
    assert facts_of("evidence.disclosed") == []
    page = client_for(lawyer).get(reverse("dossiers:detail", args=[held.pk])).content.decode()
    assert "Nobody yet" in page


def test_the_first_hand_out_to_each_person_discloses_every_exhibit_once(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User, outsider: User, client_for: ClientFor
) -> None:
    add_member(held.case, user=outsider, actor=lawyer)
    for person in (lawyer, lawyer, outsider, lawyer):
        take(held, by=person)
    for item in evidence:
        packed, *disclosed = item.custody.filter(kind__in=("packed", "disclosed")).order_by("seq")
        assert [event.actor for event in disclosed] == [lawyer, outsider]
        for event in disclosed:
            assert (event.refers_to, event.purpose) == (packed, PURPOSE)
            assert event.received_by == PROSECUTOR.name
            # Nothing of the exhibit was read again as the package went out.
            assert event.digest_found is None
    assert [one["disclosures"] for one in facts_of("dossier.downloaded")] == [3, 0, 3, 0]
    assert {one["event"] for one in facts_of("evidence.disclosed")} == {
        str(event.pk) for event in CustodyEvent.objects.filter(kind="disclosed")
    }
    page = client_for(lawyer).get(reverse("dossiers:detail", args=[held.pk])).content.decode()
    assert "Nobody yet" not in page
    assert outsider.full_name in page
    assert verify_log().ok
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_the_package_carries_the_entry_of_its_own_packing(held: Dossier, lawyer: User) -> None:
    with zipfile.ZipFile(io.BytesIO(take(held, by=lawyer))) as archive:
        lines = archive.read(f"{held.name}/log/entries.jsonl").decode().splitlines()
    actions = [json.loads(json.loads(line)["body"])["action"] for line in lines]
    assert actions.count("evidence.packed") == 3
    assert "evidence.disclosed" not in actions


def test_a_later_dossier_certifies_both_and_verifies(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
) -> None:
    release_into(held, tmp_path / "first", actor=lawyer)
    assert run_verifier(tmp_path / "first").returncode == 0
    again = compile_dossier(held.case, purpose=PURPOSE, sink=VaultSink(), actor=lawyer)
    release_into(again, tmp_path / "second", actor=lawyer)
    ended = run_verifier(tmp_path / "second")
    assert ended.returncode == 0, ended.stdout
    paper = (tmp_path / "second/data/certificates/DK-1988-01-0001.txt").read_text(encoding="utf-8")
    assert ". packed" in paper
    assert "Meant for" in paper
    certificate = json.loads((tmp_path / "second/data/certificates/DK-1988-01-0001.json").read_text())
    packed, disclosed = [event for event in certificate["events"] if event["kind"] in ("packed", "disclosed")]
    assert disclosed["refers_to_event"] == packed["seq"]
    assert disclosed["texts"]["received_by"] == PROSECUTOR.name


def test_a_folder_that_is_written_at_once_is_packed_first_and_disclosed_before_it_is_there(
    compiled: Folder, evidence: list[EvidenceItem], lawyer: User
) -> None:
    assert [kinds(item) for item in evidence] == [["packed", "disclosed"]] * 3
    (facts,) = facts_of("dossier.downloaded")
    assert facts == {"number": 1, "archive": None, "disclosures": 3}
    entries = (compiled.path / "log/entries.jsonl").read_text()
    assert "evidence.packed" in entries
    assert "evidence.disclosed" not in entries


def test_a_hand_out_is_refused_where_custody_cannot_be_written(
    held: Dossier, lawyer: User, client_for: ClientFor, custody_that_cannot_be_written: None
) -> None:
    with pytest.raises(CustodyUnwritten):
        take(held, by=lawyer)
    answer = client_for(lawyer).post(reverse("dossiers:download", args=[held.pk]))
    assert answer.status_code == 503
    assert "nothing was handed out" in answer.content.decode()
    assert facts_of("dossier.downloaded") == []
    assert facts_of("evidence.disclosed") == []


def test_a_folder_is_not_written_where_custody_cannot_say_so(
    *,
    case: Case,
    evidence: list[EvidenceItem],
    lawyer: User,
    tmp_path: Path,
    custody_that_cannot_be_written: None,
) -> None:
    with pytest.raises(CustodyUnwritten):
        compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*partial*"))
    assert Dossier.objects.get().state == DossierState.FAILED
    assert kinds(evidence[0]) == ["packed"]


def test_words_that_were_erased_do_not_come_back_as_it_goes_out(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User, auditor: User
) -> None:
    why = {"reason": "The receiver asked for it", "actor": lawyer, "approver": auditor}
    erase_private_values("dossier", held.pk, names=["purpose", "recipient_name"], **why)
    dossier = Dossier.objects.select_related("case", "archive").get(pk=held.pk)
    take(dossier, by=lawyer)
    event = evidence[0].custody.get(kind="disclosed")
    assert (event.purpose, event.received_by) == (f"{held.name} ({held.pk})", "")
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_custody_is_corrected_where_the_dossier_could_not_be_written_out(
    *,
    held: Dossier,
    evidence: list[EvidenceItem],
    lawyer: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    client_for: ClientFor,
) -> None:
    # The disk fills up: the folder cannot be made once the gate is open.
    monkeypatch.setattr(PartialFolder, "take", lambda _folder: (tmp_path / "no" / "such").mkdir())
    with pytest.raises(DossierNotWritten):
        release_into(held, tmp_path / "out", actor=lawyer)
    assert kinds(evidence[0]) == ["packed", "disclosed", "corrected"]
    assert "went to nobody" in evidence[0].custody.get(kind="corrected").purpose
    page = client_for(lawyer).get(reverse("dossiers:detail", args=[held.pk])).content.decode()
    assert "corrected since" in page
    monkeypatch.undo()
    release_into(held, tmp_path / "out", actor=lawyer)
    assert kinds(evidence[0]) == ["packed", "disclosed", "corrected", "disclosed"]
    assert run_verifier(tmp_path / "out").returncode == 0
    assert verify_log().ok


def test_a_package_with_what_was_disposed_of_goes_to_nobody_any_more(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User, outsider: User, client_for: ClientFor
) -> None:
    add_member(held.case, user=outsider, actor=lawyer)
    take(held, by=outsider)
    why = {"reason": "The owner wants it destroyed", "authority": "Letter of the owner"}
    dispose(
        request_disposal(evidence[0], **why, actor=lawyer),
        method="Bytes",
        witnessed_by="A notary",
        actor=outsider,
    )
    for person in (lawyer, outsider):
        with pytest.raises(DossierBusy, match="disposed of"):
            take(held, by=person)
    assert len(facts_of("dossier.downloaded")) == 1
    page = client_for(lawyer).get(reverse("dossiers:detail", args=[held.pk])).content.decode()
    assert "so it stays here" in page
    assert reverse("dossiers:download", args=[held.pk]) not in page
    # Nobody's names have to be looked for in it, so nothing leads there.
    assert reverse("dossiers:names", args=[held.pk]) not in page


@pytest.mark.parametrize("given", [{}, {"refers_to": "received"}, {"refers_to": "another's"}])
def test_the_database_refuses_a_disclosure_of_what_was_not_packed(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User, given: dict[str, str]
) -> None:
    item, other = evidence[:2]
    known = {"received": item.custody.get(kind="received"), "another's": other.custody.get(kind="packed")}
    named = {"refers_to": known[given["refers_to"]]} if given else {}
    with pytest.raises(DatabaseError), transaction.atomic():
        CustodyEvent.objects.create(
            item=item, seq=99, kind="disclosed", actor=lawyer, agent="x", purpose=PURPOSE, **named
        )


def test_the_database_refuses_the_same_disclosure_twice(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User
) -> None:
    take(held, by=lawyer)
    packed = evidence[0].custody.get(kind="packed")
    with pytest.raises(DatabaseError), transaction.atomic():
        CustodyEvent.objects.create(
            item=evidence[0],
            seq=99,
            kind="disclosed",
            actor=lawyer,
            agent="x",
            purpose=PURPOSE,
            refers_to=packed,
        )
    assert database_faults(connection) == []


@pytest.fixture
def of_old(held: Dossier) -> Dossier:
    """A dossier as it was recorded when the ledger called the packing a disclosure."""
    tamper("UPDATE evidence_custodyevent SET kind = 'disclosed' WHERE kind = 'packed'")
    return held


def test_what_was_packed_in_the_old_way_goes_out_with_a_disclosure_of_its_own(
    of_old: Dossier, evidence: list[EvidenceItem], lawyer: User, client_for: ClientFor
) -> None:
    client, address = client_for(lawyer), reverse("dossiers:detail", args=[of_old.pk])
    # Who took it out then is not told by custody: the page claims neither somebody nor nobody.
    assert "Taken out by" not in client.get(address).content.decode()
    item = client.get(reverse("evidence:item", args=[evidence[0].pk])).content.decode()
    assert "that the exhibit was packed, not that anybody was given it" in item
    take(of_old, by=lawyer)
    take(of_old, by=lawyer)
    first, second = evidence[0].custody.filter(kind="disclosed").order_by("seq")
    assert (first.refers_to, second.refers_to) == (None, first)
    assert lawyer.full_name in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "was packed, not that"), ("fa", "نه اینکه به کسی داده شد")]
)
def test_a_certificate_says_what_a_disclosure_of_old_means(
    of_old: Dossier,
    evidence: list[EvidenceItem],
    lawyer: User,
    client_for: ClientFor,
    language: Any,
    said: str,
) -> None:
    item = EvidenceItem.objects.select_related("object", "intake").get(pk=evidence[0].pk)
    events = list(item.custody.select_related("actor", "refers_to", "answers", "document").order_by("seq"))
    with translation.override(language):
        sheet = certificate_sheet(item, events, checkpoint=sign_checkpoint(actor=lawyer), language=language)
    assert said in str(sheet)


def test_for_whom_and_why_is_told_only_to_members_of_the_case(
    held: Dossier, evidence: list[EvidenceItem], lawyer: User, outsider: User, client_for: ClientFor
) -> None:
    take(held, by=lawyer)
    other = open_case(reference="DK-1988-02", title="Another", actor=outsider)
    add_member(other, user=lawyer, actor=outsider)
    add_to_case(evidence[0], other, actor=lawyer)
    address = reverse("evidence:item", args=[evidence[0].pk])
    theirs = client_for(outsider).get(address).content.decode()
    assert "the matter of another case" in theirs
    for word in (PURPOSE, PROSECUTOR.name, held.name, "DK-1988-01"):
        assert word not in theirs
    ours = client_for(lawyer).get(address).content.decode()
    assert PURPOSE in ours
    assert "the matter of another case" not in ours
    compiled = compile_dossier(other, purpose="For somebody else", sink=VaultSink(), actor=lawyer)
    with zipfile.ZipFile(io.BytesIO(take(compiled, by=lawyer))) as archive:
        read = {name: archive.read(name) for name in archive.namelist() if "certificates/" in name}
    for content in read.values():
        assert PROSECUTOR.name.encode() not in content
        assert held.name.encode() not in content
