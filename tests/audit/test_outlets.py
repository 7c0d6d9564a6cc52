"""Whoever takes the log out names a folder outside our own, and with entries in it is an auditor."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as ours
from django.core.management import call_command

from accounts.models import User
from accounts.roles import Role
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.errors import DomainError, NotAReviewer, PlaceRefused, ReviewerNeeded
from audit.models import Entry
from tests.audit.conftest import CLERK

Write = Callable[[int], list[Entry]]


@pytest.fixture
def signed(write: Write, log_key: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)


def places(house: Path) -> Iterator[tuple[str, str]]:
    """Where nothing may be written, each with a word of the refusal."""
    yield "", "Name a folder"
    yield "  ", "Name a folder"
    yield str(house / "keys"), "keys"
    yield str(house / "keys" / "log"), "keys"
    yield str(house / "data" / "deep" / "log"), "data"
    yield str(house / "link" / "log"), "data"
    yield str(house / "elsewhere" / ".." / "data" / "log"), "data"
    yield str(Path(ours.ROOT) / "log"), "program"
    yield str(house), "holds the folder"


@pytest.mark.parametrize("command", ["publish_log", "export_audit_log"])
def test_our_own_folders_and_no_name_at_all_are_refused_before_anything_is_done(
    signed: None, auditor: User, house: Path, command: str
) -> None:
    (house / "link").symlink_to(house / "data")
    before, entries = sorted(house.rglob("*")), Entry.objects.count()
    for place, said in places(house):
        with pytest.raises(PlaceRefused) as refused:
            call_command(command, place, actor=auditor.username)
        assert said in str(refused.value), place
    assert sorted(house.rglob("*")) == before
    assert not (Path(ours.ROOT) / "log").exists()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("command", ["publish_log", "export_audit_log"])
def test_a_folder_outside_is_taken_relative_or_not(
    signed: None, auditor: User, house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    call_command(command, "relative", actor=auditor.username)
    call_command(command, str(tmp_path / "whole"), actor=auditor.username)
    assert (tmp_path / "relative").is_dir()
    assert (tmp_path / "whole").is_dir()


def test_entries_are_published_in_the_name_of_a_reviewer_alone(
    signed: None, auditor: User, lawyer: User, administrator: User, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    with pytest.raises(ReviewerNeeded, match="--actor"):
        call_command("publish_log", str(folder), "--with-entries")
    for user in (lawyer, administrator):
        with pytest.raises(NotAReviewer):
            call_command("publish_log", str(folder), "--with-entries", actor=user.username)
    assert not folder.exists()
    call_command("publish_log", str(folder), "--with-entries", actor=auditor.username)
    entry = Entry.objects.get(action=Action.LOG_PUBLISHED.value)
    assert (entry.actor, entry.channel) == (auditor.audit_name, "command")


def test_what_is_handed_out_is_recorded_before_it_lies_there(
    signed: None, auditor: User, hire: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    (folder / "tile").mkdir()
    (folder / "tile" / "entries").write_text("in the way")
    with pytest.raises(DomainError):
        call_command("publish_log", str(folder), "--with-entries", actor=auditor.username)
    assert Entry.objects.filter(action=Action.LOG_PUBLISHED.value).count() == 1
    (folder / "tile" / "entries").unlink()
    call_command("publish_log", str(folder), "--with-entries", actor=auditor.username)
    call_command("publish_log", str(folder), "--with-entries", actor=auditor.username)
    assert Entry.objects.filter(action=Action.LOG_PUBLISHED.value).count() == 1
    other = hire("bahar", Role.AUDITOR)
    call_command("publish_log", str(folder), "--with-entries", actor=other.username)
    assert Entry.objects.filter(action=Action.LOG_PUBLISHED.value).count() == 2
