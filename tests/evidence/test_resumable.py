"""Uploads in parts: every answer of the protocol, and that what was acknowledged is an item in the end, once."""

import hashlib
import io
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from cases.membership import remove_member
from cases.models import Case
from evidence.errors import UploadGone
from evidence.models import EvidenceItem, Intake, Upload
from evidence.resumable import receiving, starting
from evidence.resumable.ending import expire_uploads, sweep_uploads
from evidence.resumable.spool import UploadSpool
from evidence.resumable.taking_in import record_taken_in, take_in_arrived
from evidence.store import vault
from evidence.storing import store_bytes
from evidence.verification import verify_evidence
from tests.evidence.sending import LETTER, PART, TUS, Sender, checksum, repr_digest, the_upload

ClientFor = Callable[[User | None], Client]
SMALL_SEGMENT = 1000


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small parts go through every step that large ones do."""
    monkeypatch.setattr(receiving, "SEGMENT_BYTES", SMALL_SEGMENT)


@pytest.fixture
def sender(paralegal: User, case: Case, client_for: ClientFor) -> Sender:
    return Sender(client_for(paralegal), case)


def waiting_files(house: Path) -> list[Path]:
    return [path for path in (house / "data" / "vault" / "uploads").rglob("*") if path.is_file()]


def actions() -> list[str]:
    return list(
        Entry.objects.filter(action__startswith="intake.upload")
        .order_by("recorded_at")
        .values_list("action", flat=True)
    )


# The way in


def test_a_file_in_parts_becomes_one_item_that_is_the_file(sender: Sender, house: Path, case: Case) -> None:
    where = sender.begun(metadata={"title": "نامه", "collected_at": "late Mordad 1367"})
    assert sender.patch(where, 0, LETTER[:700])["Upload-Offset"] == "700"
    assert sender.patch(where, 700, LETTER[700:1500]).status_code == 204
    last = sender.patch(where, 1500, LETTER[1500:], **repr_digest(LETTER))
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(LETTER)))
    item = EvidenceItem.objects.get()
    assert item.object.sha256.hex == hashlib.sha256(LETTER).hexdigest()
    assert (item.original_name, item.title, item.date_as_written) == (
        "letter.txt",
        "نامه",
        "late Mordad 1367",
    )
    assert item.placements.get().case == case
    told = sender.told(where)
    assert (told["ok"], told["reference"], told["again"]) == (True, item.reference, False)
    assert waiting_files(house) == []
    assert actions() == ["intake.upload_begun", "intake.upload_taken_in"]
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_the_digest_of_the_desk_stands_in_custody(sender: Sender) -> None:
    sender.begin(body=LETTER, **repr_digest(LETTER))
    item = EvidenceItem.objects.get()
    received = item.custody.get(kind="received")
    assert received.digest_expected == received.digest_found == item.object.sha256
    assert item.declared_sha256 is None


def test_nothing_plain_lies_on_the_disk_meanwhile(sender: Sender, house: Path) -> None:
    where = sender.begun(length=6000)
    sender.patch(where, 0, b"a very plain secret" * 300)
    everything = b"".join(path.read_bytes() for path in house.rglob("*") if path.is_file())
    assert len(waiting_files(house)) == 6
    assert b"a very plain secret" not in everything


def test_when_it_has_ended_the_row_names_nobody(sender: Sender) -> None:
    wheres = [
        sender.begun(metadata={"title": "t", "how_obtained": "by hand", "collected_at": "1988"})
        for _ in range(3)
    ]
    sender.patch(wheres[0], 0, LETTER)
    sender.delete(wheres[1])
    Upload.objects.filter(pk=the_upload(wheres[2]).pk).update(expires_at=timezone.now())
    expire_uploads()
    assert [the_upload(where).state for where in wheres] == ["taken_in", "called_off", "expired"]
    for upload in map(the_upload, wheres):
        kept = {
            upload.original_name,
            upload.title,
            upload.source,
            upload.how_obtained,
            upload.date_as_written,
        }
        assert kept == {""}


def test_an_empty_file_is_evidence_that_it_was_empty(sender: Sender) -> None:
    answer = sender.begin(length=0, **repr_digest(b""))
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "0")
    assert EvidenceItem.objects.get().object.size == 0
    assert sender.head(answer["Location"]).status_code == 200


def test_a_file_may_come_whole_with_its_announcement(sender: Sender) -> None:
    answer = sender.begin(body=LETTER)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(LETTER)))
    assert EvidenceItem.objects.count() == 1


def test_a_page_announces_a_file_in_a_form(paralegal: User, client_for: ClientFor, case: Case) -> None:
    how = "به‌دست خواهرش " * 250
    answer = client_for(paralegal).post(
        reverse("evidence:uploads"),
        {
            "source": "یک خانواده",
            "how_obtained": how,
            "original_name": "a\nb\u202ec.txt",
            "original_path": "folder/a\nb\u202ec.txt",
            "case": case.pk,
        },
        headers=TUS | {"Upload-Length": "5"},
    )
    assert answer.status_code == 201
    Sender(client_for(paralegal)).patch(answer["Location"], 0, b"bytes")
    item = EvidenceItem.objects.get()
    assert (item.original_name, item.original_path) == ("a\nb\u202ec.txt", "folder/a\nb\u202ec.txt")
    assert item.intake.how_obtained == how.strip()


def test_what_is_sent_together_is_one_delivery(sender: Sender) -> None:
    batch = "0b7a2f30-7c0e-4f6b-9b38-1d1f6f2a9a11"
    for content, source in ((b"one", "a family"), (b"two", "a family"), (b"three", "another")):
        sender.begin(len(content), content, metadata={"batch": batch, "source": source})
    sender.begin(4, b"four", metadata={"source": "a family"})
    assert Intake.objects.count() == 3
    assert sorted(intake.items.count() for intake in Intake.objects.all()) == [1, 1, 2]


def test_the_same_file_twice_is_a_second_receipt(sender: Sender) -> None:
    sender.begin(body=LETTER)
    second = sender.begun(body=LETTER)
    assert sender.told(second)["again"] is True
    assert EvidenceItem.objects.values("object").distinct().count() == 1


# The answers of the protocol


def test_the_server_says_what_it_can_do(sender: Sender) -> None:
    answer = sender.client.options(reverse("evidence:uploads"))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,creation-with-upload,termination,checksum,expiration"
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(answer["Tus-Max-Size"]) == starting.LARGEST


@pytest.mark.parametrize("version", ["0.2.2", None])
def test_another_version_is_refused_with_ours(sender: Sender, version: str | None) -> None:
    where = sender.begun()
    headers = {"Upload-Offset": "0"} | ({"Tus-Resumable": version} if version else {})
    answer = sender.client.patch(where, b"x", content_type=PART, headers=headers)
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
    assert the_upload(where).offset == 0


def test_how_far_it_is_can_be_asked_and_is_kept_by_nobody(sender: Sender) -> None:
    where = sender.begun()
    sender.patch(where, 0, LETTER[:10])
    answer = sender.head(where)
    assert (answer.status_code, answer["Upload-Offset"], answer["Upload-Length"]) == (
        200,
        "10",
        str(len(LETTER)),
    )
    assert answer["Cache-Control"] == "no-store"
    assert answer["Tus-Resumable"] == "1.0.0"
    assert answer["Upload-Expires"].endswith("GMT")


@pytest.mark.parametrize("length", ["", "-1", "ten", "1e3", "٣", None])
def test_a_length_that_is_no_number_begins_nothing(sender: Sender, length: str | None) -> None:
    answer = sender.begin(length if length is not None else "")
    assert answer.status_code == 400
    assert "Upload-Length" in answer.json()["error"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "metadata", ["filename", "filename !!", "source YQ==,source YQ==", "سند YQ==", ",", " "]
)
def test_metadata_that_cannot_be_read_begins_nothing(sender: Sender, metadata: str) -> None:
    answer = sender.client.post(
        reverse("evidence:uploads"),
        b"",
        content_type=PART,
        headers=TUS | {"Upload-Length": "3", "Upload-Metadata": metadata.encode().decode("latin-1")},
    )
    assert answer.status_code in (400, 422)
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "metadata",
    [{"source": " "}, {"collected_at": "some day"}, {"sha256": "zz"}, {"filename": ""}, {"batch": "x"}],
)
def test_facts_that_cannot_be_recorded_begin_nothing(sender: Sender, metadata: dict[str, str]) -> None:
    answer = sender.begin(metadata=metadata)
    assert answer.status_code in (400, 422)
    assert len(answer.json()["error"]) > 10
    assert not Upload.objects.exists()


def test_a_part_out_of_order_or_sent_twice_is_told_where_to_go_on(sender: Sender) -> None:
    where = sender.begun()
    assert sender.patch(where, 500, LETTER[500:600]).status_code == 409
    assert sender.patch(where, 0, LETTER[:600]).status_code == 204
    again = sender.patch(where, 0, LETTER[:600])
    assert again.status_code == 409
    assert "600" in again.json()["error"]
    sender.patch(where, 600, LETTER[600:])
    assert EvidenceItem.objects.get().object.sha256.hex == hashlib.sha256(LETTER).hexdigest()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_with_its_checksum_is_kept_whole_or_not_at_all(sender: Sender, algorithm: str) -> None:
    where = sender.begun()
    wrong = sender.patch(where, 0, LETTER[:1900], **checksum(LETTER[:1899], algorithm))
    assert wrong.status_code == 460
    assert sender.head(where)["Upload-Offset"] == "0"
    # In other pieces than before: what the refused part left on the disk must not come between.
    assert sender.patch(where, 0, LETTER[:300], **checksum(LETTER[:300], algorithm)).status_code == 204
    rest = LETTER[300:]
    assert sender.patch(where, 300, rest, **checksum(rest, algorithm)).status_code == 204
    assert EvidenceItem.objects.get().object.sha256.hex == hashlib.sha256(LETTER).hexdigest()


@pytest.mark.parametrize("header", ["md5 YQ==", "sha1", "sha1 YQ==", "sha256 !"])
def test_a_checksum_that_cannot_be_read_is_refused(sender: Sender, header: str) -> None:
    where = sender.begun()
    assert sender.patch(where, 0, LETTER[:10], **{"Upload-Checksum": header}).status_code == 400
    assert the_upload(where).offset == 0


def test_a_part_of_another_type_is_refused(sender: Sender) -> None:
    where = sender.begun()
    assert sender.patch(where, 0, b"x", content_type="application/octet-stream").status_code == 415


def test_more_than_was_announced_is_refused(sender: Sender) -> None:
    where = sender.begun(length=10)
    assert sender.patch(where, 0, b"x" * 11).status_code == 413
    assert sender.begin(length=starting.LARGEST + 1).status_code == 413
    assert the_upload(where).offset == 0


def test_without_room_nothing_begins(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_LEFT_FREE", 1024**5)
    answer = sender.begin()
    assert answer.status_code == 507
    assert "make room" in answer.json()["error"]
    assert not Upload.objects.exists()


def test_while_one_part_arrives_another_waits(sender: Sender) -> None:
    where = sender.begun()
    with UploadSpool(the_upload(where).pk).alone():
        assert sender.patch(where, 0, LETTER[:10]).status_code == 423
        assert sender.delete(where).status_code == 423
        assert sender.head(where).status_code == 200
    assert sender.patch(where, 0, LETTER[:10]).status_code == 204


def test_called_off_it_is_gone_with_all_that_had_arrived(sender: Sender, house: Path) -> None:
    where = sender.begun()
    sender.patch(where, 0, LETTER[:100])
    assert sender.delete(where).status_code == 204
    assert waiting_files(house) == []
    assert (sender.head(where).status_code, sender.patch(where, 100, b"x").status_code) == (410, 410)
    assert sender.delete(where).status_code == 410
    assert "called off" in sender.told(where)["error"]
    assert actions()[-1] == "intake.upload_called_off"


def test_what_is_in_cannot_be_called_off(sender: Sender) -> None:
    where = sender.begun(body=LETTER)
    assert sender.delete(where).status_code == 409
    assert EvidenceItem.objects.count() == 1


def test_a_program_without_patch_and_delete_says_what_it_means(sender: Sender) -> None:
    where = sender.begun()
    answer = sender.client.post(
        where,
        LETTER[:10],
        content_type=PART,
        headers=TUS | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "10")
    answer = sender.client.post(where, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 204
    assert the_upload(where).state == "called_off"


# Whose it is


def test_nobody_else_learns_of_an_upload(
    sender: Sender, lawyer: User, auditor: User, client_for: ClientFor
) -> None:
    where = sender.begun()
    other = Sender(client_for(lawyer))
    unknown = where.replace(where.strip("/").split("/")[-1], "00000000-0000-4000-8000-000000000000")
    for act in (other.head, other.delete, lambda at: other.patch(at, 0, b"x")):
        assert act(where).status_code == act(unknown).status_code == 404
    refused = Sender(client_for(auditor))
    for act in (refused.head, refused.delete, lambda at: refused.patch(at, 0, b"x")):
        assert act(where).status_code == 403
    assert the_upload(where).offset == 0
    page = client_for(lawyer).get(reverse("evidence:upload")).content.decode()
    assert "letter.txt" not in page


def test_a_request_without_its_token_is_a_foreign_one(paralegal: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(paralegal, backend="django.contrib.auth.backends.ModelBackend")
    assert Sender(client).begin().status_code == 403
    page = client.get(reverse("evidence:upload")).content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    where = Sender(client).begun(**{"X-CSRFToken": token})
    assert Sender(client).patch(where, 0, b"x").status_code == 403
    assert Sender(client).delete(where).status_code == 403
    assert Sender(client).patch(where, 0, b"x", **{"X-CSRFToken": token}).status_code == 204


def test_a_case_of_others_takes_nothing(outsider: User, case: Case, client_for: ClientFor) -> None:
    assert Sender(client_for(outsider), case).begin().status_code == 422
    assert not Upload.objects.exists()


def test_who_left_the_case_meanwhile_takes_nothing_in(
    sender: Sender, case: Case, paralegal: User, lawyer: User
) -> None:
    where = sender.begun()
    sender.patch(where, 0, LETTER[:10])
    remove_member(case, user=paralegal, actor=lawyer)
    assert sender.patch(where, 10, LETTER[10:]).status_code == 204
    assert not EvidenceItem.objects.exists()
    told = sender.told(where)
    assert (told["state"], "No such case" in told["error"]) == ("arrived", True)
    assert Entry.objects.filter(action="access.refused").count() == 1


# What goes wrong


def test_a_file_that_is_not_the_one_that_was_read_is_refused(sender: Sender, house: Path) -> None:
    where = sender.begun()
    assert sender.patch(where, 0, LETTER, **repr_digest(b"what was on the desk")).status_code == 204
    told = sender.told(where)
    assert (told["ok"], told["state"]) == (False, "refused")
    assert "not the one announced" in told["error"]
    assert sender.head(where).status_code == 410
    assert not EvidenceItem.objects.exists()
    assert waiting_files(house) == []
    assert actions() == ["intake.upload_begun", "intake.upload_refused"]


def test_a_file_that_is_not_the_one_that_the_source_announced_is_refused(sender: Sender) -> None:
    where = sender.begun(metadata={"sha256": "ab" * 32}, body=LETTER, **repr_digest(LETTER))
    assert sender.told(where)["state"] == "refused"


def test_a_damaged_part_is_found_and_nothing_is_taken_in(sender: Sender, house: Path) -> None:
    where = sender.begun()
    sender.patch(where, 0, LETTER[:1500])
    first = sorted(waiting_files(house))[0]
    first.chmod(0o600)
    content = bytearray(first.read_bytes())
    content[-20] ^= 1
    first.write_bytes(bytes(content))
    sender.patch(where, 1500, LETTER[1500:])
    assert sender.told(where)["state"] == "refused"
    assert not EvidenceItem.objects.exists()


@pytest.mark.parametrize("what", ["gone", "swapped"])
def test_a_missing_or_swapped_part_is_found(sender: Sender, house: Path, what: str) -> None:
    where = sender.begun()
    sender.patch(where, 0, LETTER[:1500])
    first, second = sorted(waiting_files(house))
    second.replace(first) if what == "swapped" else second.unlink()
    sender.patch(where, 1500, LETTER[1500:])
    assert sender.told(where)["state"] == "refused"
    assert not EvidenceItem.objects.exists()


def test_when_the_vault_is_not_to_be_had_the_file_waits_and_is_taken_in_later(
    sender: Sender, house: Path
) -> None:
    where = sender.begun()
    sender.patch(where, 0, LETTER[:10])
    names = house / "keys" / "vault_names.key"
    kept = names.read_bytes()
    sender.patch(where, 10, LETTER[10:-1])
    names.unlink()
    assert sender.patch(where, len(LETTER) - 1, LETTER[-1:]).status_code == 503
    assert sender.told(where)["state"] == "arriving"
    names.write_bytes(kept)
    names.chmod(0o600)
    assert sender.patch(where, len(LETTER) - 1, LETTER[-1:]).status_code == 204
    assert sender.told(where)["ok"]


def test_a_damaged_object_of_the_same_bytes_keeps_the_upload_until_it_is_restored(
    sender: Sender, house: Path
) -> None:
    sender.begin(body=LETTER)
    (stored,) = (path for path in (house / "data" / "vault" / "objects").rglob("*") if path.is_file())
    good = stored.read_bytes()
    stored.chmod(0o600)
    stored.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    where = sender.begun(body=LETTER)
    told = sender.told(where)
    assert (told["state"], "damaged" in told["error"]) == ("arrived", True)
    assert take_in_arrived() == 0
    stored.write_bytes(good)
    Upload.objects.filter(pk=the_upload(where).pk).update(tried_at=timezone.now() - timedelta(hours=2))
    assert take_in_arrived() == 1
    assert sender.told(where)["ok"]


def test_what_a_kill_left_in_full_is_taken_in_by_the_reconciler_once(sender: Sender) -> None:
    where = sender.begun()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receiving, "take_in", lambda *_given, **_named: None)
        sender.patch(where, 0, LETTER)
    assert sender.told(where)["state"] == "arrived"
    assert (take_in_arrived(), take_in_arrived()) == (1, 0)
    item = EvidenceItem.objects.get()
    assert sender.told(where)["reference"] == item.reference
    entry = Entry.objects.get(action="evidence.received")
    assert entry.channel == "task"


def test_a_second_taking_in_is_undone_with_its_receipt(sender: Sender, paralegal: User) -> None:
    where = sender.begun(body=LETTER)
    upload = the_upload(where)
    before = Entry.objects.count()
    upload.original_name, upload.source = "letter.txt", "a family"
    facts = starting.facts_of(upload)
    arrived = store_bytes(io.BytesIO(LETTER), into=vault())
    with pytest.raises(UploadGone):
        record_taken_in(upload, arrived, facts=facts, actor=paralegal)
    assert EvidenceItem.objects.count() == 1
    assert Entry.objects.count() == before


def test_an_upload_left_for_a_week_lapses_and_its_room_is_free(sender: Sender, house: Path) -> None:
    left, fresh = sender.begun(), sender.begun()
    for where in (left, fresh):
        sender.patch(where, 0, LETTER[:100])
    Upload.objects.filter(pk=the_upload(left).pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert (expire_uploads(), expire_uploads()) == (1, 0)
    assert sender.head(left).status_code == 410
    assert "lapsed" in sender.told(left)["error"]
    assert len(waiting_files(house)) == 1
    entry = Entry.objects.get(action="intake.upload_expired")
    assert entry.actor == "system:uploads"
    assert sender.patch(fresh, 100, LETTER[100:]).status_code == 204


def test_a_part_puts_the_day_off(sender: Sender) -> None:
    where = sender.begun()
    Upload.objects.filter(pk=the_upload(where).pk).update(expires_at=timezone.now() + timedelta(minutes=1))
    sender.patch(where, 0, LETTER[:100])
    assert the_upload(where).expires_at > timezone.now() + timedelta(days=6)


def test_what_a_kill_left_of_an_ended_upload_is_swept(sender: Sender, house: Path) -> None:
    where = sender.begun()
    sender.patch(where, 0, LETTER[:100])
    folder = house / "data" / "vault" / "uploads" / "not-ours"
    folder.mkdir()
    assert sweep_uploads() == 0
    Upload.objects.filter(pk=the_upload(where).pk).update(state="called_off")
    assert sweep_uploads() == 1
    assert waiting_files(house) == []
    assert folder.exists()


def test_the_button_that_needs_no_script_calls_it_off(sender: Sender) -> None:
    where = sender.begun()
    page = sender.client.get(reverse("evidence:upload")).content.decode()
    assert "letter.txt" in page
    answer = sender.client.post(reverse("evidence:call_off", args=[the_upload(where).pk]))
    assert answer.status_code == 302
    assert the_upload(where).state == "called_off"


def test_any_pieces_in_any_sizes_make_the_file(sender: Sender) -> None:
    chance = random.Random(7)
    for _ in range(5):
        content = chance.randbytes(chance.randrange(1, 9000))
        where, place = sender.begun(len(content)), 0
        while place < len(content):
            step = chance.randrange(1, 3000)
            piece = content[place : place + step]
            sums = checksum(piece) if chance.random() < 0.5 else {}
            last = repr_digest(content) if place + step >= len(content) else {}
            place = int(sender.patch(where, place, piece, **sums, **last)["Upload-Offset"])
        reference = sender.told(where)["reference"]
        item = EvidenceItem.objects.get(reference=reference)
        assert item.object.sha256.hex == hashlib.sha256(content).hexdigest()
