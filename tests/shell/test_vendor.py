"""Third-party assets are the recorded files, few, licensed, and the only ones a page can load."""

import json
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
RECORD = json.loads((VENDOR / "VENDOR.json").read_text())


def run_check() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "vendor_assets.py"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_every_vendored_file_has_the_recorded_digest_and_none_is_unrecorded():
    checked = run_check()
    assert checked.returncode == 0, checked.stderr


def test_every_row_names_package_version_licence_and_source():
    for row in RECORD:
        assert all(
            row[key] for key in ("file", "name", "version", "licence", "source", "source_sha256", "sha256")
        )


def test_a_licence_text_stands_beside_every_font_and_library():
    folders = {(VENDOR / row["file"]).parent for row in RECORD}
    for folder in folders:
        assert any(path.name in {"LICENSE", "OFL.txt"} for path in folder.iterdir()), folder


def test_the_vendor_folder_stays_below_four_mebibytes():
    assert sum(path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()) < 4 * 1024 * 1024


@pytest.mark.parametrize(
    "path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.relative_to(STATIC).as_posix()
)
def test_no_style_sheet_asks_anybody_outside(path):
    assert not re.search(r"""(url\(|@import)\s*['"]?(https?:)?//""", path.read_text())


def test_every_file_that_a_style_sheet_names_is_there():
    for sheet in (STATIC / "css").glob("*.css"):
        for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text()):
            assert (sheet.parent / name).resolve().is_file(), f"{sheet.name}: {name}"


def test_our_own_style_sheets_know_no_left_and_no_right():
    physical = re.compile(
        r"(margin|padding|border)-(left|right)|[{;\s](left|right)\s*:|text-align:\s*(left|right)|float:\s*(left|right)"
    )
    for sheet in (STATIC / "css").glob("*.css"):
        assert not physical.search(sheet.read_text()), sheet.name


def test_a_woff_font_unpacks_to_the_tables_it_was_made_of(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import woff

    tables = {b"aaaa": b"x" * 101, b"bbbb": b"\x01\x02\x03"}
    font = woff.unpack(packed(tables))
    flavour, count = struct.unpack_from(">IH", font)
    assert (flavour, count) == (0x00010000, 2)
    for index, (tag, table) in enumerate(tables.items()):
        found, _checksum, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        assert (found, font[offset : offset + length]) == (tag, table)
    with pytest.raises(ValueError, match="not a WOFF"):
        woff.unpack(b"wOF2" + packed(tables)[4:])


def packed(tables: dict[bytes, bytes]) -> bytes:
    """A WOFF 1.0 file around the tables, one compressed and one too small to be."""
    offset = 44 + 20 * len(tables)
    entries, bodies = b"", b""
    for tag, table in tables.items():
        body = min(zlib.compress(table), table, key=len)
        entries += struct.pack(">4sIIII", tag, offset + len(bodies), len(body), len(table), 0)
        bodies += body + b"\0" * (-len(body) % 4)
    head = struct.pack(">4sIIHHIHHIIIII", b"wOFF", 0x00010000, 0, len(tables), 0, 0, 1, 0, 0, 0, 0, 0, 0)
    return head + entries + bodies
