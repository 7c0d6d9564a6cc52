"""The programs of other houses that are used where they are there, each with its version."""

import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import version as package_version
from pathlib import Path

from evidence.derivative_failures import Failure
from evidence.inspecting.box import BoxFailure

_VERSION_ARGUMENT = {
    "exiftool": "-ver",
    "ffmpeg": "-version",
    "tesseract": "--version",
    "clamscan": "--version",
}
PROGRAMS = tuple(_VERSION_ARGUMENT)
_NUMBER = re.compile(r"\d[\w.:~+/-]*")


class ProgramMissing(BoxFailure):
    """A program is not on this machine; nothing is wrong with the file."""

    def __init__(self, name: str) -> None:
        super().__init__(Failure.PROGRAM_MISSING, name)


def require_program(name: str) -> str:
    """The path of the program. Raises ProgramMissing."""
    path = shutil.which(name)
    if path is None:
        raise ProgramMissing(name)
    return path


def is_here(name: str) -> bool:
    """Whether the program is on this machine at this moment."""
    return shutil.which(name) is not None


def version_of(name: str) -> str:
    """The program's version in its own words; empty where it does not say. Raises ProgramMissing."""
    path = require_program(name)
    return _asked(path, _VERSION_ARGUMENT[name], Path(path).stat().st_mtime_ns)


def libraries(first: str, *others: str) -> str:
    """The version of a Python package, and of those that it works with: `13.0.0, pillow-heif 1.8.1`."""
    return ", ".join([package_version(first), *(f"{name} {package_version(name)}" for name in others)])


def ocr_languages() -> tuple[str, ...]:
    """Which of the languages of our cases Tesseract can read here, Persian first. Raises ProgramMissing."""
    path = require_program("tesseract")
    said = _said(path, "--list-langs")
    return tuple(language for language in ("fas", "ara", "eng") if language in said.split())


@cache
def _asked(path: str, argument: str, _changed: int) -> str:
    found = _NUMBER.search(_said(path, argument).partition("\n")[0])
    return found.group()[:100] if found else ""


def _said(path: str, argument: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  a program of the system is asked who it is, and given no file
            [path, argument], capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return (done.stdout or done.stderr).decode("utf-8", "replace")
