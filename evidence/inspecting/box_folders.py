"""The folder of a box without walls: in memory where that can be, gone with the box, or with the next after a crash.

A tool puts in it what it makes of a file on the way, in clear. When the process that waits for the tool is killed,
nobody takes the folder away; a lock that the kernel lets go of with that process tells such a folder from one in use.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = "dadkhah-box-"
# Between its making and its lock a folder looks left behind.
FRESH_SECONDS: Final = 30.0


@contextmanager
def own_folder() -> Iterator[str]:
    """An empty folder; whatever boxes that died left behind is taken away first."""
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  memory, no disk
    _sweep(Path(in_memory or tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=in_memory) as folder, _locked(folder):
        Path(folder).chmod(0o777 if os.geteuid() == 0 else 0o700)
        yield folder


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    # Not handed on to the tool, which is ended with us.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sweep(among: Path) -> None:
    for folder in among.glob(f"{PREFIX}*"):
        if _is_left_behind(folder):
            # Another process may be taking it away in the same moment.
            shutil.rmtree(folder, ignore_errors=True)


def _is_left_behind(folder: Path) -> bool:
    """Whether it is ours and nobody holds it; of a folder that just went, and of what is no folder, no."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or time.time() - found.st_mtime < FRESH_SECONDS:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
