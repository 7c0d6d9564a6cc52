"""The search for malware by clamd, which has its signatures in memory: clamscan reads them anew for every file.

It is handed the descriptor of the copy (FILDES, clamd(8)), so that we write nothing down for it. What it unpacks it
unpacks outside of our box and where its own settings say: it is asked only where the administrator names its socket.
"""

import logging
import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

_log = logging.getLogger(__name__)
_SECONDS = 600.0
_BEAT_SECONDS = 3.0
_LONGEST_ANSWER = 64 * 1024
# Its own version, and that of its signatures.
_NUMBER = re.compile(rb"\d[\w.:~+-]*(?:/\d+)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What clamd said of a copy, and its version."""

    flagged: bool
    said: bytes
    version: str


def ask_clamd(copy: int, *, at: str, beat: Callable[[], None]) -> Answer | None:
    """What clamd, listening at the socket `at`, says of the copy; None where it does not answer or could not look.

    `beat` is called every few seconds; what it raises ends the asking.
    """
    try:
        version = _NUMBER.search(_asked(b"zVERSION\0", at=at, beat=beat))
        os.lseek(copy, 0, os.SEEK_SET)
        said = _asked(b"zFILDES\0", at=at, beat=beat, hand_over=copy)
    except OSError as error:
        # Not running, not reachable, too slow: clamscan is asked instead. What is wrong here the administrator must
        # learn, who named the socket and thinks that every file takes a second.
        _log.warning("clamd could not be asked", extra={"fault": type(error).__name__})
        return None
    finally:
        os.lseek(copy, 0, os.SEEK_SET)
    name, _colon, verdict = said.rpartition(b": ")
    if name and (verdict == b"OK" or verdict.endswith(b" FOUND")):
        number = version.group().decode("ascii", "replace")[:100] if version else ""
        return Answer(verdict != b"OK", verdict, number)
    _log.warning("clamd gave no verdict", extra={"fault": "cut off" if not said else "an error of its own"})
    return None


def _asked(command: bytes, *, at: str, beat: Callable[[], None], hand_over: int | None = None) -> bytes:
    """One question and its answer. Raises OSError, and TimeoutError after ten minutes."""
    deadline = time.monotonic() + _SECONDS
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_BEAT_SECONDS)
        line.connect(at)
        line.sendall(command)
        if hand_over is not None:
            socket.send_fds(line, [b"\0"], [hand_over])
        said = b""
        while b"\0" not in said and len(said) < _LONGEST_ANSWER:
            beat()
            try:
                piece = line.recv(4096)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise
                continue
            if not piece:
                break
            said += piece
    answer, ended, _rest = said.partition(b"\0")
    # Cut off before its end, it is no answer.
    return answer.strip() if ended else b""
