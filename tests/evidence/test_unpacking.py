"""What is inside an item becomes items of its own: on request, each once, and never by the names inside."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from cases.membership import add_member, remove_member
from cases.models import Case
from evidence.containers.member import LIMITS
from evidence.errors import AlreadyUnpacking, BadUnpacking, UnknownEvidence, VaultFull
from evidence.linking import add_to_case
from evidence.models import ContainerMember, EvidenceItem, Unpacking
from evidence.store import vault
from evidence.unpacking import claims, listing
from evidence.unpacking.asking import ask_for_contents, ask_for_members
from evidence.unpacking.claims import MOST_TRIES, SILENT_AFTER, HeardFile, claim
from evidence.unpacking.work import carry_out, requeue_unpackings
from evidence.vault.objects import Vault
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn
from tests.evidence.containers.makers import mailbox_of, message_of, tar_of, zip_of
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
FILES = (("a.txt", b"first"), ("sub/سند.txt", b"second"), ("../../up", b"third"), ("a.txt", b"fourth"))


def unpacked(item: EvidenceItem, user: User, **options: Any) -> Unpacking:
    carry_out(ask_for_contents(item, actor=user).pk)
    carry_out(ask_for_members(item, actor=user, **options).pk)
    return Unpacking.objects.get(item=item)


def bytes_of(item: EvidenceItem) -> bytes:
    with vault().open(item.stored.name) as stored:
        return stored.read()


def facts_of(action: Action) -> list[dict]:
    return [json.loads(bytes(entry.body))["facts"] for entry in Entry.objects.filter(action=action.value)]


def rows(item: EvidenceItem) -> list[tuple[str, str, str]]:
    return list(
        ContainerMember.objects.filter(unpacking__item=item)
        .order_by("number")
        .values_list("name", "state", "why")
    )


@pytest.mark.parametrize("content", [zip_of(*FILES), tar_of(*FILES), tar_of(*FILES, how="w:xz")])
def test_members_become_items_and_the_archive_stays_as_it_is(
    take_in: TakeIn, paralegal: User, case: Case, content: bytes
) -> None:
    archive = take_in(content, original_name="box.zip", source="a family")
    unpacking = unpacked(archive, paralegal)
    children = list(archive.children.order_by("received_at"))
    assert [(child.original_path, bytes_of(child)) for child in children] == list(FILES)
    assert [child.original_name for child in children] == ["a.txt", "سند.txt", "up", "a.txt"]
    assert {child.relation for child in children} == {"archive_member"}
    assert {child.source for child in children} == {"a family"}
    assert {placement.case for child in children for placement in child.placements.all()} == {case}
    assert {child.intake for child in children} == {unpacking.intake}
    assert bytes_of(archive) == content
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_custody_and_log_name_both_the_child_and_where_it_came_from(take_in: TakeIn, paralegal: User) -> None:
    archive = take_in(zip_of(*FILES), original_name="box.zip")
    unpacked(archive, paralegal)
    child = archive.children.get(original_path="sub/سند.txt")
    event = child.custody.get(seq=1)
    assert event.kind == "received"
    assert event.note == f"archive_member of {archive.reference}, number 2 in it"
    entry = Entry.objects.get(subject_id=str(child.pk), action=Action.EVIDENCE_RECEIVED.value)
    facts = json.loads(bytes(entry.body))["facts"]
    assert (facts["parent"], facts["relation"]) == (str(archive.pk), "archive_member")
    (asked,) = facts_of(Action.MEMBERS_ASKED)
    (ended,) = facts_of(Action.MEMBERS_TAKEN_OUT)
    assert (asked["members"], ended["taken_out"], ended["failed"]) == (4, 4, {})
    for one in Entry.objects.all():
        assert "سند".encode() not in bytes(one.body)
        assert b"a.txt" not in bytes(one.body)


def test_only_what_is_chosen_is_taken_out_and_the_rest_later(take_in: TakeIn, paralegal: User) -> None:
    archive = take_in(zip_of(*FILES), original_name="box.zip")
    unpacked(archive, paralegal, numbers=[2, 77])
    assert [state for _name, state, _why in rows(archive)] == ["listed", "taken", "listed", "listed"]
    carry_out(ask_for_members(archive, actor=paralegal).pk)
    assert archive.children.count() == 4
    with pytest.raises(BadUnpacking, match="Nothing was chosen"):
        ask_for_members(archive, actor=paralegal)


def test_each_outcome_is_named_and_counted(take_in: TakeIn, paralegal: User) -> None:
    made = bytearray(tar_of(("good", b"good"), ("bad", random.Random(1).randbytes(5000))))
    archive = take_in(bytes(made[:2000]), original_name="cut.tar")
    unpacking = unpacked(archive, paralegal)
    assert (unpacking.state, unpacking.why) == ("listed", "damaged")
    assert rows(archive) == [("good", "taken", ""), ("bad", "failed", "damaged")]
    (ended,) = facts_of(Action.MEMBERS_TAKEN_OUT)
    assert (ended["taken_out"], ended["failed"]) == (1, {"damaged": 1})
    assert not list((Path(vault()._store.spool)).iterdir())


def test_a_message_gives_its_attachments_on_request_alone(take_in: TakeIn, paralegal: User) -> None:
    content = message_of(("سند.pdf", b"%PDF-1.4"), ("photo.jpg", b"\xff\xd8"))
    message = take_in(content, original_name="letter.eml")
    carry_out(ask_for_contents(message, actor=paralegal).pk)
    assert message.children.count() == 0
    carry_out(ask_for_members(message, actor=paralegal).pk)
    assert [(child.original_name, child.relation) for child in message.children.order_by("received_at")] == [
        ("سند.pdf", "attachment"),
        ("photo.jpg", "attachment"),
    ]
    assert bytes_of(message) == content


def test_a_mailbox_gives_messages_that_can_be_looked_into_again(take_in: TakeIn, paralegal: User) -> None:
    inner = message_of(("a.txt", b"a"))
    mailbox = take_in(mailbox_of(inner, message_of()), original_name="all.mbox")
    unpacked(mailbox, paralegal)
    assert [child.original_path for child in mailbox.children.order_by("received_at")] == [
        "message 00001.eml",
        "message 00001/a.txt",
        "message 00002.eml",
    ]
    first = mailbox.children.get(original_name="message 00001.eml")
    assert bytes_of(first) == inner
    unpacked(first, paralegal)
    assert first.children.get().stored.sha256 == mailbox.children.get(original_name="a.txt").stored.sha256


def test_what_holds_nothing_says_so_and_can_be_asked_again(take_in: TakeIn, paralegal: User) -> None:
    item = take_in(b"just a text")
    carry_out(ask_for_contents(item, actor=paralegal).pk)
    unpacking = Unpacking.objects.get()
    assert (unpacking.state, unpacking.why) == ("failed", "no_container")
    with pytest.raises(BadUnpacking):
        ask_for_members(item, actor=paralegal)
    carry_out(ask_for_contents(item, actor=paralegal).pk)
    assert Unpacking.objects.get().state == "failed"


def test_asking_twice_and_for_a_thing_is_refused(take_in: TakeIn, paralegal: User, case: Case) -> None:
    archive = take_in(zip_of(*FILES))
    ask_for_contents(archive, actor=paralegal)
    with pytest.raises(AlreadyUnpacking):
        ask_for_contents(archive, actor=paralegal)
    with pytest.raises(BadUnpacking, match="not listed yet"):
        ask_for_members(archive, actor=paralegal)
    with pytest.raises(BadUnpacking, match="thing"):
        ask_for_contents(put_on_the_shelf(case, paralegal), actor=paralegal)


def test_only_who_may_and_sees_the_item_can_ask(
    take_in: TakeIn, auditor: User, outsider: User, paralegal: User
) -> None:
    archive = take_in(zip_of(*FILES))
    for user, error in ((auditor, NotPermitted), (outsider, UnknownEvidence)):
        with pytest.raises(error):
            ask_for_contents(archive, actor=user)
        with pytest.raises(error):
            ask_for_members(archive, actor=user)
    assert not Unpacking.objects.exists()


def test_whoever_left_the_case_gets_nothing_out(
    take_in: TakeIn, paralegal: User, lawyer: User, case: Case
) -> None:
    archive = take_in(zip_of(*FILES))
    carry_out(ask_for_contents(archive, actor=paralegal).pk)
    asked = ask_for_members(archive, actor=paralegal)
    remove_member(case, user=paralegal, actor=lawyer)
    carry_out(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, archive.children.count()) == ("listed", 0)
    assert asked.failure == "not_open"
    carry_out(ask_for_members(archive, actor=lawyer).pk)
    assert archive.children.count() == 4


def test_children_stand_in_those_cases_of_their_parent_that_are_the_askers(
    take_in: TakeIn, paralegal: User, lawyer: User, case: Case, other_case: Case, outsider: User
) -> None:
    archive = take_in(zip_of(("a", b"a")))
    add_member(other_case, user=lawyer, actor=outsider)
    add_to_case(archive, other_case, actor=lawyer)
    unpacked(archive, paralegal)
    assert [placement.case for placement in archive.children.get().placements.all()] == [case]


def test_it_does_not_go_deeper_than_five_items(take_in: TakeIn, paralegal: User) -> None:
    content = b"core"
    for number in range(6):
        content = zip_of((f"{number}.zip", content))
    item = take_in(content, original_name="nested.zip")
    for _level in range(5):
        unpacked(item, paralegal)
        item = item.children.get()
    with pytest.raises(BadUnpacking, match="too deep"):
        ask_for_contents(item, actor=paralegal)


def test_a_listing_ends_at_the_limit_and_says_so(
    take_in: TakeIn, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LIMITS", listing.LIMITS.__class__(members=3))
    archive = take_in(zip_of(*FILES))
    carry_out(ask_for_contents(archive, actor=paralegal).pk)
    assert Unpacking.objects.get().is_cut_short
    assert len(rows(archive)) == 3


class Killed(BaseException):
    """The worker is gone."""


def test_a_killed_worker_is_followed_by_another_and_each_member_is_taken_once(
    take_in: TakeIn, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = take_in(zip_of(*((f"{number}", b"%d" % number) for number in range(6))))
    carry_out(ask_for_contents(archive, actor=paralegal).pk)
    asked = ask_for_members(archive, actor=paralegal)
    real = Vault.commit

    for survived in (1, 2):
        seen = []

        def commit(self: Vault, received: Any, seen: list = seen, survived: int = survived) -> Any:
            seen.append(1)
            if len(seen) > survived:
                raise Killed
            return real(self, received)

        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(Vault, "commit", commit)
            carry_out(asked.pk)
        # While it could still live, nobody else takes the work.
        assert requeue_unpackings() == 0
        Unpacking.objects.update(beat_at="2020-01-01T00:00:00Z")
    assert archive.children.count() == 3
    assert requeue_unpackings() == 1
    assert sorted(child.original_name for child in archive.children.all()) == [str(n) for n in range(6)]
    assert len(rows(archive)) == 6


def test_a_member_that_takes_minutes_is_taken_by_one_worker(
    take_in: TakeIn, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading it is heard of, and how long its way into the store takes is said before."""
    archive = take_in(zip_of(("film.mp4", b"\0" * 3_000_000), ("note.txt", b"a note")))
    carry_out(ask_for_contents(archive, actor=paralegal).pk)
    asked = ask_for_members(archive, actor=paralegal)
    monkeypatch.setattr(claims, "_BEAT_SECONDS", 0.0)
    monkeypatch.setattr(claims, "_STORED_A_SECOND", 100_000)
    said: list[timedelta] = []
    real = Vault.commit

    def slowly(self: Vault, received: Any) -> Any:
        [beat_at] = Unpacking.objects.filter(pk=asked.pk).values_list("beat_at", flat=True)
        said.append(beat_at - timezone.now())
        assert requeue_unpackings() == 0
        return real(self, received)

    def silenced(self: HeardFile, buffer: Any) -> int:
        Unpacking.objects.update(beat_at=timezone.now() - SILENT_AFTER)
        read = HeardFile.readinto(self, buffer)
        assert requeue_unpackings() == 0
        return read

    monkeypatch.setattr(Vault, "commit", slowly)
    monkeypatch.setattr(claims, "HeardFile", type("Silenced", (HeardFile,), {"readinto": silenced}))
    carry_out(asked.pk)
    assert archive.children.count() == 2
    assert said[0] > timedelta(seconds=20)
    asked.refresh_from_db()
    assert asked.tries == 1


def test_of_two_workers_one_gets_the_work_and_a_late_one_records_nothing(
    take_in: TakeIn, paralegal: User
) -> None:
    archive = take_in(zip_of(*FILES))
    unpacking = ask_for_contents(archive, actor=paralegal)
    slow = claim(unpacking.pk)
    assert claim(unpacking.pk) is None
    Unpacking.objects.update(beat_at="2020-01-01T00:00:00Z")
    carry_out(unpacking.pk)
    listing.list_contents(slow)
    assert len(rows(archive)) == 4
    assert len(facts_of(Action.CONTENTS_LISTED)) == 1


def test_a_worker_that_was_killed_under_a_clock_that_ran_ahead_is_followed_by_another(
    take_in: TakeIn, lawyer: User
) -> None:
    asked = ask_for_contents(take_in(zip_of(*FILES)), actor=lawyer)
    assert claim(asked.pk)
    assert claim(asked.pk) is None
    Unpacking.objects.update(beat_at=timezone.now() + timedelta(days=9999))
    assert requeue_unpackings() == 1


@pytest.mark.parametrize("when", ["listing", "taking out"])
def test_an_archive_over_which_every_worker_died_is_given_up_and_may_be_tried_again(
    take_in: TakeIn, lawyer: User, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    item = take_in(zip_of(*FILES))
    asked = ask_for_contents(item, actor=lawyer)
    if when == "taking out":
        carry_out(asked.pk)
        ask_for_members(item, actor=lawyer)
    for _worker in range(MOST_TRIES):
        assert claim(asked.pk)
        Unpacking.objects.update(beat_at=timezone.now() - 2 * SILENT_AFTER)
    assert requeue_unpackings() == 0
    asked.refresh_from_db()
    assert (asked.state, asked.failure) == ("failed" if when == "listing" else "listed", "other")
    assert asked.why_it_stopped
    again = ask_for_contents if when == "listing" else ask_for_members
    carry_out(again(item, actor=lawyer).pk)
    asked.refresh_from_db()
    assert (asked.state, asked.failure) == ("listed", "")


def test_a_full_vault_is_waited_for_and_then_given_up_with_its_reason(
    take_in: TakeIn, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = take_in(zip_of(*FILES))
    carry_out(ask_for_contents(archive, actor=paralegal).pk)
    asked = ask_for_members(archive, actor=paralegal)
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "commit", _full)
        for _try in range(MOST_TRIES):
            carry_out(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.failure) == ("listed", "disk_full")
    carry_out(ask_for_members(archive, actor=paralegal).pk)
    assert archive.children.count() == 4


def _full(_vault: Vault, _received: Any) -> Any:
    raise VaultFull("The disk is full.")


def test_the_page_lists_names_safely_and_takes_out_what_is_chosen(
    take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    hostile = (("<script>alert(1)</script>", b"a"), ("\u202egpj.exe", b"b"), ("plain", b"c"))
    archive = take_in(zip_of(*hostile), original_name="box.zip")
    client = client_for(paralegal)
    page = client.get(reverse("evidence:item", args=[archive.pk])).content.decode()
    assert reverse("evidence:inside_list", args=[archive.pk]) in page
    assert client.post(reverse("evidence:inside_list", args=[archive.pk])).status_code == 302
    carry_out(Unpacking.objects.get().pk)
    shown = client.get(reverse("evidence:inside", args=[archive.pk])).content.decode()
    assert "<script>alert" not in shown
    assert "\u202e" not in shown
    assert "3 entries inside" in shown
    chosen = {"number": ["3", "x", "99999999999", "-1"]}
    assert client.post(reverse("evidence:inside_take", args=[archive.pk]), chosen).status_code == 302
    carry_out(Unpacking.objects.get().pk)
    child = archive.children.get()
    assert child.original_name == "plain"
    shown = client.get(reverse("evidence:inside", args=[archive.pk])).content.decode()
    assert child.reference in shown
    page = client.get(reverse("evidence:item", args=[child.pk])).content.decode()
    assert archive.reference in page
    again = client.post(reverse("evidence:inside_list", args=[archive.pk]), follow=True)
    assert "asked for already" in again.content.decode()
    none = client.post(reverse("evidence:inside_take", args=[archive.pk]), follow=True)
    assert "Nothing was chosen" in none.content.decode()


def test_the_page_of_a_big_list_asks_no_more_of_the_database(
    take_in: TakeIn, paralegal: User, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    archive = take_in(zip_of(*((f"{number}", b"") for number in range(250))), original_name="big.zip")
    unpacked(archive, paralegal, numbers=range(1, 60))
    client = client_for(paralegal)
    with django_assert_max_num_queries(40):
        client.get(reverse("evidence:inside", args=[archive.pk]))
    assert client.get(reverse("evidence:inside", args=[archive.pk]), {"page": "zzz"}).status_code == 200


def test_the_command_lists_and_takes_out_and_can_be_run_again(
    take_in: TakeIn, paralegal: User, capsys: pytest.CaptureFixture
) -> None:
    archive = take_in(zip_of(*FILES, ("folder/", b"")), original_name="box.zip")
    text = take_in(b"a text")
    call_command("unpack_evidence", archive.reference, actor="parvin", list=True, json=True)
    (told,) = json.loads(capsys.readouterr().out)["items"]
    assert (told["inside"], told["taken_out"], told["stay_inside"], told["not_taken_out"]) == (5, 0, 1, 4)
    for _time in range(2):
        with pytest.raises(SystemExit):
            call_command("unpack_evidence", archive.reference, text.reference, actor="parvin")
        said = capsys.readouterr().out.splitlines()
        assert said[0].startswith(
            f"{archive.reference}: 5 inside, 4 items of their own, 1 stay inside, 0 could"
        )
        assert "Neither an archive nor a message" in said[1]
        assert "(1: A folder" in said[0]
    assert archive.children.count() == 4


def test_the_command_says_how_many_entries_are_not_listed(
    take_in: TakeIn, paralegal: User, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.unpacking.listing.LIMITS", replace(LIMITS, members=2))
    archive = take_in(zip_of(*((f"{number}.txt", b"x") for number in range(5))), original_name="many.zip")
    call_command("unpack_evidence", archive.reference, actor="parvin", list=True)
    assert "2 inside" in (said := capsys.readouterr().out)
    assert "there are 3 more entries than are listed" in said


def test_an_item_that_was_damaged_since_it_was_listed_does_not_hide_what_is_known_of_the_others(
    take_in: TakeIn,
    house: Path,
    paralegal: User,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evidence.unpacking.listing.LIMITS", replace(LIMITS, members=2))
    many, few = (
        take_in(zip_of(*((f"{number}.txt", b"x") for number in range(count))), original_name="a.zip")
        for count in (5, 2)
    )
    command = ("unpack_evidence", many.reference, few.reference)
    call_command(*command, actor="parvin", list=True)
    capsys.readouterr()
    [sealed] = (house / "data" / "vault").rglob(many.stored.name)
    sealed.unlink()
    with pytest.raises(SystemExit):
        call_command(*command, actor="parvin", list=True, json=True)
    first, second = json.loads(capsys.readouterr().out)["items"]
    assert (first["inside"], first["not_listed"], second["inside"]) == (2, 0, 2)
    assert first["error"]
    assert not second["error"]
