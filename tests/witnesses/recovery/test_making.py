"""Making a kit: offline, nothing but the sheets holds the words, and nothing is overwritten."""

import base64
import io
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.core.management import call_command
from shamir_mnemonic.wordlist import WORDLIST

from tests.witnesses.residue import traces
from witnesses.recovery.errors import BadKit, BadKitFile, FileNotWritten
from witnesses.recovery.kit import read_kit
from witnesses.recovery.making import PUBLIC_FILE, make_kit
from witnesses.recovery.words import read_sheet, restore_seed
from witnesses.sealing import public_key_of


def text_of(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def words_of_a_paper(path: Path) -> str:
    """The words beside their numbers, as somebody types them."""
    found = re.findall(r"\b(\d{1,2}) ([a-z]{4,8})\b", text_of(path))
    numbered = {int(number): word for number, word in found if word in WORDLIST}
    return read_sheet(" ".join(numbered[number] for number in range(1, 34)))


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_papers_open_what_the_public_file_seals(tmp_path, language):
    made = make_kit(tmp_path / "kit", threshold=2, shares=3, language=language)
    kit = read_kit(made.public.read_bytes())
    assert kit == made.kit
    assert kit.spoken in made.public.read_text()
    sheets = [words_of_a_paper(path) for path in made.sheets]
    assert len(set(sheets)) == 3
    assert public_key_of(restore_seed(sheets[1:]).seed) == kit.public_key
    for path, words in zip(made.sheets, sheets, strict=True):
        # Beside the square code; from right to left they come out of a PDF line by line from behind.
        assert sorted(words.upper().split()) == sorted(
            w for w in text_of(path).split() if w.lower() in words and w.isupper()
        )


def test_only_the_sheets_hold_the_words_and_only_their_owner_reads_them(tmp_path):
    made = make_kit(tmp_path / "kit", threshold=2, shares=2, language="en")
    sheets = [words_of_a_paper(path) for path in made.sheets]
    seed = restore_seed(sheets).seed
    held = made.public.read_bytes()
    assert traces(held, [base64.b64encode(seed).decode(), bytes(seed).hex(), *sheets]) == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.public.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(made.public.parent.stat().st_mode) == 0o700
    assert {path.name for path in made.public.parent.iterdir()} == {
        "sheet-1-of-2.pdf",
        "sheet-2-of-2.pdf",
        PUBLIC_FILE,
    }


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "mine").write_text("mine")
    with pytest.raises(FileNotWritten):
        make_kit(tmp_path / "kit", threshold=2, shares=3, language="en")
    with pytest.raises(FileNotWritten):
        make_kit(tmp_path / "none" / "kit", threshold=2, shares=3, language="en")
    assert [path.name for path in (tmp_path / "kit").iterdir()] == ["mine"]


@pytest.mark.parametrize("folder", ["DADKHAH_DATA_DIR", "DADKHAH_KEYS_DIR"])
def test_it_refuses_the_folders_that_are_backed_up(folder, tmp_path):
    (tmp_path / "link").symlink_to(getattr(settings, folder))
    for path in (Path(getattr(settings, folder)) / "kit", tmp_path / "link" / "kit"):
        with pytest.raises(BadKit):
            make_kit(path, threshold=2, shares=3, language="en")
        assert not path.exists()


def test_a_kit_that_one_sheet_opens_writes_nothing(tmp_path):
    with pytest.raises(BadKit):
        make_kit(tmp_path / "kit", threshold=1, shares=3, language="en")
    assert not (tmp_path / "kit").exists()


def test_an_altered_public_file_is_refused(tmp_path):
    said = json.loads(make_kit(tmp_path / "kit", threshold=2, shares=3, language="en").public.read_bytes())
    changes = (
        {"threshold": 3},
        {"threshold": "2"},
        {"threshold": True},
        {"shares": 17},
        {"made_at": "yesterday"},
        {"made_at": None},
        {"made_at": "2026-11-20T08:00:00"},
        {"public_key": said["public_key"][:-8]},
        {"public_key": 7},
        {"format": "dadkhah-recovery-kit/2"},
        {"fingerprint": "00"},
    )
    for change in changes:
        with pytest.raises(BadKitFile):
            read_kit(json.dumps(said | change).encode())
    for content in (b"", b"[]", b"null", b"\xff", b"[" * 10_000, json.dumps(said).encode()[:100]):
        with pytest.raises(BadKitFile):
            read_kit(content)


def test_the_command_needs_neither_database_nor_network_and_prints_no_word_of_a_sheet(tmp_path):
    """The database that the settings name answers nobody, and opening a socket ends the process."""
    guard = tmp_path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(
        "import sys\n"
        "sys.addaudithook(lambda name, _: name in ('socket.connect', 'sqlite3.connect') and __import__('os')._exit(99))\n"
    )
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "PYTHONPATH": str(guard),
        "TMPDIR": str(tmp_path),
    }
    out = tmp_path / "kit"
    ran = subprocess.run(
        [sys.executable, "manage.py", "recovery_kit", "make", str(out), "--threshold", "2", "--of", "3"],
        cwd=Path(settings.BASE_DIR),
        env=env,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    sheets = [words_of_a_paper(path) for path in sorted(out.glob("*.pdf"))]
    seed = restore_seed(sheets[:2]).seed
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".pdf"]
    said = b"\n".join([ran.stdout, ran.stderr, *(path.read_bytes() for path in left)])
    assert traces(said, [*sheets, bytes(seed).hex(), base64.b64encode(seed).decode()]) == []


def test_the_command_says_what_to_do_with_the_sheets(tmp_path):
    out = io.StringIO()
    call_command("recovery_kit", "make", str(tmp_path / "kit"), "--language", "en", stdout=out)
    said = out.getvalue()
    assert "delete the files" in said
    assert read_kit((tmp_path / "kit" / PUBLIC_FILE).read_bytes()).spoken in said
