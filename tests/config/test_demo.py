"""The demo, run as a newcomer runs it: its own process, its own home, a real database file."""

import csv
import json
import os
import re
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.models import User
from config.demo import run_demo
from config.demo_cast import DemoSecretsUnreadable, NotADemoDatabase, secrets_file
from config.demo_evidence import MANIFEST
from config.demo_witness import IDENTITY
from config.environment import ROOT


@dataclass(frozen=True)
class Home:
    """The folders of one demo, and what it printed each time."""

    path: Path
    first: subprocess.CompletedProcess[str]
    second: subprocess.CompletedProcess[str]

    @property
    def dossier(self) -> Path:
        return min((self.path / "dossiers").iterdir())


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    ours = ("DADKHAH_", "DATABASE_URL", "REDIS_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = {**kept, "DADKHAH_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.config.quick_settings"}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def words_of_the_identity() -> list[str]:
    words = [name.text for name in IDENTITY.full_names]
    words += [part for name in words for part in name.split()]
    return [*words, IDENTITY.date_of_birth, IDENTITY.contacts, IDENTITY.kin, IDENTITY.documents]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("home")
    run(path, "make_keys")
    run(path, "migrate", "--verbosity", "0")
    return Home(path, run(path, "demo"), run(path, "demo"))


def test_it_ends_with_a_verified_dossier(home: Home) -> None:
    assert home.first.returncode == 0, home.first.stdout + home.first.stderr
    *_, where, verdict = home.first.stdout.strip().splitlines()
    assert verdict == "VERIFIED"
    assert str(home.dossier) in where


def test_a_second_run_finds_everything_and_adds_nothing(home: Home) -> None:
    assert home.second.returncode == 0, home.second.stdout + home.second.stderr
    assert home.second.stdout.strip().endswith("VERIFIED")
    assert len(list((home.path / "dossiers").iterdir())) == 1
    assert "0 users made" in home.second.stdout
    assert "10 receipts, 10 of them here already; 9 different files" in home.second.stdout
    assert "0 links made" in home.second.stdout


def test_it_takes_in_ten_receipts_of_nine_files(home: Home) -> None:
    assert "10 receipts, 0 of them here already; 9 different files" in home.first.stdout


def test_it_opens_the_identity_once_and_prints_only_that_it_matches(home: Home) -> None:
    assert "matches what was sealed" in home.first.stdout
    assert "matches what was sealed" not in home.second.stdout


def test_the_name_of_the_witness_is_nowhere_but_under_seal(home: Home) -> None:
    needles = [
        text.encode(encoding) for text in words_of_the_identity() for encoding in ("utf-8", "utf-16-le")
    ]
    places = [path for path in home.path.rglob("*") if path.is_file()]
    assert any(path.name.endswith("sqlite3") for path in places)
    assert any(home.dossier in path.parents for path in places)
    contents = {path: path.read_bytes() for path in places}
    assert [path for path, content in contents.items() for needle in needles if needle in content] == []
    # The same search does find what may be known: the pseudonym, in the database and in the dossier.
    pseudonym = re.search(r"the witness is (W-\S+),", home.first.stdout)[1].encode()
    assert {path.suffix for path, content in contents.items() if pseudonym in content} >= {".json", ".txt"}
    assert any(pseudonym in content for path, content in contents.items() if "sqlite3" in path.name)
    for ended in (home.first, home.second):
        assert not any(needle in (ended.stdout + ended.stderr).encode() for needle in needles)


def test_its_passwords_lie_beside_the_keys_for_the_owner_alone(home: Home) -> None:
    path = home.path / "keys" / "demo_users.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    passwords = json.loads(path.read_text())["passwords"]
    assert all(password in home.second.stdout for password in passwords.values())
    assert not any(path.is_file() for path in (home.path / "data").glob("demo*"))


def test_a_dossier_with_one_byte_changed_is_not_kept_as_verified(home: Home) -> None:
    victim = next(path for path in sorted(home.dossier.rglob("*.jpg")))
    whole = victim.read_bytes()
    victim.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    ended = run(home.path, "demo")
    victim.write_bytes(whole)
    assert ended.returncode == 0
    assert len(list((home.path / "dossiers").iterdir())) == 2
    assert re.search(r"-002$", ended.stdout.strip().splitlines()[-2])


def test_it_refuses_a_database_with_users_whom_it_did_not_make(house: Path, settings, lawyer: User) -> None:
    settings.DADKHAH_PRODUCTION = False
    with pytest.raises(NotADemoDatabase, match="users that the demo did not make"):
        run_demo(write=print)
    assert not secrets_file().exists()


def test_it_refuses_production_settings(settings, db: None) -> None:
    settings.DADKHAH_PRODUCTION = True
    with pytest.raises(NotADemoDatabase, match="never runs with production settings"):
        run_demo(write=print)
    assert not User.objects.exists()


def test_passwords_that_cannot_be_read_are_named_and_left_alone(settings, db: None) -> None:
    secrets_file().write_text("{}")
    with pytest.raises(DemoSecretsUnreadable, match="demo_users"):
        run_demo(write=print)
    assert secrets_file().read_text() == "{}"


def test_the_sample_case_is_small_whole_and_described() -> None:
    folder = MANIFEST.parent
    files = {path.relative_to(folder).as_posix() for path in (folder / "files").iterdir()}
    with MANIFEST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["path", "source", "title", "how_obtained", "collected_at", "case"]
    assert {row["path"] for row in rows} == files
    assert len(rows) == len({(row["path"], row["source"]) for row in rows}) == len(files) + 1
    assert "late Mordad 1367" in {row["collected_at"] for row in rows}
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in files)
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 5 * 1024 * 1024
