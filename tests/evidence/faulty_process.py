"""Doing something in a process of its own that dies, or whose calls to the system fail, at a call that is chosen.

The process is a copy of this one (fork), and strace is its fault: it kills at the n-th call of a name, or has that call
and all later ones fail. Calls that SQLite makes are met like our own. The process has a database connection of its own.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from django.db import connection

Act = Callable[[Callable[[Any], None]], None]
_ATTACH_SECONDS = 30.0
_END_SECONDS = 120


@dataclass(frozen=True)
class Ended:
    """How the process ended, and what it told before."""

    killed: bool
    told: list[Any]


def count_calls(act: Act, *, of: list[str], scratch: Path) -> Counter[str]:
    """How often a process that does `act` to its end makes each of these calls."""
    seen = scratch / "calls"
    ended = _run(act, ["-e", f"trace={','.join(of)}", "-o", str(seen)])
    assert not ended.killed
    return Counter(re.findall(r"^(?:\d+ +)?(\w+)\(", seen.read_text(errors="replace"), re.MULTILINE))


def run_until_killed(act: Act, *, call: str, at: int) -> Ended:
    """Do `act`; the process is killed as it is about to make the call for the time numbered `at`, from 1."""
    return _run(act, ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}", "-o", os.devnull])


def run_with_failing(act: Act, *, calls: list[str], error: str, at: int) -> Ended:
    """Do `act`; each of these calls fails with `error` from its time numbered `at` on."""
    inject = [f"inject={call}:error={error}:when={at}+" for call in calls]
    told = [option for one in inject for option in ("-e", one)]
    return _run(act, ["-e", f"trace={','.join(calls)}", *told, "-o", os.devnull])


def _run(act: Act, options: list[str]) -> Ended:
    # Closed in both: a connection that two processes share is the fault of neither.
    connection.close()
    go, go_on = os.pipe()
    heard, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go_on)
        os.close(heard)
        _be_the_child(act, go, say)
    os.close(go)
    os.close(say)
    strace = subprocess.Popen(
        ["strace", "-f", "-qq", *options, "-p", str(child)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _await_tracer(child, strace)
        os.write(go_on, b"x")
        with os.fdopen(heard, "rb") as told:
            lines = told.read().splitlines()
        _pid, status = os.waitpid(child, 0)
        strace.communicate(timeout=_END_SECONDS)
    finally:
        os.close(go_on)
        strace.kill()
        strace.wait()
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.WEXITSTATUS(status) == 0, lines
    return Ended(killed, [json.loads(line) for line in lines])


def _be_the_child(act: Act, go: int, say: int) -> NoReturn:
    code = 1
    try:
        os.read(go, 1)
        # By a call of its own name, which no test has fail.
        act(lambda what: os.writev(say, [json.dumps(what).encode(), b"\n"]) and None)
        code = 0
    except BaseException:  # noqa: BLE001 - the parent's tests must not go on in here
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _await_tracer(child: int, strace: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _ATTACH_SECONDS
    while "TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_text():
        assert strace.poll() is None, strace.stderr.read() if strace.stderr else ""
        assert time.monotonic() < deadline, "strace does not attach"
        time.sleep(0.005)
