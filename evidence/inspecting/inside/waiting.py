"""Waits before the walls with the readers of files loaded; forks for each file, and the child shuts itself in.

Loading the readers takes longer than most files do. This process reads nothing of any file: it passes descriptors on.
So what a child comes out of is the same for each, and what a file makes of a child ends with the child.

Called with what the door is told (`enter`), as JSON, and the number of a socket. For each file come three descriptors
over it: the copy, where the texts go, where complaints go. The exit code goes back, as a line.
"""

import gc
import json
import os
import socket
import sys
import traceback
from typing import Any, NoReturn

from .enter import die_with_parent, shut_in
from .searchable import main as read

_LONGEST_WORD = 16


def main() -> None:
    """Read one file after the other until nobody asks any more."""
    die_with_parent()
    told, number = json.loads(sys.argv[1]), int(sys.argv[2])
    gc.freeze()
    with socket.socket(fileno=number) as door:
        while True:
            asked, descriptors, _flags, _address = socket.recv_fds(door, _LONGEST_WORD, 3)
            if not asked:
                return
            child = os.fork()
            if child == 0:
                _read_in_box(told, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            _pid, status = os.waitpid(child, 0)
            code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
            door.sendall(f"{code}\n".encode())


def _read_in_box(told: dict[str, Any], descriptors: list[int]) -> NoReturn:
    code = 1
    try:
        # A group of its own, so that no signal to the group reaches whoever waits.
        os.setsid()
        for place, descriptor in enumerate(descriptors):
            os.dup2(descriptor, place)
        os.closerange(3, 256)
        os.environ.clear()
        os.environ.update(shut_in(told))
        read()
        sys.stdout.flush()
        code = 0
    except BaseException:  # noqa: BLE001  whatever it is: it ends here and never goes on as whoever waits
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
