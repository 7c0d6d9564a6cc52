"""The box: a tool works in it on a copy of a file, and what it says comes out through one pipe.

The copy lies in memory alone and is sealed against change. In the box there is no network, no key, no data and no
other process; time, memory, output, files and processes are limited; when the time is over, or we die, everything in
it dies. Where the kernel allows no closed box (see `isolation`), the limits hold all the same, and administrators are
told that the walls are missing.
"""

import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, BinaryIO, NoReturn

from django.conf import settings

from evidence.derivative_failures import Failure
from evidence.inspecting.box_folders import own_folder
from evidence.inspecting.inside.enter import NOT_STARTED, SHUT_FAILED

_INSIDE = Path(__file__).parent / "inside"
_PIECE = 256 * 1024
_KEPT_ERRORS = 4096
_BEAT_SECONDS = 3.0
MIB = 1024 * 1024
# The programs of the system with their libraries and data, and what they read of its settings. No passwords, no hosts.
_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store",
    "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
)  # fmt: skip

Sink = Callable[[bytes], object]
Beat = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tool may use. Times in seconds, sizes in bytes."""

    seconds: int = 120
    memory: int = 2048 * MIB
    output: int = 64 * MIB
    file: int = 64 * MIB
    folder: int = 64 * MIB
    processes: int = 48

    def widened(self, times: int) -> "Limits":
        """So many times as much of everything but processes."""
        return Limits(
            self.seconds * times,
            self.memory * times,
            self.output * times,
            self.file * times,
            self.folder * times,
            self.processes,
        )


class BoxFailure(Exception):
    """The tool did not do its work, for a reason of `Failure`; `detail` completes the sentence."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.detail = detail


@contextmanager
def copy_in_memory(original: BinaryIO, *, largest: int, beat: Beat) -> Iterator[int]:
    """A descriptor of a copy of the content, in memory alone and unchangeable. Raises BoxFailure above `largest`."""
    descriptor = os.memfd_create("copy", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        size, heard = 0, time.monotonic()
        while piece := original.read(_PIECE):
            size += len(piece)
            if size > largest:
                raise BoxFailure(Failure.TOO_LARGE)
            _write_all(descriptor, piece)
            if time.monotonic() - heard > _BEAT_SECONDS:
                beat()
                heard = time.monotonic()
        sealed = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, sealed)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def run(
    argv: list[str],
    *,
    copy: int,
    limits: Limits,
    sink: Sink,
    beat: Beat,
    also: int | None = None,
    show: Sequence[str] = (),
    accept: Sequence[int] = (0,),
) -> int:
    """Run a tool on the copy, which it finds at /dev/stdin; every piece of its output goes to `sink`.

    `also` is a descriptor that the tool may write to as well, under the same number; `show` are folders that it
    needs beside the system's. `beat` is called every few seconds. Gives the exit code, one of `accept`. Raises
    BoxFailure when the tool fails, oversteps a limit or is not there; whatever `sink` or `beat` raise ends the tool.
    """
    with _working_folder() as folder:
        orders = told(argv, limits, folder, show=show)
        process = subprocess.Popen(  # noqa: S603  the argument list is ours; a file's name is never in it
            [sys.executable, "-I", "-S", str(_INSIDE / "enter.py"), json.dumps(orders)],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[] if also is None else [also],
            env={},
            cwd="/",
            start_new_session=True,
        )
        deadline = time.monotonic() + limits.seconds
        try:
            assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018  asked for above
            errors = hear(process.stdout, process.stderr, limits, sink=sink, beat=beat)
            _await_end(process, deadline, limits)
        finally:
            _end(process)
    if process.returncode not in accept:
        explain(process.returncode, errors)
    return process.returncode


def script(name: str) -> list[str]:
    """The beginning of an argument list that runs a program of ours inside."""
    return [sys.executable, "-I", str(_INSIDE / f"{name}.py")]


def package(name: str) -> list[str]:
    """The same for a program of several modules, which find each other beside them and nothing else of ours."""
    begin = (
        "import sys, types; inside = types.ModuleType('inside'); inside.__path__ = [sys.argv.pop(1)]; "
        f"sys.modules['inside'] = inside; from inside.{name} import main; main()"
    )
    return [sys.executable, "-I", "-c", begin, str(_INSIDE)]


@cache
def isolation() -> str:
    """ "shut" where the kernel allows a closed box, else "bare": limits, but no walls. Asked once in each process."""
    try:
        done = subprocess.run(  # noqa: S603  nothing but our own door and `true`
            [
                sys.executable, "-I", "-S", str(_INSIDE / "enter.py"),
                json.dumps(told(["/bin/true"], Limits(), "/", mode="shut")),
            ],
            env={}, cwd="/", capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "bare"
    return "shut" if done.returncode == 0 else "bare"


def told(
    argv: list[str], limits: Limits, folder: str, *, mode: str = "", show: Sequence[str] = ()
) -> dict[str, object]:
    """What the door is told."""
    return {
        "argv": argv,
        "mode": mode or isolation(),
        "folder": folder,
        "show": [*_shown(), *show],
        "hide": [
            str(Path(place).resolve()) for place in (settings.DADKHAH_KEYS_DIR, settings.DADKHAH_DATA_DIR)
        ],
        "limits": {
            "cpu": limits.seconds,
            "memory": limits.memory,
            "file": limits.file,
            "folder": limits.folder,
            "processes": limits.processes,
        },
    }


def _shown() -> list[str]:
    """The system, our Python as it is called and as it truly lies, and the programs that run inside."""
    ours = [sys.prefix, sys.base_prefix, str(_INSIDE)]
    ours += [os.path.realpath(path) for path in (sys.prefix, sys.base_prefix, sys.executable)]
    shown = list(_SYSTEM)
    for path in ours:
        if not any(Path(path).is_relative_to(known) for known in shown):
            shown.append(path)
    return shown


@contextmanager
def _working_folder() -> Iterator[str]:
    """An empty folder for a box without walls; a closed one has its own in memory."""
    if isolation() == "shut":
        yield "/"
        return
    with own_folder() as folder:
        yield folder


def hear(out: IO[bytes], err: IO[bytes], limits: Limits, *, sink: Sink, beat: Beat) -> bytes:
    """Hand on what comes out until it ends; gives the beginning of what was complained of. Raises BoxFailure."""
    complaints, taken = bytearray(), 0
    deadline = time.monotonic() + limits.seconds
    with selectors.DefaultSelector() as waiting:
        waiting.register(out, selectors.EVENT_READ)
        waiting.register(err, selectors.EVENT_READ)
        while waiting.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise BoxFailure(Failure.TOO_SLOW, str(limits.seconds))
            beat()
            for key, _events in waiting.select(min(left, _BEAT_SECONDS)):
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    waiting.unregister(key.fileobj)
                elif key.fileobj is err:
                    complaints += piece[: _KEPT_ERRORS - len(complaints)]
                else:
                    taken += len(piece)
                    if taken > limits.output:
                        raise BoxFailure(Failure.TOO_MUCH_OUTPUT)
                    sink(piece)
    return bytes(complaints)


def _await_end(process: "subprocess.Popen[bytes]", deadline: float, limits: Limits) -> None:
    """Wait, without taking the process's number from it: its group is ended by that number."""
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        if time.monotonic() > deadline:
            raise BoxFailure(Failure.TOO_SLOW, str(limits.seconds))
        time.sleep(0.005)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End everything that is still in the box."""
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    # Not reaped yet, so the number is still this group's and nobody else's.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def explain(code: int, errors: bytes) -> NoReturn:
    """Raise the BoxFailure that an exit code and the complaints tell of."""
    if code in {SHUT_FAILED, NOT_STARTED}:
        raise BoxFailure(Failure.NO_BOX)
    if code == INSIDE_SAID:
        word, _, detail = errors.decode("ascii", "replace").strip().rpartition("\n")[2].partition(" ")
        if word in Failure.values:
            raise BoxFailure(Failure(word), detail[:100])
    if code in {-signal.SIGXCPU, 128 + signal.SIGXCPU}:
        raise BoxFailure(Failure.TOO_SLOW)
    if any(
        sign in errors for sign in (b"MemoryError", b"Cannot allocate memory", b"bad_alloc", b"Out of memory")
    ):
        raise BoxFailure(Failure.TOO_MUCH_MEMORY)
    raise BoxFailure(Failure.UNREADABLE)


# A program of ours that knows why it failed ends with this, and the failure's word on its last line of complaint.
INSIDE_SAID = 9


def _write_all(descriptor: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(descriptor, view) :]
