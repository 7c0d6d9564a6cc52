"""What a test needs of the machine. A missing thing is said aloud; with DADKHAH_NOTHING_SKIPPED it is a failure."""

import os
import shutil

import pytest

STRICT = bool(os.environ.get("DADKHAH_NOTHING_SKIPPED"))


def need_program(*names: str) -> str:
    """The path of the first program that is here; skips the test, aloud, where none is."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    return missing(f"the program {names[0]} is not on this machine")


def missing(what: str) -> str:
    """Skip, or fail where nothing may be skipped."""
    if STRICT:
        pytest.fail(f"nothing may be skipped here, but {what}")
    pytest.skip(f"SKIPPED, because {what}")
