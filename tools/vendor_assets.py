"""Fetch the pages' third-party assets from their npm packages and record where each came from.

Run at development time only (`python tools/vendor_assets.py`): needs npm and a network. The workspace itself
never asks anybody outside for anything. `--check` compares the files with their record and needs neither.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import woff

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
RECORD = VENDOR / "VENDOR.json"
NOTO = Path("/usr/share/fonts/truetype/noto")

# A source map would be a file we do not ship, and the manifest of static files refuses dangling references.
_SOURCE_MAP = re.compile(rb"\n?(?:/\*|//)# sourceMappingURL=[^\n]*\n?\Z")


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package and what is taken from it: paths under static/vendor by paths in the package."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        {
            "dist/css/bootstrap.min.css": "bootstrap/bootstrap.css",
            "dist/css/bootstrap.rtl.min.css": "bootstrap/bootstrap.rtl.css",
            "LICENSE": "bootstrap/LICENSE",
        },
    ),
    Package("htmx.org", "4.0.1", "0BSD", {"dist/htmx.min.js": "htmx/htmx.js", "LICENSE": "htmx/LICENSE"}),
    Package("tus-js-client", "4.3.1", "MIT", {"dist/tus.min.js": "tus/tus.js", "LICENSE": "tus/LICENSE"}),
    # Modules that import one another by these names.
    Package(
        "@noble/hashes",
        "2.4.0",
        "MIT",
        {
            "sha2.js": "noble-hashes/sha2.js",
            "_md.js": "noble-hashes/_md.js",
            "_u64.js": "noble-hashes/_u64.js",
            "utils.js": "noble-hashes/utils.js",
            "LICENSE": "noble-hashes/LICENSE",
        },
    ),
    Package(
        "vazirmatn",
        "33.0.3",
        "OFL-1.1",
        {
            "fonts/webfonts/Vazirmatn[wght].woff2": "fonts/vazirmatn/Vazirmatn-variable.woff2",
            "fonts/ttf/Vazirmatn-Regular.ttf": "fonts/vazirmatn/Vazirmatn-Regular.ttf",
            "fonts/ttf/Vazirmatn-Bold.ttf": "fonts/vazirmatn/Vazirmatn-Bold.ttf",
            "OFL.txt": "fonts/vazirmatn/OFL.txt",
        },
    ),
    Package(
        "@ibm/plex-sans",
        "1.1.0",
        "OFL-1.1",
        {
            "fonts/complete/woff2/IBMPlexSans-Regular.woff2": "fonts/plex/IBMPlexSans-Regular.woff2",
            "fonts/complete/woff2/IBMPlexSans-SemiBold.woff2": "fonts/plex/IBMPlexSans-SemiBold.woff2",
            "fonts/complete/woff/IBMPlexSans-Regular.woff": "fonts/plex/IBMPlexSans-Regular.ttf",
            "fonts/complete/woff/IBMPlexSans-Bold.woff": "fonts/plex/IBMPlexSans-Bold.ttf",
            "LICENSE.txt": "fonts/plex/OFL.txt",
        },
    ),
    Package(
        "@ibm/plex-mono",
        "2.5.0",
        "OFL-1.1",
        {
            "fonts/complete/woff2/IBMPlexMono-Regular.woff2": "fonts/plex/IBMPlexMono-Regular.woff2",
            "fonts/complete/woff/IBMPlexMono-Regular.woff": "fonts/plex/IBMPlexMono-Regular.ttf",
        },
    ),
)
# Debian's fonts-noto-core: the PDFs' Persian text face, which no npm package carries as static TrueType.
NOTO_FILES = ("NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf")
NOTO_LICENCE = "fonts/noto/OFL.txt"


def main() -> int:
    """Fetch and record, or check with --check; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the files with VENDOR.json")
    parser.add_argument("--packed", type=Path, help="a folder of already packed .tgz files")
    options = parser.parse_args()
    if not options.check:
        RECORD.write_text(json.dumps(fetch(options.packed), indent=2) + "\n")
    faults = check()
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return 1 if faults else 0


def fetch(packed: Path | None) -> list[dict[str, str]]:
    """Take every file from its package into static/vendor; returns the record, one row per file."""
    rows = []
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            archive = _archive(package, packed or Path(folder))
            with tarfile.open(archive) as tar:
                for source, target in sorted(package.files.items()):
                    member = tar.extractfile(f"package/{source}")
                    if member is None:
                        raise SystemExit(f"{package.name} has no file {source}")
                    rows.append(_row(package, source, target, member.read()))
    return rows + [_noto_row(name) for name in NOTO_FILES] + [_noto_licence_row()]


def check() -> list[str]:
    """Every difference between the folder and its record, in words."""
    rows = json.loads(RECORD.read_text())
    faults = []
    for row in rows:
        path = VENDOR / row["file"]
        if not path.is_file():
            faults.append(f"{row['file']} is recorded but missing")
        elif _sha256(path.read_bytes()) != row["sha256"]:
            faults.append(f"{row['file']} is not the file that was recorded")
    recorded = {row["file"] for row in rows} | {RECORD.name}
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    return faults + [f"{name} is not recorded" for name in sorted(present - recorded)]


def _archive(package: Package, folder: Path) -> Path:
    stem = package.name.lstrip("@").replace("/", "-")
    archive = folder / f"{stem}-{package.version}.tgz"
    if not archive.is_file():
        specification = f"{package.name}@{package.version}"
        subprocess.run(["npm", "pack", specification], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607
    return archive


def _row(package: Package, source: str, target: str, content: bytes) -> dict[str, str]:
    kept = _kept(source, target, content)
    _write(target, kept)
    return {
        "file": target,
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "source": f"npm:{package.name}@{package.version}/{source}",
        "source_sha256": _sha256(content),
        "sha256": _sha256(kept),
    }


def _kept(source: str, target: str, content: bytes) -> bytes:
    """What is stored: without a dangling source map, and as TrueType for the PDF writer, which reads no WOFF."""
    if target.endswith((".css", ".js")):
        return _SOURCE_MAP.sub(b"\n", content)
    if source.endswith(".woff") and target.endswith(".ttf"):
        unpacked: bytes = woff.unpack(content)
        return unpacked
    return content


def _noto_row(name: str) -> dict[str, str]:
    content = (NOTO / name).read_bytes()
    target = f"fonts/noto/{name}"
    _write(target, content)
    return _debian_row(target, f"usr/share/fonts/truetype/noto/{name}", content)


def _noto_licence_row() -> dict[str, str]:
    """The licence text of the OFL is the same for every font; only the copyright line is Noto's own."""
    licence = (VENDOR / "fonts/plex/OFL.txt").read_text().split("\n", 1)[1]
    notice = 'Copyright 2015-2020 Google LLC. All Rights Reserved. "Noto" is a trademark of Google LLC.\n'
    content = (notice + licence).encode()
    _write(NOTO_LICENCE, content)
    return _debian_row(NOTO_LICENCE, "usr/share/doc/fonts-noto-core/copyright", content)


def _debian_row(target: str, source: str, content: bytes) -> dict[str, str]:
    return {
        "file": target,
        "name": "fonts-noto-core",
        "version": "20201225-1",
        "licence": "OFL-1.1",
        "source": f"debian:fonts-noto-core/{source}",
        "source_sha256": _sha256(content),
        "sha256": _sha256(content),
    }


def _write(target: str, content: bytes) -> None:
    path = VENDOR / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
