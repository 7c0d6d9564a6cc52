"""The Debian programs that draw, speak and film for the sample case."""

import shutil
import subprocess
from pathlib import Path


class ProgramMissing(Exception):
    """A program that the sample case needs is not installed."""


def run(program: str, *arguments: str | Path) -> None:
    """Run a program and wait for it.

    Raises ProgramMissing when it is not installed and CalledProcessError when it fails.
    """
    found = shutil.which(program)
    if found is None:
        raise ProgramMissing(f"{program} is not installed. Install Debian's package of that name.")
    subprocess.run([found, *map(str, arguments)], check=True, capture_output=True)  # noqa: S603
