"""Runs the verifier as a prosecutor would: in its own process, with nothing of ours importable."""

import subprocess
import sys
from pathlib import Path

VERIFIER = Path(__file__).parents[2] / "dossiers" / "verifier" / "verify.py"


def run_verifier(
    folder: Path, *options: str, program: Path | None = None, python: str = ""
) -> "subprocess.CompletedProcess[str]":
    """The verifier's end; `program` is the dossier's own unless said otherwise."""
    return subprocess.run(
        [python or sys.executable, "-I", "-S", str(program or folder / "verify.py"), str(folder), *options],
        cwd=folder.parent,
        env={},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
