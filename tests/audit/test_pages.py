"""The auditor's pages: who may see them, what they show, and that a look at them is itself in the log."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import standing
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.explorer import PAGE
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PUBLIC_FILE, load_signers, load_verifiers
from audit.log import Subject, append
from audit.merkle import root
from audit.models import Checkpoint, CheckpointSignature, Entry, Leaf, VerificationRun
from audit.proof_file import CHECK_KEY
from audit.sequencing import sequence_pending
from audit.signature_kinds import ED25519
from audit.tiles import StoredNodes, nodes_under, tree_size
from tests.audit.conftest import CLERK
from tests.audit.forging import copy_outside, forge
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
Write = Callable[[int], list[Entry]]
Verify = Callable[[Client], Any]


def addresses() -> list[str]:
    return [reverse("audit:state"), reverse("audit:entries"), reverse("audit:entry", args=[uuid.uuid4()])]


def test_nobody_else_sees_the_log_and_the_attempt_is_logged(
    client_for: ClientFor, lawyer: User, administrator: User
) -> None:
    for user in (lawyer, administrator):
        for address in addresses():
            assert client_for(user).get(address).status_code == 403
        assert client_for(user).post(reverse("audit:verify")).status_code == 403
    refusals = Entry.objects.filter(action=Action.ACCESS_REFUSED.value)
    assert refusals.filter(actor=lawyer.audit_name).count() == 4


def test_whoever_signs_in_again_where_something_is_pressed_is_led_to_the_page_that_has_it(
    desk: Client, client_for: ClientFor, lawyer: User, write: Write
) -> None:
    [entry] = write(1)
    for address, leads_to in (
        (reverse("audit:verify"), reverse("audit:state")),
        (reverse("audit:proof", args=[entry.pk]), reverse("audit:entry", args=[entry.pk])),
    ):
        assert client_for(None).post(address)["Location"].endswith(address)
        assert desk.get(address)["Location"] == leads_to
        assert desk.head(address).status_code == 302
        assert desk.put(address).status_code == 405
        assert client_for(lawyer).get(address).status_code == 403
    assert not Entry.objects.filter(action=Action.LOG_VERIFICATION_ASKED.value).exists()
    assert desk.get(reverse("audit:proof", args=[uuid.uuid4()])).status_code == 404


def test_the_entry_of_a_verification_leads_to_what_it_found(
    desk: Client, verify: Verify, write: Write, log_key: object
) -> None:
    write(1)
    run = verify(desk).context["run"]
    entry = Entry.objects.get(action=Action.LOG_VERIFIED.value)
    there = f'href="{reverse("audit:run", args=[run.pk])}"'
    assert there in desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    asked = Entry.objects.get(action=Action.LOG_VERIFICATION_ASKED.value)
    assert there in desk.get(reverse("audit:entry", args=[asked.pk])).content.decode()
    run.delete()
    assert there not in desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()


@pytest.mark.django_db
def test_a_visitor_is_sent_to_sign_in(client_for: ClientFor) -> None:
    for address in addresses():
        assert client_for(None).get(address).status_code == 302


def test_the_state_page_opens_on_an_unsigned_log(desk: Client) -> None:
    page = desk.get(reverse("audit:state")).content.decode()
    assert "No checkpoint yet" in page
    assert "Not yet checked" in page


def test_the_state_page_shows_the_fingerprint_of_the_key_that_signed(
    desk: Client, write: Write, log_key: object
) -> None:
    write(3)
    sign_checkpoint(actor=CLERK)
    [own] = [key for key in load_verifiers() if key.kind is ED25519]
    page = desk.get(reverse("audit:state")).content.decode()
    assert f'id="fingerprint">{own.fingerprint}<' in page


def test_verifying_says_so_and_is_recorded_with_who_did_it(
    desk: Client, verify: Verify, auditor: User, write: Write, log_key: object
) -> None:
    write(3)
    sign_checkpoint(actor=CLERK)
    page = verify(desk).content.decode()
    assert "All agree" in page
    for action in (Action.LOG_VERIFICATION_ASKED, Action.LOG_VERIFIED):
        assert Entry.objects.get(action=action.value).actor == auditor.audit_name
    assert "Verified" in desk.get(reverse("audit:state")).content.decode()


def test_a_verification_says_how_far_the_log_is_signed(
    desk: Client, verify: Verify, write: Write, log_key: object
) -> None:
    write(3)
    size = sign_checkpoint(actor=CLERK).size
    page = " ".join(verify(desk).content.decode().split())
    outcome = json.loads(VerificationRun.objects.get().outcome)
    assert outcome["signed"] == size < outcome["size"]
    assert f"<dt>Signed up to</dt><dd>entry {size}" in page
    assert "after it no signature tells yet" in page
    VerificationRun.objects.update(outcome=json.dumps({**outcome, "signed": outcome["size"]}))
    whole = desk.get(reverse("audit:run", args=[VerificationRun.objects.get().pk])).content.decode()
    assert f"entry {outcome['size']}" in whole
    assert "no signature tells yet" not in whole
    del outcome["signed"]  # as runs of before
    VerificationRun.objects.update(outcome=json.dumps(outcome))
    assert (
        "Signed up to"
        not in desk.get(reverse("audit:run", args=[VerificationRun.objects.get().pk])).content.decode()
    )


def test_verifying_a_broken_log_names_the_break(desk: Client, verify: Verify, write: Write) -> None:
    entries = write(3)
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '1' AND subject_kind = 'test.thing'")
    page = verify(desk).content.decode()
    assert "Broken" in page
    assert str(entries[1].pk) in page
    assert "All agree" not in page
    assert "Broken" in desk.get(reverse("audit:state")).content.decode()


def test_verifying_by_a_link_is_not_possible(desk: Client) -> None:
    assert desk.get(reverse("audit:verify")).status_code == 302
    assert not VerificationRun.objects.exists()


def test_the_entries_can_be_filtered(desk: Client, write: Write) -> None:
    write(2)
    case = uuid.uuid4()
    append(Action.CASE_OPENED, subject=Subject("test.thing", "z"), actor=CLERK, case_id=case)
    where = reverse("audit:entries")
    for query, rows in (
        ({"action": "case.opened"}, 1),
        ({"action": "account.signed_in", "actor": CLERK.audit_name}, 2),
        ({"case": str(case)}, 1),
        ({"since": "2100-01-01"}, 0),
        ({"until": "2100-01-01", "actor": CLERK.audit_name}, 3),
        ({"case": "nonsense", "action": "case.opened"}, 0),
        ({"action": "nonsense", "actor": CLERK.audit_name}, 0),
    ):
        answer = desk.get(where, query)
        assert answer.status_code == 200
        assert len(answer.context["rows"]) == rows, query


def test_paging_walks_through_everything_and_back(desk: Client, write: Write) -> None:
    write(PAGE * 2 + 5)
    where, seen = reverse("audit:entries"), []
    query: dict[str, str] = {"actor": CLERK.audit_name}
    pages = []
    while True:
        answer = desk.get(where, query)
        pages.append([row.entry.pk for row in answer.context["rows"]])
        seen += pages[-1]
        if not answer.context["page"].older:
            break
        query["older"] = answer.context["page"].older
    assert len(seen) == len(set(seen)) == PAGE * 2 + 5
    back = desk.get(where, {"actor": CLERK.audit_name, "newer": answer.context["page"].newer})
    assert [row.entry.pk for row in back.context["rows"]] == pages[-2]


@pytest.mark.parametrize(
    "mark",
    [
        "nonsense",
        "_",
        f"2026-01-01_{uuid.uuid4()}",
        "2026-01-01T00:00:00+00:00_x",
        f"0001-01-01T00:00:00+14:00_{uuid.uuid4()}",
        f"9999-12-31T23:59:59-14:00_{uuid.uuid4()}",
    ],
)
def test_a_forged_page_mark_is_a_clear_error_with_a_way_on(desk: Client, mark: str) -> None:
    where = reverse("audit:entries")
    for name in ("older", "newer"):
        answer = desk.get(where, {name: mark})
        assert answer.status_code == 400
        assert f'href="{where}">Open the page from its beginning' in answer.content.decode()


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-30", "1988-13-45"]
)
def test_a_moment_outside_the_calendar_is_said_and_nothing_is_listed(
    desk: Client, write: Write, moment: str
) -> None:
    write(1)
    for field in ("since", "until"):
        answer = desk.get(reverse("audit:entries"), {field: moment, "actor": CLERK.audit_name})
        assert answer.status_code == 200
        assert field in answer.context["form"].errors
        assert not answer.context["rows"]


def test_the_list_takes_as_many_queries_for_one_entry_as_for_fifty(
    desk: Client, write: Write, django_assert_max_num_queries: Any
) -> None:
    write(PAGE + 10)
    with django_assert_max_num_queries(17):
        desk.get(reverse("audit:entries"))


def test_an_entry_shows_its_content_hash_and_proof(desk: Client, write: Write, log_key: object) -> None:
    entries = write(5)
    sign_checkpoint(actor=CLERK)
    page = desk.get(reverse("audit:entry", args=[entries[2].pk])).content.decode()
    assert bytes(entries[2].leaf_hash).hex() in page
    assert "&quot;n&quot;:2" in page
    assert "How to check by hand" in page
    assert CHECK_KEY in page


def test_a_young_log_owes_no_verification_and_an_old_one_does(
    desk: Client, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(1)
    sequence_pending()
    page = desk.get(reverse("audit:state")).content.decode()
    assert "No verification was asked for on this page yet." in page
    assert "for a week" not in page
    monkeypatch.setattr(standing, "VERIFY_EVERY", timedelta(0))
    assert "for a week" in desk.get(reverse("audit:state")).content.decode()


def test_the_last_verification_is_the_last_in_the_tree_and_not_the_one_with_the_latest_date(
    desk: Client, verify: Verify, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a clock that went ahead a whole log was found whole; that must not outshine what is found today."""
    write(3)
    with monkeypatch.context() as patch:
        patch.setattr("audit.log.timezone.now", lambda: datetime(2130, 1, 1, tzinfo=UTC))
        append(
            Action.LOG_VERIFIED,
            subject=Subject("audit.log", "log"),
            actor=CLERK,
            facts={"ok": True, "size": 3},
        )
        sequence_pending()
    assert "for a week" in desk.get(reverse("audit:state")).content.decode()
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '0' AND subject_kind = 'test.thing'")
    verify(desk)
    assert standing.standing().verified.ok is False


def test_an_entry_younger_than_the_checkpoint_says_so(desk: Client, write: Write, log_key: object) -> None:
    write(1)
    sign_checkpoint(actor=CLERK)
    sequence_pending()
    [young] = write(1)
    assert (
        "younger than the last checkpoint"
        in desk.get(reverse("audit:entry", args=[young.pk])).content.decode()
    )


def test_an_entry_outside_the_tree_is_not_said_to_wait_for_it(
    desk: Client, write: Write, log_key: object
) -> None:
    """Whoever has the site's password can write a row, but gives it no place."""
    [copied] = write(1)
    false = copy_outside(copied)
    sign_checkpoint(actor=CLERK)
    page = desk.get(reverse("audit:entry", args=[false])).content.decode()
    assert "An entry stands outside the tree" in page
    assert "so nothing proves it" in page
    assert "The next one will cover it" not in page
    assert "These bytes were hashed" not in page
    listed = desk.get(reverse("audit:entries"))
    assert false in listed.context["broken"]
    assert copied.pk not in listed.context["broken"]


@pytest.mark.parametrize("what", ["the entry and its hashes", "a stored tile", "the checkpoint"])
def test_an_entry_is_not_said_to_be_proven_where_nothing_leads_to_what_was_signed(
    desk: Client, write: Write, log_key: object, what: str
) -> None:
    entry = write(300)[7]
    sign_checkpoint(actor=CLERK)
    sequence_pending()
    address = reverse("audit:entry", args=[entry.pk])
    assert "The entry is in the tree of" in desk.get(address).content.decode()
    if what == "the entry and its hashes":
        forge(Leaf.objects.get(entry_id=entry.pk).index, lambda body: body.replace(b'"n":7', b'"n":9'))
    elif what == "a stored tile":
        tamper("DELETE FROM audit_tile")
        tamper("DELETE FROM audit_leaf WHERE leaf_index = 290")
        nodes_under.cache_clear()  # what this process remembers of it leads there still
    else:
        tamper(
            "UPDATE audit_checkpointsignature"
            " SET line = replace(line, substr(line, length(line) - 20, 10), 'AAAAAAAAAA')"
        )
    page = desk.get(address)
    assert page.status_code == 200
    said = page.content.decode()
    assert "does not lead to what this log signed" in said
    assert "The entry is in the tree of" not in said
    assert "These bytes were hashed" not in said


def test_a_retired_key_proves_no_entry_that_came_after_it(
    desk: Client, write: Write, log_key: object
) -> None:
    """Whoever has it, and may add rows, could sign the log of today with it."""
    write(3)
    sign_checkpoint(actor=CLERK)
    retired = load_signers()
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    sign_checkpoint(actor=CLERK)
    entry = write(5)[-1]
    size = tree_size()
    false = Checkpoint.objects.create(
        origin=settings.DADKHAH_LOG_ORIGIN,
        size=size,
        root=bytes(root(size, StoredNodes())),
        made_at=timezone.now(),
    )
    for key in retired:
        CheckpointSignature.objects.create(
            checkpoint=false,
            key_name=key.name,
            key_hash=key.verifier.key_hash.hex(),
            line=key.signature_line(false.text),
            made_at=timezone.now(),
        )
    page = desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert "does not lead to what this log signed" in page
    assert desk.post(reverse("audit:proof", args=[entry.pk])).status_code == 409
    assert desk.get(reverse("audit:state")).context["standing"].signed.fits is False


def test_a_line_that_somebody_put_beside_the_signatures_takes_no_proof_away(
    desk: Client, verify: Verify, write: Write, log_key: object
) -> None:
    entry = write(3)[0]
    checkpoint = sign_checkpoint(actor=CLERK)
    good = checkpoint.note
    CheckpointSignature.objects.create(
        checkpoint=checkpoint, key_name="x", key_hash="00000000", line="garbage\n", made_at=timezone.now()
    )
    assert checkpoint.note == good
    page = desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert "The entry is in the tree of" in page
    answer = desk.post(reverse("audit:proof", args=[entry.pk]))
    assert json.loads(answer.content)["checkpoint"] == good
    assert desk.get(reverse("audit:state")).context["standing"].signed.fits is True
    assert verify(desk).context["outcome"].faults


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfegarbage"])
def test_without_the_logs_public_key_no_signature_is_said_to_be_there(
    desk: Client, write: Write, log_key: Path, content: bytes | None
) -> None:
    entry = write(3)[0]
    sign_checkpoint(actor=CLERK)
    public = log_key.parent / PUBLIC_FILE
    public.unlink()
    if content is not None:
        public.write_bytes(content)
    page = desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert "was not checked" in page
    assert "that was signed" not in page


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{}", b"[]", b'{"facts":{"a":"\\ud800"}}', b"[" * 60_000])
def test_an_entry_whose_content_was_spoilt_is_still_shown_and_the_break_is_named(
    desk: Client, verify: Verify, write: Write, body: bytes
) -> None:
    write(3)
    verify(desk)
    for entry in Entry.objects.all():
        key = entry.pk if connection.vendor == "postgresql" else entry.pk.hex
        assert 'id="breaks"' not in desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
        tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (body, key))
        page = desk.get(reverse("audit:entry", args=[entry.pk]))
        assert page.status_code == 200
        assert 'id="breaks"' in page.content.decode()
    for page in ("audit:entries", "audit:state"):
        assert desk.get(reverse(page)).status_code == 200
    assert verify(desk).context["outcome"].faults


@pytest.mark.parametrize("number", range(5))
def test_an_entry_dated_as_no_calendar_has_it_closes_no_page(
    desk: Client, verify: Verify, write: Write, log_key: object, number: int
) -> None:
    """Whoever may change one row must not be able to shut the auditor out of the whole log."""
    write(3)
    sign_checkpoint(actor=CLERK)
    verify(desk)
    moments = {
        "sqlite": [
            "9999-99-99 99:99:99.999999",
            f"{timezone.now():%Y-%m-%d} 99:99:99.999999",
            "0001-01-01 00:00:00.000000",
            "-" * 26,
            "9999-12-31 23:59:59.999999",
        ],
        "postgresql": [
            *("infinity", "-infinity", "0001-01-01 00:00:00+00", "20000-01-01 00:00:00+00"),
            "9999-12-31 23:59:59.999999+00",
        ],
    }
    for action in ("account.signed_in", "log.verified", "log.checkpoint_signed"):
        tamper(
            "UPDATE audit_entry SET recorded_at = %s WHERE action = %s",
            (moments[connection.vendor][number], action),
        )
    for table in ("audit_checkpoint", "audit_checkpointsignature"):
        tamper(f"UPDATE {table} SET made_at = %s", (moments[connection.vendor][number],))
    for page in ("audit:state", "audit:entries", "audit:sensitive", "desk"):
        assert desk.get(reverse(page)).status_code == 200
    for entry in Entry.objects.defer("recorded_at"):
        page = desk.get(reverse("audit:entry", args=[entry.pk]))
        assert page.status_code == 200
    assert verify(desk).context["outcome"].faults


def test_the_page_of_an_entry_says_what_is_wrong_with_a_column_and_with_its_time(
    desk: Client, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("audit.log.timezone.now", lambda: datetime(2130, 1, 1, tzinfo=UTC))
        [entry] = write(1)
    page = desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert "dated in the future" in page
    assert 'id="breaks"' not in page
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '0' AND subject_kind = 'test.thing'")
    page = desk.get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert "A column of an entry says something else than its content." in page


def test_notices_of_a_verification_are_on_its_page(
    desk: Client, verify: Verify, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("audit.log.timezone.now", lambda: datetime(2130, 1, 1, tzinfo=UTC))
        write(1)
    answer = verify(desk)
    assert answer.context["outcome"].ok
    assert "dated in the future" in answer.content.decode()


def test_an_unknown_entry_is_not_found(desk: Client) -> None:
    assert desk.get(reverse("audit:entry", args=[uuid.uuid4()])).status_code == 404


def test_actors_are_shown_by_the_name_that_the_house_knows(desk: Client, write: Write, settings: Any) -> None:
    settings.DADKHAH_ACTOR_RESOLVER = "tests.audit.test_pages.readable"
    write(1)
    assert "the clerk of the court" in desk.get(reverse("audit:entries")).content.decode()


def readable(names: set[str]) -> dict[str, str]:
    return {CLERK.audit_name: "the clerk of the court"} if CLERK.audit_name in names else {}


def test_a_period_that_ends_before_it_begins_is_said_and_nothing_is_listed(
    desk: Client, write: Write
) -> None:
    write(1)
    for until in ("2026-01-01", "2026-02-01"):
        answer = desk.get(reverse("audit:entries"), {"since": "2026-02-01", "until": until})
        assert "until" in answer.context["form"].errors
        assert not answer.context["rows"]


def test_a_date_is_read_with_unseen_marks_and_an_endless_one_is_an_error(desk: Client, write: Write) -> None:
    write(1)
    answer = desk.get(reverse("audit:entries"), {"since": "\u200f2020-01-01\u200e"})
    assert not answer.context["form"].errors
    assert answer.context["rows"]
    answer = desk.get(reverse("audit:entries"), {"since": "2020-01-01" + "0" * 500})
    assert "since" in answer.context["form"].errors
