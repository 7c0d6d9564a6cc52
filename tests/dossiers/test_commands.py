"""`compile_dossier` as a lawyer types it."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.errors import NotPermitted, UnknownActor
from accounts.models import User
from audit.models import Entry
from cases.errors import UnknownCase
from cases.models import Case
from dossiers.errors import BadDossierRequest
from dossiers.models import Dossier
from evidence.errors import BadRecipient
from evidence.models import EvidenceItem
from evidence.vault.age_keys import Identity
from tests.dossiers.conftest import PURPOSE
from tests.dossiers.verifying import run_verifier


def compile_by_command(case: str, out: Path, actor: str, *options: str, purpose: str = PURPOSE) -> None:
    call_command("compile_dossier", case, "--purpose", purpose, "--out", str(out), "--actor", actor, *options)


def test_it_says_where_the_dossier_lies_and_how_to_check_it(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    compile_by_command(case.reference, tmp_path / "out", lawyer.username)
    said = capsys.readouterr().out
    assert str(tmp_path / "out") in said
    assert "3 exhibit" in said
    assert run_verifier(tmp_path / "out").returncode == 0
    assert Entry.objects.get(action="dossier.compiled").channel == "command"


def test_it_prints_one_json_object(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    compile_by_command(case.reference, tmp_path / "out", lawyer.username, "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is True
    assert said["exhibits"] == 3
    assert Path(said["path"]) == tmp_path / "out"
    assert said["checkpoint"]["note"] == (tmp_path / "out/log/checkpoint").read_text(encoding="utf-8")


def test_with_a_recipient_only_a_sealed_file_is_written(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    key = str(Identity.generate().recipient)
    compile_by_command(case.reference, tmp_path / "out", lawyer.username, "--recipient", key, "--json")
    said = json.loads(capsys.readouterr().out)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [Path(said["path"]).name]
    assert said["path"].endswith(".zip.age")
    content = Path(said["path"]).read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"A letter." not in content


def test_a_bad_recipient_is_refused_before_anything_is_written(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    with pytest.raises(BadRecipient):
        compile_by_command(case.reference, tmp_path / "out", lawyer.username, "--recipient", "age1nonsense")
    assert not (tmp_path / "out").exists()
    assert not Dossier.objects.exists()


def test_each_bad_word_gets_its_own_sentence(
    *, case: Case, evidence: list[EvidenceItem], lawyer: User, outsider: User, paralegal: User, tmp_path: Path
):
    with pytest.raises(UnknownActor):
        compile_by_command(case.reference, tmp_path / "out", "nobody")
    with pytest.raises(NotPermitted):
        compile_by_command(case.reference, tmp_path / "out", paralegal.username)
    with pytest.raises(UnknownCase) as unknown:
        compile_by_command("DK-0000-00", tmp_path / "out", lawyer.username)
    with pytest.raises(UnknownCase) as closed:
        compile_by_command(case.reference, tmp_path / "out", outsider.username)
    assert str(unknown.value) == str(closed.value)
    with pytest.raises(BadDossierRequest, match="at least 10"):
        compile_by_command(case.reference, tmp_path / "out", lawyer.username, purpose="short")
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadDossierRequest, match="There is a file"):
        compile_by_command(case.reference, tmp_path / "file", lawyer.username)
    assert not (tmp_path / "out").exists()
    assert not Dossier.objects.exists()
