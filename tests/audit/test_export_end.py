"""Where an honest copy ends, and that one which was cut back to anywhere else is named."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.actions import Action
from audit.canonical import Json
from audit.checkpoints import latest_checkpoint, sign_checkpoint
from audit.errors import LogForked
from audit.exporting import export_log
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PUBLIC_FILE, load_signer
from audit.log import append
from audit.models import Checkpoint, Entry
from audit.resolving import facts_of
from audit.sequencing import sequence_pending
from tests.audit.conftest import CLERK
from tests.audit.exports import check, checked_here, entries_of, listed, rebuilt
from tests.audit.test_export_told import stamp
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
CUT = "entries.bin: does not end with the entry about a copy: its end was cut"


def rotate(**_words: object) -> None:
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)


def sign(**_words: object) -> None:
    sign_checkpoint(actor=CLERK)


def sign_and_stamp() -> None:
    stamp(sign_checkpoint(actor=CLERK))


def nothing() -> None:
    pass


def cut_to(folder: Path, size: int) -> None:
    """Leave of the copy what was there when the log had this size, as somebody can who has no key."""
    kept = []
    for path in sorted((folder / "rotations").glob("*")):
        kept += [path] if int(path.read_text().split("\n")[2]) < size else []
        if path not in kept:
            path.unlink()
    if not kept:
        shutil.rmtree(folder / "rotations", ignore_errors=True)
    lines = (folder / "keys").read_text().splitlines(keepends=True)
    (folder / "keys").write_text("".join(lines[: 2 + 2 * len(kept)]))
    for path in [*(folder / "checkpoints").iterdir()]:
        if int(path.name) > size:
            path.unlink()
    rebuilt(folder, entries_of(folder)[:size])
    listed(folder)


@pytest.fixture
def later(write: Write, log_key: Path, tmp_path: Path) -> Path:
    """A copy of a log that was copied before, and since then was signed, got new keys, and was signed again."""
    write(2)
    export_log(tmp_path / "before", actor=CLERK)
    write(1)
    sign()
    rotate()
    write(1)
    sign()
    return export_log(tmp_path / "later", actor=CLERK).path


def test_a_copy_that_was_cut_back_to_any_checkpoint_but_the_end_of_an_earlier_copy_is_named(
    later: Path, tmp_path: Path
) -> None:
    sizes = [int(path.name) for path in sorted((later / "checkpoints").iterdir())]
    end = len(entries_of(tmp_path / "before"))
    assert (sizes[0], sizes[-1], len(sizes)) == (end, len(entries_of(later)), 5)
    assert check(later)["faults"] == []
    found = {}
    for size in sizes[:-1]:
        copy = tmp_path / f"cut{size}"
        shutil.copytree(later, copy)
        cut_to(copy, size)
        found[size] = check(copy)["faults"]
    # What was an earlier copy is that copy, and nothing in it could tell.
    assert found.pop(end) == []
    for faults in found.values():
        [fault] = faults
        assert fault.startswith(CUT)


@pytest.mark.parametrize(
    ("before", "after"),
    [(nothing, nothing), (rotate, nothing), (sign, nothing), (nothing, sign), (nothing, sign_and_stamp), (nothing, rotate), (rotate, rotate),
     (sign, rotate), (rotate, sign)],
)  # fmt: skip
def test_an_honest_copy_is_whole_whatever_others_do_while_it_is_made(
    write: Write,
    log_key: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[], None],
    after: Callable[[], None],
) -> None:
    write(3)
    sign()
    rotate()

    def overtaken(**words: Any) -> Checkpoint:
        before()
        made = sign_checkpoint(**words)
        for _time in range(4):
            after()
        return made

    key = load_signer().verifier.line
    with monkeypatch.context() as patch:
        patch.setattr("audit.exporting.sign_checkpoint", overtaken)
        folder = export_log(tmp_path / "export", actor=CLERK).path
    for options in ((), ("--key", key)):
        answer = check(folder, *options)
        assert (answer["faults"], answer["verdict"]) == ([], "VERIFIED")
    # And the next one, in the log as it is now.
    folder = export_log(tmp_path / "next", actor=CLERK).path
    assert check(folder, "--key", load_signer().verifier.line)["faults"] == []


def test_a_copy_that_ends_where_the_keys_were_changed_is_one_of_before_that(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)

    def overtaken(**words: Any) -> Checkpoint:
        rotate()
        return sign_checkpoint(**words)

    with monkeypatch.context() as patch:
        patch.setattr("audit.exporting.sign_checkpoint", overtaken)
        folder = export_log(tmp_path / "export", actor=CLERK).path
    assert not (folder / "rotations").exists()
    assert len((folder / "keys").read_text().splitlines()) == 2
    [aside] = check(folder, "--key", str(log_key.parent / PUBLIC_FILE))["incomparable"]
    assert aside["kind"] == "newer_key"


def test_two_copies_at_once_are_both_whole(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    others: list[Path] = []

    def overtaken(**words: Any) -> Checkpoint:
        if not others:
            others.append(tmp_path / "other")
            export_log(others[0], actor=CLERK)
        return sign_checkpoint(**words)

    with monkeypatch.context() as patch:
        patch.setattr("audit.exporting.sign_checkpoint", overtaken)
        folder = export_log(tmp_path / "export", actor=CLERK).path
    assert check(folder)["faults"] == []
    assert check(others[0])["faults"] == []


def before_this_version(patch: pytest.MonkeyPatch) -> None:
    """Let copies be made as they were when they ended at the newest checkpoint, and their entries did not say where."""

    def told(action: Action, **words: Any) -> Entry:
        facts: dict[str, Json] = words["facts"]
        del facts["end"]
        return append(action, **words)

    patch.setattr("audit.exporting.append", told)
    patch.setattr("audit.exporting.covering_checkpoint", lambda _size: latest_checkpoint())


def test_a_copy_by_an_earlier_version_is_whole(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)

    def overtaken(**words: Any) -> Checkpoint:
        sign()
        rotate()
        return sign_checkpoint(**words)

    with monkeypatch.context() as patch:
        before_this_version(patch)
        folder = export_log(tmp_path / "plain", actor=CLERK).path
        assert check(folder)["faults"] == []
        patch.setattr("audit.exporting.sign_checkpoint", overtaken)
        folder = export_log(tmp_path / "overtaken", actor=CLERK).path
        assert check(folder)["faults"] == []
    assert check(export_log(tmp_path / "next", actor=CLERK).path)["faults"] == []


def test_what_was_copied_by_an_earlier_version_and_is_cut_beyond_the_next_three_checkpoints_is_named(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    with monkeypatch.context() as patch:
        before_this_version(patch)
        export_log(tmp_path / "before", actor=CLERK)
    for _time in range(4):
        sign()
    folder = export_log(tmp_path / "later", actor=CLERK).path
    cut_to(folder, sorted(int(path.name) for path in (folder / "checkpoints").iterdir())[-2])
    [fault] = check(folder)["faults"]
    assert fault.startswith(CUT)


def test_a_copy_that_was_taken_as_it_is_while_others_signed_is_whole(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the signing ends just at the end of the copy it is a whole one."""
    write(3)

    def and_signed(*, wait: bool) -> int:
        count = sequence_pending(wait=wait)
        sign()
        return count

    with monkeypatch.context() as patch:
        patch.setattr("audit.exporting.sequence_pending", and_signed)
        patch.setattr("audit.exporting.tree_size", lambda: latest_checkpoint().size)  # type: ignore[union-attr]
        folder = export_log(tmp_path / "export", actor=CLERK, sign=False).path
    assert check(folder)["verdict"] == "VERIFIED"


def test_a_log_that_gives_the_entry_about_the_copy_no_place_is_not_taken_out_as_a_whole_one(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    sign()
    with monkeypatch.context() as patch:
        stuck(patch)
        with pytest.raises(LogForked, match="has no place in the log"):
            export_log(tmp_path / "export", actor=CLERK)
    assert not any(tmp_path.glob("*export*"))
    folder = export_log(tmp_path / "export", actor=CLERK, sign=False).path
    assert folder.is_dir()


def stuck(patch: pytest.MonkeyPatch) -> None:
    """Take the place of the entry about the copy away when it is written."""

    def placeless(**words: Any) -> Checkpoint | None:
        written = Entry.objects.get(action=Action.LOG_EXPORTED.value)
        tamper(f"DELETE FROM audit_leaf WHERE leaf_index = {written.leaf.index}")
        return latest_checkpoint()

    patch.setattr("audit.exporting.sign_checkpoint", placeless)


def test_the_entry_about_a_copy_says_where_the_copy_ends(write: Write, log_key: Path, tmp_path: Path) -> None:
    write(1)
    export_log(tmp_path / "signed", actor=CLERK)
    export_log(tmp_path / "unsigned", actor=CLERK, sign=False)
    entries = Entry.objects.filter(action=Action.LOG_EXPORTED.value).order_by("recorded_at")
    assert [facts_of(entry)["end"] for entry in entries] == ["next_checkpoint", "as_it_is"]


def test_it_says_that_it_cannot_know_what_came_after_its_end(later: Path) -> None:
    assert any("cut back to where an earlier copy ended" in one for one in checked_here(later).unchecked)


ON = "entries.bin: whether the log went on after its end"
LACKS = "entries.bin: whether its end was cut: the entry about the copy is not among its last ones"


def said_of_the_end(folder: Path) -> list[str]:
    """What is said to be unchecked of the end of a copy without faults, whose last entries nobody signed."""
    answer = check(folder, "--unsigned-tail")
    assert answer["faults"] == []
    assert answer["verdict"].startswith("VERIFIED UP TO ")
    return [line for line in (LACKS, ON) if any(one.startswith(line) for one in answer["unchecked"])]


@pytest.mark.parametrize("after", [nothing, sign])
def test_a_copy_as_it_is_says_that_it_cannot_know_what_came_after_its_end(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: Callable[[], None]
) -> None:
    write(3)
    sign()

    def overtaken(*, wait: bool) -> int:
        count = sequence_pending(wait=wait)
        after()
        return count + sequence_pending(wait=wait)

    with monkeypatch.context() as patch:
        patch.setattr("audit.exporting.sequence_pending", overtaken)
        folder = export_log(tmp_path / "export", actor=CLERK, sign=False).path
    assert said_of_the_end(folder) == [ON]


def test_a_copy_as_it_is_by_an_earlier_version_lacks_nothing(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    sign()
    with monkeypatch.context() as patch:
        before_this_version(patch)
        folder = export_log(tmp_path / "plain", actor=CLERK, sign=False).path
    assert said_of_the_end(folder) == [ON]


def test_a_copy_as_it_is_that_was_cut_back_to_after_a_checkpoint_is_said_to_lack_the_entry_about_it(
    write: Write, log_key: Path, tmp_path: Path
) -> None:
    write(3)
    export_log(tmp_path / "before", actor=CLERK)
    write(2)
    export_log(tmp_path / "as_it_is_before", actor=CLERK, sign=False)
    sign()
    write(1)
    sign()
    write(2)
    folder = export_log(tmp_path / "export", actor=CLERK, sign=False).path
    assert said_of_the_end(folder) == [ON]
    sizes = sorted(int(path.name) for path in (folder / "checkpoints").iterdir())
    assert sizes == [4, 8, 10]
    for size in sizes:
        copy = tmp_path / f"cut{size}"
        shutil.copytree(folder, copy)
        cut_to(copy, size + 1)
        # The earlier copy could end with the second of them, if it was signed while that copy was made.
        assert said_of_the_end(copy) == ([ON] if size == 8 else [LACKS, ON])
