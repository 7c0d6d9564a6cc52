"""Keeping to itself what a process has in memory: an opened identity must not lie in the core of a crash.

Neither stops root, who can read any memory; both stop the accident of a crash, and another program of the same user.
"""

import ctypes
import logging
import resource
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_log = logging.getLogger(__name__)


def leave_no_core() -> None:
    """No core file when this process or what it starts crashes, whatever the shell or the service manager had set."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def keep_memory_private() -> bool:
    """Have the kernel give this process's memory to nobody of the same user, nor to a collector of crashes.

    For the processes that serve pages. Says whether the kernel took it; it is Linux's own call.
    """
    try:
        done = bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        done = False
    if not done:
        _log.warning("The memory of this process could not be closed to others of the same user.")
    return done
