"""Reads many files, each in a box of its own, without loading the readers anew for each.

A box is the same as `box.run` builds: its own walls, limits and copy, and nothing of another file in it. What is shared
is what stood before the walls, a process that has loaded the readers and has read nothing (`inside.waiting`).
"""

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from evidence.derivative_failures import Failure
from evidence.inspecting.box import (
    Beat,
    BoxFailure,
    Limits,
    Sink,
    explain,
    hear,
    isolation,
    package,
    run,
    told,
)


class Readers:
    """Readers of texts that wait for files. Use as a context manager, in one thread.

    Where the kernel allows no walls, each file gets a process of its own.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, copy: int, *, sink: Sink, beat: Beat) -> None:
        """Hand what the readers write of the copy to `sink`. Raises BoxFailure, and whatever `sink` or `beat` raise."""
        if isolation() != "shut":
            run(package("searchable"), copy=copy, limits=self._limits, sink=sink, beat=beat)
            return
        try:
            code, complaints = self._ask(copy, sink, beat)
        except BaseException:
            # Whatever is in the box ends with whoever waits for it.
            self._end()
            raise
        if code != 0:
            explain(code, complaints)

    def _ask(self, copy: int, sink: Sink, beat: Beat) -> tuple[int, bytes]:
        process, door = self._waiting or self._begin()
        self._waiting = process, door
        deadline = time.monotonic() + self._limits.seconds
        with ExitStack() as pipes:
            out, out_end = (
                pipes.enter_context(os.fdopen(end, mode))
                for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True)
            )
            err, err_end = (
                pipes.enter_context(os.fdopen(end, mode))
                for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True)
            )
            try:
                socket.send_fds(door, [b"read"], [copy, out_end.fileno(), err_end.fileno()])
            except OSError as error:
                raise BoxFailure(Failure.NO_BOX) from error
            out_end.close()
            err_end.close()
            complaints = hear(out, err, self._limits, sink=sink, beat=beat)
        return self._code(door, deadline), complaints

    def _code(self, door: socket.socket, deadline: float) -> int:
        door.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            word = door.recv(16)
        except TimeoutError as error:
            raise BoxFailure(Failure.TOO_SLOW, str(self._limits.seconds)) from error
        if not word:
            raise BoxFailure(Failure.UNREADABLE)
        return int(word)

    def _begin(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        orders = told([], self._limits, "/")
        with theirs:
            process = subprocess.Popen(  # noqa: S603  the argument list is ours
                [*package("waiting"), json.dumps(orders), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={},
                cwd="/",
                start_new_session=True,
            )
        return process, ours

    def _end(self) -> None:
        if self._waiting is None:
            return
        process, door = self._waiting
        self._waiting = None
        door.close()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
