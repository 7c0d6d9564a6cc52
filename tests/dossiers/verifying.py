"""Runs the verifier as a prosecutor would: in its own process, with nothing of ours importable."""

import os
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


def written_to(output: Path, program: Path, *options: str) -> tuple[int, str]:
    """The exit code and the error output of a program that lies in what it checks, whose report goes there."""
    with output.open("wb", buffering=0) as file:
        return _into(file.fileno(), program, *options)


def read_by_nobody(program: Path, *options: str) -> tuple[int, str]:
    """The same where whoever was to read the report has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return _into(writing, program, *options)
    finally:
        os.close(writing)


def _into(descriptor: int, program: Path, *options: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-I", "-S", str(program), *options],
        stdout=descriptor,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stderr
