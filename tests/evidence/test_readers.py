"""Many files are read without loading the readers anew, and none of them can touch what another is read by."""

import io
import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evidence.derivative_failures import Failure
from evidence.inspecting import box, readers
from evidence.inspecting.box import MIB, BoxFailure, Limits, copy_in_memory
from evidence.inspecting.readers import Readers
from tests.evidence.test_box import lives, unheard

QUICK = Limits(seconds=5, memory=512 * MIB, output=MIB, file=MIB, folder=MIB, processes=20)
Read = Callable[[bytes], str]


@contextmanager
def reading(limits: Limits = QUICK) -> Iterator[Read]:
    """Reads one file after the other and gives what is said of each."""
    with Readers(limits) as by:

        def read(content: bytes) -> str:
            said = bytearray()
            with copy_in_memory(io.BytesIO(content), largest=MIB, beat=unheard) as copy:
                by.read(copy, sink=said.extend, beat=unheard)
            return said.decode()

        yield read


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is a program that runs as its reader: as if every reader could be taken over by what it reads."""
    inside = Path(box.__file__).parent / "inside"
    code = textwrap.dedent(
        """
        import os, signal, sys, time, types
        inside = types.ModuleType('inside'); inside.__path__ = [sys.argv.pop(1)]; sys.modules['inside'] = inside
        from inside import waiting
        held = []
        waiting.read = lambda: exec(open('/dev/stdin').read(), globals())
        waiting.main()
        """
    )
    monkeypatch.setattr(readers, "package", lambda _name: [sys.executable, "-I", "-c", code, str(inside)])


def test_the_texts_of_one_file_after_the_other_are_what_each_says() -> None:
    with reading(Limits()) as read:
        for words in ("the first", "the second", "the first"):
            assert [json.loads(line)[1] for line in read(words.encode()).splitlines()] == [words]


def test_where_the_kernel_allows_no_walls_each_file_has_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(readers, "isolation", lambda: "bare")
    monkeypatch.setattr(readers, "run", lambda argv, **_options: asked.append(argv[-1]))
    with reading() as read:
        read(b"the first")
        read(b"the second")
    assert len(asked) == 2


@pytest.mark.usefixtures("taken_over")
def test_what_a_file_leaves_in_the_memory_of_its_reader_ends_with_it() -> None:
    with reading() as read:
        assert read(b"held.append('secret'); sys.stdout.write('x'); waiting.read = None") == "x"
        assert read(b"print(held, waiting.read is None)") == "[] False\n"


@pytest.mark.usefixtures("taken_over")
def test_what_a_file_writes_in_its_folder_is_not_there_for_the_next() -> None:
    with reading() as read:
        assert read(b"open('/box/mine', 'w').write('x'); print(os.listdir('/box'))") == "['mine']\n"
        assert read(b"print(os.listdir('/box'))") == "[]\n"


@pytest.mark.usefixtures("taken_over")
def test_a_reader_holds_nothing_but_its_own_copy_and_its_own_way_out() -> None:
    with reading() as read:
        for _time in range(2):
            assert read(
                b"print(sorted(map(int, os.listdir('/proc/self/fd')))[:3], os.environ.get('PATH'))"
            ) == ("[0, 1, 2] /usr/local/bin:/usr/bin:/bin\n")
            # The fourth is the listing's own.
            assert read(b"print(len(os.listdir('/proc/self/fd')))") == "4\n"


@pytest.mark.usefixtures("taken_over")
def test_the_walls_are_those_of_every_box(house: Path, settings: Any) -> None:
    key = settings.DADKHAH_KEYS_DIR / "vault.agekey"
    with reading() as read:
        for path in (key, settings.DADKHAH_DATA_DIR, Path.cwd() / "manage.py", Path("/etc/passwd")):
            assert read(f"print(os.path.exists({str(path)!r}))".encode()) == "False\n", path
        assert read(b"print(open('/proc/net/dev').read().count(':'))") == "1\n"
        assert (
            read(b"print(os.getuid(), [p for p in os.listdir('/proc') if p.isdigit()])")
            == "65534 ['1', '2']\n"
        )


@pytest.mark.usefixtures("taken_over")
@pytest.mark.parametrize(
    "attack",
    [
        b"os.kill(0, signal.SIGKILL)",
        b"os.kill(-1, signal.SIGKILL)",
        b"os.kill(os.getppid(), signal.SIGKILL)",
        b"[os.write(n, b'0\\n') for n in range(3, 9)]",
        b"raise SystemExit(3)",
        b"os.abort()",
    ],
)
def test_a_file_that_attacks_whoever_waits_ends_itself_alone(attack: bytes) -> None:
    with reading() as read:
        assert read(b"print('before')") == "before\n"
        with pytest.raises(BoxFailure):
            read(attack + b"; time.sleep(1); raise ValueError")
        assert read(b"print('after')") == "after\n"


@pytest.mark.usefixtures("taken_over")
def test_a_file_that_hangs_is_ended_with_all_that_it_started_and_the_next_is_read() -> None:
    code = b"if os.fork() == 0:\n    open('/proc/self/comm', 'w').write('reader-lasting')\ntime.sleep(60)"
    with reading(Limits(seconds=1)) as read:
        with pytest.raises(BoxFailure) as caught:
            read(code)
        assert caught.value.failure is Failure.TOO_SLOW
        assert not lives("reader-lasting")
        assert read(b"print('after')") == "after\n"


@pytest.mark.usefixtures("taken_over")
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"'x' * (900 << 20)", Failure.TOO_MUCH_MEMORY),
        (b"[print('x' * 100000) for _n in range(30)]", Failure.TOO_MUCH_OUTPUT),
        (b"open('/box/x', 'wb').write(b'x' * (8 << 20))", Failure.UNREADABLE),
    ],
)
def test_the_limits_are_those_of_every_box(code: bytes, expected: Failure) -> None:
    with reading() as read:
        with pytest.raises(BoxFailure) as caught:
            read(code)
        assert caught.value.failure is expected
        assert read(b"print('after')") == "after\n"
