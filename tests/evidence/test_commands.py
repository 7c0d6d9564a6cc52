"""The two commands, as somebody types them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.errors import NotPermitted, UnknownActor
from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from cases.errors import BadDate, UnknownCase
from cases.models import Case
from evidence.errors import BadIntake, SourceUnreadable, UnknownEvidence, VaultKeyMissing, VaultKeyWrong
from evidence.models import EvidenceItem, Intake
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.test_intake import stored_files


def ingest(capsys: pytest.CaptureFixture, *paths: object, **options: Any) -> tuple[int, dict]:
    given = {"case": "DK-1988-01", "source": "a family", "actor": "parvin", "json": True} | options
    code = 0
    try:
        call_command("ingest_evidence", *[str(path) for path in paths], **given)
    except SystemExit as error:
        code = int(error.code)
    return code, json.loads(capsys.readouterr().out)


def verify(capsys: pytest.CaptureFixture, *items: str, **options: Any) -> tuple[int, dict]:
    code = 0
    try:
        call_command("verify_evidence", *items, json=True, **options)
    except SystemExit as error:
        code = int(error.code)
    return code, json.loads(capsys.readouterr().out)


def counts(told: dict) -> tuple[int, int, int, int]:
    return told["taken_in"], told["second_receipts"], told["already_here"], told["failed"]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder as it was handed over: two copies of a letter, an empty file, a picture in a sub-folder."""
    folder = tmp_path / "box"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(LETTER)
    (folder / "copy of a.txt").write_bytes(LETTER)
    (folder / "empty").write_bytes(b"")
    (folder / "sub" / "سند.jpg").write_bytes(b"\xff\xd8\xff\xe0picture")
    return folder


def test_a_folder_is_taken_in_with_exact_counts_and_again_without_doubling(
    box: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    code, told = ingest(capsys, box, collected_at="late Mordad 1367")
    assert (code, counts(told), told["empty"]) == (0, (4, 1, 0, 0), 1)
    paths = list(EvidenceItem.objects.order_by("received_at").values_list("original_path", flat=True))
    assert paths == ["box/a.txt", "box/copy of a.txt", "box/empty", "box/sub/سند.jpg"]
    assert EvidenceItem.objects.first().date.as_written == "late Mordad 1367"
    assert Intake.objects.count() == 1
    code, told = ingest(capsys, box)
    assert (code, counts(told)) == (0, (0, 0, 4, 0))


def test_what_was_in_before_a_fault_stays_and_each_fault_is_named(
    box: Path, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (box / "link").symlink_to(box / "a.txt")
    (tmp_path / "nothing here").mkdir()
    code, told = ingest(capsys, box, tmp_path / "missing.pdf", tmp_path / "nothing here")
    assert (code, counts(told)) == (1, (4, 1, 0, 3))
    named = {failure["path"]: failure["error"] for failure in told["failures"]}
    assert set(named) == {"box/link", "missing.pdf", "nothing here"}
    assert "empty" in named["nothing here"]


def test_a_link_to_a_folder_is_named_and_what_lies_behind_it_stays_out(
    box: Path, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "the other disk").mkdir()
    (tmp_path / "the other disk" / "photograph.jpg").write_bytes(b"what nobody would miss")
    (box / "sub" / "linked").symlink_to(tmp_path / "the other disk")
    code, told = ingest(capsys, box)
    assert (code, counts(told)) == (1, (4, 1, 0, 1))
    assert [failure["path"] for failure in told["failures"]] == ["box/sub/linked"]
    assert "folder" in told["failures"][0]["error"]
    code, told = ingest(capsys, box, dry_run=True)
    assert (code, counts(told)) == (1, (0, 0, 4, 1))


def test_changed_content_under_the_same_name_is_a_new_item(
    box: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    ingest(capsys, box / "a.txt")
    (box / "a.txt").write_bytes(LETTER + b"more")
    assert counts(ingest(capsys, box / "a.txt")[1]) == (1, 0, 0, 0)


def test_another_source_of_the_same_bytes_is_a_second_receipt(
    box: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    ingest(capsys, box / "a.txt")
    assert counts(ingest(capsys, box / "a.txt", source="another family")[1]) == (1, 1, 0, 0)


def test_hostile_names_are_kept_and_shown_visibly(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    names = ["new\nline", "override\u202egpj.exe", "ش" * 127]
    for name in names:
        (folder / name).write_bytes(name.encode())
    (folder / os.fsdecode(b"not-utf8-\xff")).write_bytes(b"x")
    options = {"case": "DK-1988-01", "source": "s", "actor": "parvin"}
    call_command("ingest_evidence", str(folder), **options)
    shown = capsys.readouterr().out
    assert "new<U+000A>line" in shown
    assert "override<U+202E>gpj.exe" in shown
    assert set(EvidenceItem.objects.values_list("original_name", flat=True)) == {*names, "not-utf8-\\xff"}
    assert counts(ingest(capsys, folder, source="s")[1]) == (0, 0, 4, 0)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"case": "DK-0000-00"}, UnknownCase),
        ({"case": ""}, UnknownCase),
        ({"actor": "nobody"}, UnknownActor),
        ({"actor": "arash"}, NotPermitted),
        ({"actor": "omid"}, UnknownCase),
        ({"collected_at": "a while ago"}, BadDate),
        ({"source": " "}, BadIntake),
        ({"manifest": Path("/nowhere.csv")}, SourceUnreadable),
    ],
)
def test_bad_usage_takes_nothing_in(
    box: Path,
    case: Case,
    auditor: User,
    outsider: User,
    capsys: pytest.CaptureFixture,
    options: dict,
    error: type,
) -> None:
    with pytest.raises(error) as raised:
        ingest(capsys, box, **options)
    assert len(str(raised.value)) > 10
    assert not EvidenceItem.objects.exists()


def test_no_path_at_all_is_said(case: Case, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(BadIntake, match="Name the files"):
        ingest(capsys)


def test_an_empty_path_is_not_the_current_folder(
    box: Path, case: Case, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(box)
    with pytest.raises(CommandError, match="empty path"):
        ingest(capsys, "")
    assert not EvidenceItem.objects.exists()


def test_a_name_that_no_disk_can_hold_is_said(box: Path, case: Case, capsys: pytest.CaptureFixture) -> None:
    code, told = ingest(capsys, box / ("س" * 200), box / "a.txt")
    assert (code, counts(told)) == (1, (1, 0, 0, 1))
    assert "cannot be opened" in told["failures"][0]["error"]


def test_the_keys_and_the_vault_itself_are_never_taken_in(
    house: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    (house / "letter.txt").write_bytes(LETTER)
    code, told = ingest(capsys, house)
    assert (code, counts(told)) == (1, (1, 0, 0, 2))
    code, told = ingest(capsys, house / "keys", house / "keys" / "vault.agekey")
    assert (code, counts(told)) == (1, (0, 0, 0, 2))
    assert all("own data or keys" in failure["error"] for failure in told["failures"])
    assert EvidenceItem.objects.count() == 1


def test_a_missing_and_a_wrong_key_stop_everything(
    box: Path, case: Case, house: Path, capsys: pytest.CaptureFixture
) -> None:
    key = house / "keys" / "vault.agekey"
    key.chmod(0o600)
    kept = key.read_bytes()
    key.write_bytes(b"garbage")
    with pytest.raises(VaultKeyWrong):
        ingest(capsys, box)
    key.unlink()
    with pytest.raises(VaultKeyMissing):
        ingest(capsys, box)
    key.write_bytes(kept)
    assert not EvidenceItem.objects.exists()


MANIFEST = """path,source,title,how_obtained,collected_at,case
box/a.txt,first family,A letter,by hand,late Mordad 1367,
box/a.txt,second family,,,1988-08,
box/missing.txt,,,,,
../outside.txt,,,,,
box/empty,,,,not a date,
box/sub/سند.jpg,,,,,DK-9999-99
"""


def test_a_manifest_gives_each_line_its_own_facts(
    box: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    manifest = box.parent / "list.csv"
    manifest.write_text(MANIFEST, encoding="utf-8-sig")
    code, told = ingest(capsys, manifest=manifest)
    assert (code, counts(told)) == (1, (2, 1, 0, 4))
    first, second = EvidenceItem.objects.order_by("received_at")
    assert (first.source, first.title, first.intake.how_obtained) == ("first family", "A letter", "by hand")
    assert (second.source, second.date.edtf) == ("second family", "1988-08")
    assert counts(ingest(capsys, manifest=manifest)[1]) == (0, 0, 2, 4)


def test_what_is_refused_for_one_file_of_many_is_in_the_log_with_who_asked(
    box: Path, case: Case, paralegal: User, capsys: pytest.CaptureFixture
) -> None:
    manifest = box.parent / "list.csv"
    manifest.write_text(MANIFEST, encoding="utf-8-sig")
    ingest(capsys, manifest=manifest)
    (refusal,) = Entry.objects.filter(action=Action.ACCESS_REFUSED.value)
    assert (refusal.actor, refusal.subject_id) == (paralegal.audit_name, "ingest_evidence")
    assert b'"kind":"not_found"' in bytes(refusal.body)
    assert b"DK-9999-99" not in bytes(refusal.body)


@pytest.mark.parametrize(
    "text", ["", "name,source\na,b\n", "path,colour\na,b\n", "path,path\na,b\n", 'path\n"unclosed']
)
def test_a_manifest_that_is_none_is_refused_whole(
    box: Path, case: Case, capsys: pytest.CaptureFixture, text: str
) -> None:
    manifest = box / "list.csv"
    manifest.write_text(text)
    with pytest.raises(BadIntake):
        ingest(capsys, manifest=manifest)


@pytest.mark.parametrize("cell", ["x" * 200_000, '"unclosed', '"a "letter" at home"'])
def test_a_line_that_is_no_line_of_cells_is_named_with_what_is_wrong(
    box: Path, case: Case, capsys: pytest.CaptureFixture, cell: str
) -> None:
    manifest = box / "list.csv"
    manifest.write_text(f"path,source\na.txt,s\na.txt,{cell}\na.txt,t\n")
    with pytest.raises(BadIntake, match=r"Line 3 .*quotation mark.*131,072"):
        ingest(capsys, manifest=manifest)
    manifest.write_text(f"path,{cell}\n")
    with pytest.raises(BadIntake, match=r"Line 1 "):
        ingest(capsys, manifest=manifest)


@pytest.mark.parametrize("sign", [",", ";", "\t", "؛"])
def test_a_manifest_is_read_as_spreadsheets_of_every_country_save_it(
    box: Path, case: Case, capsys: pytest.CaptureFixture, sign: str
) -> None:
    lines = ["Path, Source ,title,collected_at", 'a.txt,a family,"A, ""quoted""; title",۱۳۶۷/۵/۶']
    text = "\r\n".join(lines).replace(",", sign).replace(f"A{sign} ", "A, ")
    (box / "list.csv").write_bytes(text.encode("utf-8-sig"))
    code, told = ingest(capsys, manifest=box / "list.csv")
    assert (code, counts(told)) == (0, (1, 0, 0, 0))
    item = EvidenceItem.objects.get()
    assert (item.title, item.date.edtf) == ('A, "quoted"; title', "1988-07-28")


def test_a_manifest_that_is_refused_is_told_what_its_first_line_reads(
    box: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    (box / "list.csv").write_text("path,who\na.txt,a family\n")
    with pytest.raises(BadIntake, match="path,who"):
        ingest(capsys, manifest=box / "list.csv")
    (box / "list.csv").write_text("path,source\n")
    with pytest.raises(BadIntake, match="no files"):
        ingest(capsys, manifest=box / "list.csv")


def test_a_line_that_says_otherwise_of_the_same_receipt_is_named_and_not_dropped(
    box: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    (box / "list.csv").write_text(
        "path,source,collected_at\na.txt,first,1367\na.txt,first,1367\na.txt,first,1368\na.txt,second,1368\n"
    )
    for dry_run in (True, False):
        code, told = ingest(capsys, manifest=box / "list.csv", dry_run=dry_run)
        assert (code, counts(told)) == (1, (2, 1, 1, 1))
        assert "Line 4" in told["failures"][0]["error"]
        assert "line 2" in told["failures"][0]["error"]


def test_ragged_lines_are_named(box: Path, case: Case, capsys: pytest.CaptureFixture) -> None:
    manifest = box / "list.csv"
    manifest.write_text("path,source\na.txt,s,extra\na.txt\na.txt,s\n")
    code, told = ingest(capsys, manifest=manifest)
    assert (code, counts(told)) == (1, (1, 0, 0, 2))
    assert "Line 2" in told["failures"][0]["error"]


@pytest.mark.parametrize("cell", ["a\x00.txt,s,t,h", "a.txt,s\x00,t,h", "a.txt,s,t\x00,h", "a.txt,s,t,h\x00"])
def test_a_manifest_with_nul_names_the_line(
    box: Path, case: Case, capsys: pytest.CaptureFixture, cell: str
) -> None:
    manifest = box / "list.csv"
    manifest.write_text(f"path,source,title,how_obtained\n{cell}\na.txt,s,t,h\n")
    code, told = ingest(capsys, manifest=manifest)
    assert (code, counts(told)) == (1, (1, 0, 0, 1))
    assert "Line 2" in told["failures"][0]["error"]


def test_a_manifest_leads_over_no_link_and_into_no_folder_of_ours(
    box: Path, case: Case, house: Path, capsys: pytest.CaptureFixture
) -> None:
    (house / "secret").mkdir()
    (house / "secret" / "plan.txt").write_text("what lies beside the folder that was handed over")
    (box / "link.txt").symlink_to(house / "secret" / "plan.txt")
    (box / "linked").symlink_to(house / "secret")
    (house / "list.csv").write_text(
        "path\nbox/link.txt\nbox/linked/plan.txt\nkeys/vault.agekey\n" + "x" * 300 + "\n"
    )
    code, told = ingest(capsys, manifest=house / "list.csv", source="s")
    assert (code, counts(told)) == (1, (0, 0, 0, 4))
    assert not EvidenceItem.objects.exists()


def test_verification_says_what_it_read_and_ends_with_a_code(
    take_in: TakeIn, house: Path, capsys: pytest.CaptureFixture
) -> None:
    item = take_in()
    assert verify(capsys) == (
        0,
        {"ok": True, "items": 1, "objects": 1, "bytes": len(LETTER), "custody_events": 1, "faults": []},
    )
    path = stored_files(house)[0]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-3])
    code, told = verify(capsys, item.reference.lower())
    assert (code, told["ok"], told["faults"][0]["item"], told["faults"][0]["fault"]) == (
        1,
        False,
        item.reference,
        "truncated",
    )


def test_verification_by_an_actor_is_recorded_and_scoped(
    take_in: TakeIn, auditor: User, outsider: User, custodian_a: User, capsys: pytest.CaptureFixture
) -> None:
    item = take_in()
    assert verify(capsys, actor="arash")[0] == 0
    assert item.custody.filter(kind="fixity_checked", actor=auditor).count() == 1
    with pytest.raises(UnknownEvidence):
        verify(capsys, item.reference, actor="omid")
    with pytest.raises(NotPermitted):
        verify(capsys, actor="custodian_a")


def test_an_unknown_item_is_said(case: Case, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(UnknownEvidence, match="E-0000"):
        verify(capsys, "E-0000-0000")
