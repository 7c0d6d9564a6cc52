"""Whether somebody still writes to a file, as far as the system tells."""

import errno
import fcntl
import os
import signal
import sys
from pathlib import Path


def is_being_written(path: Path) -> bool:
    """Whether a program of this machine has the file open for writing.

    Linux grants a read lease only on a file that nobody has open for writing (fcntl(2), F_SETLEASE); the lease is
    given back at once. False where the system does not tell: a network share, a foreign owner, another system.
    Then that the file has been quiet must do. Raises OSError where the file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return sys.platform == "linux" and not _nobody_writes(descriptor)
    finally:
        os.close(descriptor)


def _nobody_writes(descriptor: int) -> bool:
    try:
        # Whoever opens the file for writing while the lease is held has us told by a signal: one that ends nothing.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno != errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return True
