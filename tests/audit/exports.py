"""Reading, changing and checking an export of the log, as anybody can who has no key."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from audit.cosignatures import TreeHead
from audit.merkle import complete_root, leaf_hash, nodes_over, root
from audit.notes import Signer, sign_note
from audit.verifier import verify_log

NOT_COMPARED = " IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN"


def check(folder: Path, *options: str) -> dict[str, Any]:
    """What the export's own program says, in a process that cannot see this project."""
    run = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify_log.py"), *options, "--json"],
        capture_output=True,
        check=False,
        text=True,
        cwd=folder.parent,
    )
    assert run.stderr == ""
    answer: dict[str, Any] = json.loads(run.stdout)
    assert run.returncode == code_of(answer["verdict"])
    assert answer["ok"] == (run.returncode == 0)
    return answer


def code_of(verdict: str) -> int:
    """The exit code that belongs to the last word of a check."""
    if verdict.endswith(NOT_COMPARED):
        return 2
    return {"VERIFIED": 0, "NOT VERIFIED": 1}.get(verdict, 3)


def called(folder: Path, *options: str) -> tuple[int, str]:
    """The exit code and all that it says, for calls that it refuses."""
    run = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify_log.py"), *options],
        capture_output=True,
        check=False,
        text=True,
        cwd=folder.parent,
    )
    return run.returncode, run.stdout + run.stderr


def rebuilt(folder: Path, bodies: list[bytes]) -> bytes:
    """Put these entries into the export with all hashes and lists made anew; return the root. Fewer than 65,536."""
    leaves = [leaf_hash(body) for body in bodies]
    (folder / "entries.bin").write_bytes(b"".join(len(body).to_bytes(2, "big") + body for body in bodies))
    (folder / "tiles/0").write_bytes(b"".join(leaves))
    (folder / "tiles/1").unlink(missing_ok=True)
    full = [complete_root(leaves[at : at + 256]) for at in range(0, len(leaves) - 255, 256)]
    if full:
        (folder / "tiles/1").write_bytes(b"".join(full))
    listed(folder)
    return root(len(leaves), nodes_over(leaves)) if leaves else hashlib.sha256(b"").digest()


def listed(folder: Path) -> None:
    """Make SHA256SUMS anew, as everybody can."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix())
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def entries_of(folder: Path) -> list[bytes]:
    content, bodies = (folder / "entries.bin").read_bytes(), []
    while content:
        end = 2 + int.from_bytes(content[:2], "big")
        bodies.append(content[2:end])
        content = content[end:]
    return bodies


def sign_with(signer: Signer, folder: Path, size: int, digest: bytes) -> Path:
    """Put a checkpoint by this key into the export."""
    path = folder / f"checkpoints/{size:012}"
    path.parent.mkdir(exist_ok=True)
    path.write_text(sign_note(TreeHead(signer.name, size, digest).text, [signer]))
    listed(folder)
    return path


def checked_here(folder: Path, *against: str) -> verify_log.Report:
    """The same in this process, for tests that check many times."""
    report = verify_log.Report()
    verify_log.check_folder(report, str(folder), None, list(against))
    return report
