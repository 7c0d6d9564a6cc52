"""Taking in and taking out in one run of the command: what is inside becomes items too, each once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from cases.models import Case
from evidence.errors import VaultUnavailable
from evidence.models import EvidenceItem, Unpacking
from evidence.unpacking import at_once, taking_out
from tests.evidence.containers.makers import mailbox_of, message_of, zip_of


def test_ingesting_with_unpack_takes_out_what_came_with_messages(
    tmp_path: Path, paralegal: User, case: Case, capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    inner = message_of(("deep.txt", b"deep"))
    (folder / "letter.eml").write_bytes(message_of(("a.txt", b"a"), ("box.zip", zip_of(("z", b"z")))))
    (folder / "box.mbox").write_bytes(
        mailbox_of(message_of(("b.txt", b"b")), message_of(("inner.eml", inner)))
    )
    (folder / "plain.txt").write_bytes(b"From: nobody")
    (folder / "all.zip").write_bytes(zip_of(("c.txt", b"c")))
    arguments = {"case": case.reference, "source": "a family", "actor": "parvin", "json": True}
    call_command("ingest_evidence", folder, unpack="mail", **arguments)
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["taken_in"]) == (True, 4)
    # The message with its two, the mailbox with two messages and their two, and what the inner message brought.
    assert told["unpacked"] == {"containers": 3, "taken_out": 7, "stay_inside": 0, "failures": []}
    names = sorted(EvidenceItem.objects.exclude(parent=None).values_list("original_name", flat=True))
    assert names == [
        "a.txt",
        "b.txt",
        "box.zip",
        "deep.txt",
        "inner.eml",
        "message 00001.eml",
        "message 00002.eml",
    ]
    call_command("ingest_evidence", folder, unpack="all", **arguments)
    told = json.loads(capsys.readouterr().out)
    assert (told["taken_in"], told["already_here"], told["unpacked"]["containers"]) == (0, 4, 5)
    assert sorted(
        EvidenceItem.objects.exclude(parent=None).values_list("original_name", flat=True)
    ) == sorted([*names, "z", "c.txt"])


def test_a_run_that_was_killed_before_it_unpacked_goes_on_when_run_again(
    tmp_path: Path,
    paralegal: User,
    case: Case,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(message_of(("a.txt", b"a"), ("b.txt", b"b")))
    arguments = {
        "case": case.reference,
        "source": "a family",
        "actor": "parvin",
        "unpack": "mail",
        "json": True,
    }
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(taking_out, "record_receipt", killed_at_the_second(taking_out.record_receipt))
        call_command("ingest_evidence", letter, **arguments)
    assert EvidenceItem.objects.exclude(parent=None).count() == 1
    Unpacking.objects.update(beat_at="2020-01-01T00:00:00Z")
    capsys.readouterr()
    call_command("ingest_evidence", letter, **arguments)
    told = json.loads(capsys.readouterr().out)
    assert (told["already_here"], told["unpacked"]["taken_out"]) == (1, 2)
    names = EvidenceItem.objects.exclude(parent=None).values_list("original_name", flat=True)
    assert sorted(names) == ["a.txt", "b.txt"]


def killed_at_the_second(real: Callable[..., Any]) -> Callable[..., Any]:
    done: list[object] = []

    def record(*given: Any, **named: Any) -> Any:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return real(*given, **named)

    return record


def test_what_cannot_be_taken_out_is_named_and_ends_the_run_with_1(
    tmp_path: Path, paralegal: User, case: Case, capsys: pytest.CaptureFixture
) -> None:
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(zip_of(("a", b"a" * 1000), method=0).replace(b"a" * 900, b"b" * 900))
    with pytest.raises(SystemExit) as ended:
        call_command(
            "ingest_evidence", damaged, case=case.reference, source="x", actor="parvin", unpack="all"
        )
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "1 taken in" in said
    assert "1 inside could not be taken out" in said
    assert EvidenceItem.objects.count() == 1


def damage(house: Path, item: EvidenceItem) -> None:
    [sealed] = (house / "data" / "vault").rglob(item.stored.name)
    sealed.chmod(0o600)
    content = bytearray(sealed.read_bytes())
    content[-1] ^= 1
    sealed.write_bytes(content)


def test_a_damaged_item_is_named_and_the_others_are_unpacked(
    tmp_path: Path, house: Path, paralegal: User, case: Case, capsys: pytest.CaptureFixture
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.zip").write_bytes(zip_of((name, name.encode())))
    arguments = {"case": case.reference, "source": "x", "actor": "parvin", "json": True}
    paths = [tmp_path / "a.zip", tmp_path / "b.zip"]
    call_command("ingest_evidence", *paths, **arguments)
    capsys.readouterr()
    first = EvidenceItem.objects.get(original_name="a.zip")
    damage(house, first)
    with pytest.raises(SystemExit):
        call_command("ingest_evidence", *paths, unpack="all", **arguments)
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["already_here"], told["unpacked"]["taken_out"]) == (False, 2, 1)
    assert [one["reference"] for one in told["unpacked"]["failures"]] == [first.reference]


def test_where_the_vault_goes_away_it_is_told_what_was_taken_in(
    tmp_path: Path,
    paralegal: User,
    case: Case,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(_stored: object) -> None:
        raise VaultUnavailable("The vault is away.")

    monkeypatch.setattr(at_once, "open_stored", away)
    (tmp_path / "a.zip").write_bytes(zip_of(("a", b"a")))
    arguments = {"case": case.reference, "source": "x", "actor": "parvin", "unpack": "all"}
    with pytest.raises(VaultUnavailable):
        call_command("ingest_evidence", tmp_path / "a.zip", json=True, **arguments)
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["taken_in"], len(told["unpacked"]["failures"])) == (False, 1, 1)


def test_a_dry_run_says_that_it_looked_into_nothing(
    tmp_path: Path, paralegal: User, case: Case, capsys: pytest.CaptureFixture
) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_bytes(message_of(("a.txt", b"a")))
    call_command(
        "ingest_evidence", letter, case=case.reference, source="x", actor="parvin", unpack="all", dry_run=True
    )
    assert "What lies inside files was not looked into." in capsys.readouterr().out
    assert not Unpacking.objects.exists()
