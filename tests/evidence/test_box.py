"""The box: nothing gets out of it but what comes through the pipe, and nothing lasts longer or grows larger than it may."""

import io
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from evidence.derivative_failures import Failure
from evidence.inspecting import box, box_folders
from evidence.inspecting.box import MIB, BoxFailure, Limits, copy_in_memory
from evidence.inspecting.box_folders import own_folder

QUICK = Limits(seconds=5, memory=512 * MIB, output=MIB, file=MIB, folder=MIB, processes=20)
# Without walls a tool runs as nobody, who may not enter every folder that a Python of ours can lie in.
PYTHON = {"shut": sys.executable, "bare": "/usr/bin/python3" if os.geteuid() == 0 else sys.executable}


def unheard() -> None:
    """Nobody asks."""


def python(code: str, *, limits: Limits = QUICK, content: bytes = b"the copy", **options: Any) -> str:
    """What a Python program in the box says."""
    said = bytearray()
    with copy_in_memory(io.BytesIO(content), largest=MIB, beat=unheard) as copy:
        box.run(
            [PYTHON[box.isolation()], "-I", "-c", code],
            copy=copy,
            limits=limits,
            sink=said.extend,
            beat=unheard,
            **options,
        )
    return said.decode()


def failure_of(code: str, **options: Any) -> Failure:
    with pytest.raises(BoxFailure) as caught:
        python(code, **options)
    return caught.value.failure


@pytest.fixture(params=["shut", "bare"])
def walls(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The limits hold in a closed box and in one without walls."""
    monkeypatch.setattr(box, "isolation", lambda: request.param)
    return request.param


def test_this_machine_allows_a_closed_box() -> None:
    assert box.isolation() == "shut"


def test_a_tool_reads_the_copy_back_and_forth_and_cannot_change_it(walls: str) -> None:
    code = "f=open('/dev/stdin','rb'); f.seek(4); print(f.read()); f.seek(0); print(f.read(3))"
    assert python(code) == "b'copy'\nb'the'\n"
    assert failure_of("import os; os.write(os.open('/dev/stdin', os.O_RDWR), b'x')") is Failure.UNREADABLE


def test_the_keys_and_the_data_are_not_there(house: Path, settings: Any) -> None:
    for path in (
        settings.DADKHAH_KEYS_DIR / "vault.agekey",
        settings.DADKHAH_DATA_DIR,
        Path.cwd() / "manage.py",
    ):
        path.parent.mkdir(exist_ok=True)
        assert python(f"import os; print(os.path.exists({str(path)!r}))") == "False\n", path


def test_even_without_walls_keys_are_not_read_and_nobody_is_called(
    house: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the kernel's fence keeps from a tool that runs as the very user who owns the keys."""
    monkeypatch.setattr(box, "isolation", lambda: "bare")
    key = settings.DADKHAH_KEYS_DIR / "vault.agekey"
    for path in (house, *house.parents):
        if path != Path("/tmp"):
            path.chmod(0o755)
        if path.parent == Path("/tmp"):
            break
    key.parent.chmod(0o755)
    key.chmod(0o644)
    said = python(f"""
import os, socket
for path in ({str(key)!r}, "/etc/passwd", "/proc/1/status", "/proc/{os.getpid()}/environ"):
    try:
        print(open(path).read(1))
    except OSError as error:
        print(error.errno)
try:
    open({str(key.parent / "new")!r}, "w")
except OSError as error:
    print(error.errno)
open("mine", "w").write("x")
print(os.listdir("."))
""")
    assert said == "13\n13\n13\n13\n13\n['mine']\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (
            failure_of(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)")
            is Failure.UNREADABLE
        )
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_keys_that_lie_among_the_programs_are_covered(settings: Any) -> None:
    inside = Path(box.__file__).parent / "inside"
    settings.DADKHAH_KEYS_DIR = inside
    assert python(f"import os; print(os.path.exists('{inside}/enter.py'))") == "False\n"


def test_nothing_listens_and_nothing_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        assert failure_of(code) is Failure.UNREADABLE
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()
    assert python("print(open('/proc/net/dev').read().count(':'))") == "1\n"


def test_the_environment_and_the_working_folder_are_empty(
    monkeypatch: pytest.MonkeyPatch, walls: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    said = python("import os; print(sorted(os.environ), os.listdir('.'))")
    assert "DATABASE_URL" not in said
    assert said.endswith("[]\n")


def test_it_is_nobody_with_no_rights_and_sees_no_other_process() -> None:
    code = "import os; print(os.getuid(), [int(p) for p in os.listdir('/proc') if p.isdigit()]); print(open('/proc/self/status').read())"
    said = python(code)
    uid, _, rest = said.partition(" ")
    assert int(uid) != 0
    assert rest.startswith("[1, 2]")
    assert "CapEff:\t0000000000000000" in said
    assert "NoNewPrivs:\t1" in said


def test_a_tool_that_hangs_is_ended_with_all_that_it_started(walls: str) -> None:
    begun = time.monotonic()
    code = "import os, time\nif os.fork() == 0:\n    os.setsid() if {apart} else None\n    open('/proc/self/comm','w').write('lasting-{walls}')\ntime.sleep(60)"
    assert (
        failure_of(code.format(apart=walls == "shut", walls=walls), limits=Limits(seconds=1))
        is Failure.TOO_SLOW
    )
    assert time.monotonic() - begun < 5
    assert not lives(f"lasting-{walls}")


def lives(name: str, *, within: float = 5) -> bool:
    """Whether a process of this name is still there after a while; the kernel takes a moment to end a world."""
    until = time.monotonic() + within
    while any(_name(path) == name for path in Path("/proc").iterdir() if path.name.isdigit()):
        if time.monotonic() > until:
            return True
        time.sleep(0.05)
    return False


def _name(path: Path) -> str:
    try:
        return "" if "\nState:\tZ" in (path / "status").read_text() else (path / "comm").read_text().strip()
    except OSError:
        return ""


def test_a_tool_that_leaves_others_behind_leaves_none(walls: str) -> None:
    python(
        "import os, time\nif os.fork() == 0:\n    os.close(1); os.close(2); open('/proc/self/comm','w').write('left-behind'); time.sleep(60)"
    )
    assert not lives("left-behind")


def test_a_tool_that_eats_time_memory_or_disk_is_stopped(walls: str) -> None:
    assert failure_of("while True: pass", limits=Limits(seconds=1)) is Failure.TOO_SLOW
    assert failure_of("bytearray(1 << 30)") is Failure.TOO_MUCH_MEMORY
    assert failure_of("f = open('a', 'wb'); f.write(b'x' * (1 << 22)); f.flush()") is Failure.UNREADABLE


def test_a_tool_that_uses_up_its_processor_time_before_its_minutes_is_too_slow(walls: str) -> None:
    """Two processors at once: the kernel ends it by itself, and says so."""
    busy = (
        "import hashlib, threading\nblock = bytes(1 << 24)\n"
        "def work():\n    while True: hashlib.sha256(block)\n"
        "for _ in range(4): threading.Thread(target=work).start()"
    )
    assert failure_of(busy, limits=Limits(seconds=1)) is Failure.TOO_SLOW


def test_a_tool_that_floods_is_stopped(walls: str) -> None:
    assert failure_of("import sys\nwhile True: sys.stdout.write('x' * 65536)") is Failure.TOO_MUCH_OUTPUT
    flood = "import sys\nfor _ in range(2000): sys.stderr.write('x' * 65536)\nsys.exit(3)"
    assert failure_of(flood, limits=Limits(seconds=20)) is Failure.UNREADABLE


def test_a_tool_that_forks_without_end_is_stopped() -> None:
    code = "import os\nwhile True: os.fork()"
    assert failure_of(code, limits=Limits(seconds=3, processes=16)) in {Failure.TOO_SLOW, Failure.UNREADABLE}
    assert python("print('the machine lives')") == "the machine lives\n"


def test_a_program_of_ours_says_why_it_gave_up(walls: str) -> None:
    code = "import sys; sys.stderr.write('warning\\n\\nlocked\\n'); sys.exit(9)"
    assert failure_of(code) is Failure.LOCKED
    assert failure_of("import sys; sys.stderr.write('nonsense'); sys.exit(9)") is Failure.UNREADABLE


def test_what_is_not_there_and_what_crashes_is_a_failure(walls: str) -> None:
    with (
        copy_in_memory(io.BytesIO(b""), largest=1, beat=unheard) as copy,
        pytest.raises(BoxFailure),
    ):
        box.run(["/no/such/tool"], copy=copy, limits=QUICK, sink=print, beat=unheard)
    assert failure_of("import os; os.abort()") is Failure.UNREADABLE
    assert failure_of("import ctypes; ctypes.string_at(0)") is Failure.UNREADABLE


def test_a_file_that_is_too_large_is_not_taken_into_memory() -> None:
    with (
        pytest.raises(BoxFailure) as caught,
        copy_in_memory(io.BytesIO(b"x" * 100), largest=99, beat=unheard),
    ):
        pass
    assert caught.value.failure is Failure.TOO_LARGE


def test_whoever_takes_the_work_away_ends_the_tool() -> None:
    class TakenAway(Exception):
        pass

    def taken() -> None:
        raise TakenAway

    begun = time.monotonic()
    with (
        copy_in_memory(io.BytesIO(b""), largest=1, beat=unheard) as copy,
        pytest.raises(TakenAway),
    ):
        box.run(["/bin/sleep", "60"], copy=copy, limits=QUICK, sink=print, beat=taken)
    assert time.monotonic() - begun < 5


def test_no_clear_byte_touches_a_disk(tmp_path: Path, walls: str) -> None:
    before = {path for root in (tmp_path, Path("/tmp")) for path in root.iterdir()}
    seen: list[set[Path]] = []
    reader = threading.Timer(
        0.3, lambda: seen.append({p for root in (tmp_path, Path("/tmp")) for p in root.iterdir()})
    )
    reader.start()
    python("import time; time.sleep(1)", content=b"a secret letter")
    reader.join()
    assert not {path for path in seen[0] - before if path.name.startswith("dadkhah-box")}


def test_many_at_once_hold_each_other_up_in_nothing() -> None:
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda: said.append(python("print(1)", limits=Limits(seconds=30))))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["1\n"] * 6
    assert os.getpid() > 0


def test_what_a_killed_process_left_in_clear_is_taken_away_by_the_next_and_what_is_in_use_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    died = """
import os, signal
from evidence.inspecting.box_folders import own_folder
with own_folder() as folder:
    open(folder + "/page.txt", "w").write("Golandam")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", died], capture_output=True, text=True, check=False)
    left = Path(done.stdout.strip())
    assert (left / "page.txt").read_text() == "Golandam"
    with own_folder() as fresh:
        # Just made: it could be one whose lock is about to be taken.
        assert left.exists()
        monkeypatch.setattr(box_folders, "FRESH_SECONDS", 0.0)
        with own_folder() as folder:
            assert not left.exists()
            assert Path(fresh).exists()
            assert Path(folder).exists()
    assert not Path(fresh).exists()
