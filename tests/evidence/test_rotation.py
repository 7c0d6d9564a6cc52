"""The vault's key is changed: everything opens with the new one, nothing is lost on the way, and the log tells."""

import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.management import call_command

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from evidence import key_change, rotation
from evidence.errors import VaultKeyWrong
from evidence.keys import load_vault_keys
from evidence.models import StoredObject
from evidence.rotation import rotate_vault_key
from evidence.store import vault
from evidence.vault.objects import Vault
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn

CONTENTS = [b"", b"a letter", os.urandom(70_000), os.urandom(3 * 1024 * 1024)]


@pytest.fixture
def items(take_in: TakeIn) -> list[Any]:
    return [take_in(content) for content in CONTENTS]


def objects_in(data: Path) -> list[Path]:
    return sorted(path for path in (data / "vault" / "objects").rglob("*") if path.is_file())


def entries(action: Action) -> list[Entry]:
    return list(Entry.objects.filter(action=action.value))


def rotate(administrator: User, **options: Any) -> rotation.RotationReport:
    return rotate_vault_key(actor=administrator, grace=0, **options)


def test_everything_opens_with_the_new_key_and_with_it_alone(
    items: list[Any], administrator: User, settings: Any
):
    old = load_vault_keys(settings.DADKHAH_KEYS_DIR)
    report = rotate(administrator)
    new = load_vault_keys(settings.DADKHAH_KEYS_DIR)
    assert report.ok
    assert (report.sealed_anew, report.left) == (len(CONTENTS), 0)
    assert new.identity != old.identity
    assert new.retiring is None
    for item, content in zip(items, CONTENTS, strict=True):
        item.refresh_from_db()
        assert vault().open(item.object.name).read() == content
        assert item.object.key_id == new.key_id
    opener, shut_out = (pyrage.x25519.Identity.from_str(key.identity.reveal()) for key in (new, old))
    stored = objects_in(settings.DADKHAH_DATA_DIR)
    assert len(stored) == len(CONTENTS)
    for path in stored:
        assert pyrage.decrypt(path.read_bytes(), [opener]) in CONTENTS
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(path.read_bytes(), [shut_out])
    from evidence.models import EvidenceItem

    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_a_body_is_not_sealed_anew(items: list[Any], administrator: User, settings: Any):
    bodies = {path.read_bytes().split(b"\n--- ", 1)[1][44:] for path in objects_in(settings.DADKHAH_DATA_DIR)}
    rotate(administrator)
    assert {
        path.read_bytes().split(b"\n--- ", 1)[1][44:] for path in objects_in(settings.DADKHAH_DATA_DIR)
    } == bodies


def test_the_log_tells_who_changed_the_key_and_what_became_of_each_object(
    items: list[Any], administrator: User
):
    before = {row.sha256.hex: row for row in StoredObject.objects.all()}
    custody = [event.pk for item in items for event in item.custody.all()]
    report = rotate(administrator)
    told = [json.loads(bytes(entry.body)) for entry in entries(Action.OBJECT_SEALED_ANEW)]
    assert len(told) == len(CONTENTS)
    for fields in told:
        facts, row = fields["facts"], before[fields["facts"]["sha256"]]
        now = StoredObject.objects.get(pk=row.pk)
        assert (facts["from"], facts["to"]) == (report.old_key, report.new_key)
        assert (facts["blake3_before"], facts["blake3_after"]) == (
            row.stored_blake3.hex,
            now.stored_blake3.hex,
        )
    assert len(entries(Action.VAULT_KEY_CHANGE_BEGUN)) == 1
    (done,) = entries(Action.VAULT_KEY_ROTATED)
    assert json.loads(bytes(done.body))["facts"]["objects"] == len(CONTENTS)
    assert [event.pk for item in items for event in item.custody.all()] == custody


def test_the_old_key_is_kept_under_another_name_for_old_backups(
    items: list[Any], administrator: User, settings: Any
):
    folder = settings.DADKHAH_KEYS_DIR
    secret = (folder / "vault.agekey").read_text()
    report = rotate(administrator)
    kept = folder / report.retired_as
    assert kept.read_text().splitlines()[1:] == secret.splitlines()[1:]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not (folder / "vault_retiring.agekey").exists()


@pytest.mark.usefixtures("items")
@pytest.mark.parametrize("who", ["paralegal", "lawyer", "auditor", "custodian_a"])
def test_only_an_administrator_changes_the_key(who: str, request: pytest.FixtureRequest, settings: Any):
    before = sorted(settings.DADKHAH_KEYS_DIR.iterdir())
    with pytest.raises(NotPermitted):
        rotate(request.getfixturevalue(who))
    assert sorted(settings.DADKHAH_KEYS_DIR.iterdir()) == before


def test_it_can_be_done_again_and_the_same_bytes_stay_one_object(
    items: list[Any], administrator: User, take_in: TakeIn, settings: Any
):
    names = {path.name for path in objects_in(settings.DADKHAH_DATA_DIR)}
    for _time in range(2):
        assert rotate(administrator).ok
        now = {path.name for path in objects_in(settings.DADKHAH_DATA_DIR)}
        assert len(now) == len(CONTENTS)
        assert not now & names
        names |= now
    assert take_in(CONTENTS[1]).object_id == items[1].object_id
    assert len(objects_in(settings.DADKHAH_DATA_DIR)) == len(CONTENTS)


def test_a_damaged_object_is_named_and_the_old_key_stays_until_it_is_restored(
    items: list[Any], administrator: User, settings: Any
):
    name = items[2].object.name
    path = settings.DADKHAH_DATA_DIR / "vault" / "objects" / name[:2] / name
    good = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    report = rotate(administrator)
    assert not report.ok
    assert [failed for failed, _sentence in report.failed] == [name]
    assert (settings.DADKHAH_KEYS_DIR / "vault_retiring.agekey").exists()
    assert entries(Action.VAULT_KEY_ROTATED) == []
    for item, content in zip(items, CONTENTS, strict=True):
        if item != items[2]:
            item.refresh_from_db()
            assert vault().open(item.object.name).read() == content
    path.write_bytes(good)
    # The copy that was made of the damaged bytes names nothing and is in the way of nothing.
    report = rotate(administrator)
    assert report.ok
    items[2].refresh_from_db()
    assert vault().open(items[2].object.name).read() == CONTENTS[2]


def test_a_file_on_its_way_while_the_key_is_changed_is_asked_for_again(items: list[Any], administrator: User):
    opened = vault()
    received = opened.receive(io.BytesIO(b"on its way"))
    rotate(administrator)
    for store in (opened, vault()):
        with pytest.raises(VaultKeyWrong, match="send the file again"):
            store.commit(received)


class Killed(BaseException):
    """The process ends here."""


def test_killed_at_any_step_it_loses_nothing_and_goes_on(
    items: list[Any], administrator: User, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    steps = [
        (key_change, "write_vault_key"),
        (key_change, "rename_key"),
        (key_change, "_mark"),
        (Vault, "rewrap"),
        (Vault, "remove_old"),
        (rotation, "record_sealed_anew"),
        (os, "rename"),
        (Path, "rename"),
    ]
    at = 0
    while killed_at(at, steps, administrator, monkeypatch):
        for item, content in zip(items, CONTENTS, strict=True):
            item.refresh_from_db()
            assert vault().open(item.object.name).read() == content, f"killed at step {at}"
            assert vault().check(rotation.stored_facts(item.object)).ok
        at += 1
        assert at < 100
    assert at > 15
    assert StoredObject.objects.values("key_id").distinct().count() == 1
    # What a kill left between a row and the removal of its old object is sealed to the old key, and harmless.
    assert {row.name for row in StoredObject.objects.all()} <= {
        path.name for path in objects_in(settings.DADKHAH_DATA_DIR)
    }


def killed_at(at: int, steps: list[Any], administrator: User, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the rotation was killed: before its step `at`, or right after the one before it."""
    made = 0

    def watched(real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal made
            made += 1
            if made > at // 2 + 1 or (made == at // 2 + 1 and at % 2 == 0):
                raise Killed
            result = real(*arguments, **options)
            if made == at // 2 + 1:
                raise Killed
            return result

        return call

    with monkeypatch.context() as patch:
        for owner, name in steps:
            patch.setattr(owner, name, watched(getattr(owner, name)))
        try:
            rotate(administrator)
        except Killed:
            return True
        return False


def test_keys_that_are_another_vault_s_change_nothing(
    items: list[Any], administrator: User, settings: Any, tmp_path: Path
):
    from evidence.keys import create_vault_keys

    other = tmp_path / "others"
    shutil.copytree(settings.DADKHAH_KEYS_DIR, other)
    for name in ("vault.agekey", "vault_names.key"):
        (other / name).unlink()
    create_vault_keys(other)
    settings.DADKHAH_KEYS_DIR = other
    before = sorted(other.iterdir())
    with pytest.raises(VaultKeyWrong):
        rotate(administrator)
    assert sorted(other.iterdir()) == before


def test_the_command_says_what_it_did(
    items: list[Any], administrator: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    call_command("rotate_vault_key", actor="admin")
    said = capsys.readouterr().out
    assert f"{len(CONTENTS)} objects sealed anew" in said
    assert "The old key is retired; its file is vault_retired_" in said
    call_command("rotate_vault_key", actor="admin", json=True)
    assert json.loads(capsys.readouterr().out)["ok"]
