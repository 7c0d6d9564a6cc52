"""Publishing: tiles before the checkpoint, only what is new, never over another log, whole again after a crash."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.cosignatures import TreeHead
from audit.errors import (
    Broken,
    Conflict,
    FolderBusy,
    LogForked,
    NothingSigned,
    PublicationRefused,
    PublishedLogUnreadable,
)
from audit.folder_lock import alone_in
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import load_verifiers
from audit.merkle import leaf_hash, root
from audit.models import Entry, KeyRotation
from audit.notes import open_note
from audit.published_files import FolderSource
from audit.published_tiles import PublishedNodes
from audit.publishing import publish_log
from audit.tile_paths import TileName, tile_in, tiles_of
from tests.audit.conftest import CLERK
from tests.audit.crashes import Killed, killed_at
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read_as_stranger(folder: Path) -> TreeHead:
    """What a stranger with the key reads: the signed head, and that the tiles lead to it."""
    head = TreeHead.parse(open_note((folder / "checkpoint").read_text(), load_verifiers()))
    nodes = PublishedNodes(FolderSource(folder), head.size)
    assert root(head.size, nodes) == head.root
    for index in range(head.size):
        nodes(0, index)
    return head


def publications() -> int:
    return Entry.objects.filter(action=Action.LOG_PUBLISHED.value).count()


def test_the_paths_are_those_of_the_specification() -> None:
    assert TileName(0, 1234067, 256).path == "tile/0/x001/x234/067"
    assert TileName(2, 0, 1).path == "tile/2/000.p/1"
    assert TileName(0, 1000, 112).entries_path == "tile/entries/x001/000.p/112"
    assert TileName(0, 5, 3).full_path == "tile/0/005"
    found = list(tiles_of(70_000))
    assert [(name.level, name.index, name.width) for name in found if name.width < 256] == [
        (0, 273, 112),
        (1, 1, 17),
        (2, 0, 1),
    ]
    assert len(found) == 273 + 1 + 1 + 1 + 1
    assert [name.path for name in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []
    assert tile_in(70_000, 1, 1) == TileName(1, 1, 17)
    with pytest.raises(ValueError, match="no such tile"):
        tile_in(256, 0, 1)


@pytest.mark.parametrize("count", [1, 256, 300])
def test_a_stranger_reads_the_tree_that_was_signed(
    write: Write, log_key: Path, tmp_path: Path, count: int
) -> None:
    write(count)
    checkpoint = sign_checkpoint(actor=CLERK)
    published = publish_log(tmp_path / "log", actor=CLERK)
    head = read_as_stranger(tmp_path / "log")
    assert head == published.head == TreeHead(checkpoint.origin, count, bytes(checkpoint.root))
    assert set(files(tmp_path / "log")) == {
        "checkpoint",
        "log.v1.pub",
        "log.v1.rotations.json",
        *(name.path for name in tiles_of(count)),
    }


def test_only_hashes_leave_the_house(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    told = b"".join(files(tmp_path / "log").values())
    assert b"system:clerk" not in told
    assert b"signed_in" not in told


def test_a_web_server_s_user_can_read_the_hashes_and_not_the_entries(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    """The program keeps what it writes to itself (umask 077); served as plain files, each answer was 403."""
    write(300)
    sign_checkpoint(actor=CLERK)
    folder, before = tmp_path / "srv" / "log", os.umask(0o077)
    try:
        publish_log(folder, actor=CLERK, with_entries=True)
    finally:
        os.umask(before)
    for path in [folder.parent, folder, *folder.rglob("*")]:
        wanted = 0o755 if path.is_dir() else 0o600 if "entries" in path.parts else 0o644
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_entries_are_published_when_asked_for_and_hash_to_the_tiles(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    write(258)
    sign_checkpoint(actor=CLERK)
    folder = tmp_path / "log"
    publish_log(folder, actor=CLERK, with_entries=True)
    for name in (TileName(0, 0, 256), TileName(0, 1, 2)):
        bundle, hashes = (folder / name.entries_path).read_bytes(), b""
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            hashes += leaf_hash(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
        assert hashes == (folder / name.path).read_bytes()


def test_a_later_run_writes_only_what_is_new(write: Write, log_key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    write(300)
    sign_checkpoint(actor=CLERK)
    publish_log(folder, actor=CLERK)
    before = {path: (folder / path).stat().st_mtime_ns for path in files(folder)}
    assert publish_log(folder, actor=CLERK).written == 0
    assert publications() == 1
    write(10)
    sign_checkpoint(actor=CLERK)
    assert publish_log(folder, actor=CLERK).written == 2  # a partial tile and the checkpoint
    changed = {path for path, time in before.items() if (folder / path).stat().st_mtime_ns != time}
    assert changed == {"checkpoint"}
    assert read_as_stranger(folder).size > 300
    assert publications() == 2


def test_what_was_published_is_recorded(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    entry = Entry.objects.get(action=Action.LOG_PUBLISHED.value)
    facts = json.loads(bytes(entry.body))["facts"]
    assert (facts["size"], facts["root"], facts["entries"]) == (3, bytes(checkpoint.root).hex(), False)
    assert str(tmp_path) not in bytes(entry.body).decode()


def test_a_log_that_was_never_signed_is_not_published(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(3)
    with pytest.raises(NothingSigned):
        publish_log(tmp_path / "log", actor=CLERK)
    assert not (tmp_path / "log").exists()


def test_a_run_that_was_killed_at_any_step_is_finished_by_the_next(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    write(300)
    folder, signed, at, finished = tmp_path / "log", 0, 0, False
    while not finished:
        at += 1
        write(1)
        sign_checkpoint(actor=CLERK)
        signed += 1
        try:
            with killed_at(at):
                publish_log(folder, actor=CLERK)
            finished = True
        except Killed:
            # Whoever reads in between finds the checkpoint of before, whole, or none.
            if (folder / "checkpoint").exists():
                read_as_stranger(folder)
            publish_log(folder, actor=CLERK)
        read_as_stranger(folder)
        assert publications() == signed
        assert not [path for path in files(folder) if path.endswith(".part")]
    assert at > 8


def test_the_very_first_run_can_be_killed_too(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(300)
    sign_checkpoint(actor=CLERK)
    for at in range(1, 20):
        folder = tmp_path / f"log-{at}"
        with pytest.raises(Killed), killed_at(at):
            publish_log(folder, actor=CLERK)
            raise Killed  # it came through: no more steps
        publish_log(folder, actor=CLERK)
        assert read_as_stranger(folder).size == 300


def test_it_never_publishes_over_another_log(
    write: Write, log_key: Path, tmp_path: Path, settings: Any
) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    (folder / "letter.txt").write_text("something else")
    write(3)
    sign_checkpoint(actor=CLERK)
    with pytest.raises(PublicationRefused, match=r"letter\.txt"):
        publish_log(folder, actor=CLERK)
    (folder / "letter.txt").unlink()
    publish_log(folder, actor=CLERK)
    note = (folder / "checkpoint").read_text()
    (folder / "checkpoint").write_text(note.replace("\n3\n", "\n2\n"))
    with pytest.raises(PublicationRefused, match="another log"):
        publish_log(folder, actor=CLERK)
    (folder / "checkpoint").write_bytes(b"\xff")
    with pytest.raises(PublicationRefused, match="another log"):
        publish_log(folder, actor=CLERK)


def test_it_refuses_a_folder_in_which_a_tile_was_changed(write: Write, log_key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    write(260)
    sign_checkpoint(actor=CLERK)
    publish_log(folder, actor=CLERK)
    tile = folder / "tile/0/000"
    tile.write_bytes(bytes(8192))
    write(1)
    sign_checkpoint(actor=CLERK)
    before = files(folder)
    with pytest.raises(PublicationRefused, match="tile/0/000") as raised:
        publish_log(folder, actor=CLERK)
    assert isinstance(raised.value, Conflict)
    assert files(folder) == before


def test_a_log_that_was_rolled_back_is_not_published(write: Write, log_key: Path, tmp_path: Path) -> None:
    """An old backup was restored: its last checkpoint is smaller than what the world has seen."""
    write(5)
    sign_checkpoint(actor=CLERK)
    write(5)
    newest = sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    tamper(
        "DELETE FROM audit_checkpointsignature WHERE key_hash IS NOT NULL AND made_at >= %s",
        (_stored(newest),),
    )
    tamper("DELETE FROM audit_checkpoint WHERE size = %s", (newest.size,))
    with pytest.raises(LogForked, match="no longer contains") as raised:
        publish_log(tmp_path / "log", actor=CLERK)
    assert isinstance(raised.value, Broken)


def _stored(checkpoint: Any) -> object:
    from django.db import connection

    at = checkpoint.made_at
    return at if connection.vendor == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S.%f")


def test_a_forked_log_is_not_published(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    write(3)
    sign_checkpoint(actor=CLERK)
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 2", (b"\x02" * 32,))
    before = files(tmp_path / "log")
    with pytest.raises(LogForked):
        publish_log(tmp_path / "log", actor=CLERK)
    assert files(tmp_path / "log") == before
    with pytest.raises(LogForked):
        publish_log(tmp_path / "empty", actor=CLERK)
    assert not (tmp_path / "empty" / "checkpoint").exists()


def test_a_cut_log_is_not_published(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= 3")
    with pytest.raises(LogForked):
        publish_log(tmp_path / "log", actor=CLERK)


def test_an_entry_that_was_changed_is_not_published(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    tamper("UPDATE audit_entry SET body = %s WHERE subject_id = '2'", (b"{}",))
    with pytest.raises(LogForked):
        publish_log(tmp_path / "log", actor=CLERK, with_entries=True)


def test_two_publishers_do_not_meet_in_one_folder(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(1)
    sign_checkpoint(actor=CLERK)
    (tmp_path / "log").mkdir()
    with alone_in(tmp_path / "log"), pytest.raises(FolderBusy):
        publish_log(tmp_path / "log", actor=CLERK)


def test_the_rotations_of_the_key_are_published(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(2)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    notes = json.loads((tmp_path / "log/log.v1.rotations.json").read_text())
    assert notes == [KeyRotation.objects.get().note]
    assert (tmp_path / "log/log.v1.pub").read_text().splitlines() == [key.line for key in load_verifiers()]
    read_as_stranger(tmp_path / "log")


def test_a_full_tile_stands_in_for_a_partial_one_that_was_dropped(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    write(10)
    head = sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    write(300)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    (tmp_path / "log/tile/0/000.p/10").unlink()
    nodes = PublishedNodes(FolderSource(tmp_path / "log"), 10)
    assert root(10, nodes) == bytes(head.root)


@pytest.mark.parametrize(
    "harm",
    [
        lambda tile: tile.unlink(),
        lambda tile: tile.write_bytes(tile.read_bytes()[:-1]),
        lambda tile: tile.write_bytes(tile.read_bytes() + b"x"),
        lambda tile: tile.write_bytes(tile.read_bytes() * 2),
        lambda tile: (tile.unlink(), tile.mkdir()),
        lambda tile: (tile.rename(tile.with_name("elsewhere")), tile.symlink_to(tile.with_name("elsewhere"))),
    ],
)
def test_a_tile_that_is_missing_short_too_long_or_no_file_is_named(
    write: Write, log_key: Path, tmp_path: Path, harm: Callable[[Path], Any]
) -> None:
    write(260)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    harm(tmp_path / "log/tile/0/000")
    with pytest.raises(PublishedLogUnreadable, match="tile/0/000"):
        PublishedNodes(FolderSource(tmp_path / "log"), 260)(0, 0)
