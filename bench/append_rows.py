"""The log's rows: what an entry costs beside a plain row of the same size, by one writer and by many.

Real processes with real, durable commits, on SQLite in a folder that is removed and on PostgreSQL in a database that
is dropped. The plain row has the same columns and indexes and neither guards, hash, queue nor tree.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from bench.rows import Row, medians

ROOT = Path(__file__).resolve().parent.parent
# The maintenance database of a server on which a database may be made and dropped.
SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
DATABASE = "dadkhah_bench"
SECONDS = 2.0
_SLOW_WRITERS = 16


def rows() -> list[Row]:
    """Measure on SQLite, and on PostgreSQL where a server answers; says aloud where none does."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=_var()) as folder:
        measured = _SqliteRows(_prepared(folder, {"DADKHAH_HOME": folder})).measure()
        try:
            with _database() as url:
                measured += _PostgresRows(
                    _prepared(folder, {"DADKHAH_HOME": folder, "DATABASE_URL": url})
                ).measure()
        except psycopg.OperationalError as error:
            print(f"NOT MEASURED: no PostgreSQL answers at {SERVER.rpartition('@')[2]} ({error}).")
    return measured


def _var() -> Path:
    var = ROOT / "var"
    var.mkdir(exist_ok=True)
    return var


@contextmanager
def _database() -> Iterator[str]:
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield SERVER.rpartition("/")[0] + f"/{DATABASE}"
        finally:
            server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _prepared(folder: str, variables: dict[str, str]) -> dict[str, str]:
    """The environment of the writers, after the database was set up for them."""
    environment = {
        key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}
    }
    environment |= variables
    for command in (["manage.py", "make_keys"], ["manage.py", "migrate", "--verbosity", "0"]):
        subprocess.run([sys.executable, *command], env=environment, cwd=ROOT, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "bench.append_set_up"], env=environment, cwd=ROOT, check=True)
    return environment


class _Rows:
    """The rows of one database."""

    name = ""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def row(self, work: str, goal: float, *, writers: int, figure: str, floor: str) -> Row:
        """One row: milliseconds of `figure`'s writers beside those of `floor`, taken in turn."""
        took, best = medians(lambda: self.cost(figure, writers), lambda: self.cost(floor, writers))
        return Row(
            f"{work} ({self.name})",
            took,
            best,
            goal,
            "ms",
            f"{floor}, by as many; {1000 / took:.0f} a second",
        )

    def cost(self, work: str, writers: int) -> float:
        """Milliseconds a piece: how long the writers together need for one."""
        running = [self._start(work) for _number in range(writers)]
        for process in running:
            self._line(process)  # ready
        for process in running:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        rate = 0.0
        for process in running:
            done, took = self._line(process).split()
            rate += int(done) / float(took)
        for process in running:
            process.communicate()
        return 1000 / rate

    def _start(self, work: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "bench.append_worker", work, str(SECONDS)]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @staticmethod
    def _line(process: "subprocess.Popen[str]") -> str:
        assert process.stdout
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("a writer of the bench died; its error stands above")
        return line


class _SqliteRows(_Rows):
    name = "SQLite"

    def measure(self) -> list[Row]:
        return [
            *self._saves(),
            *(
                self.row(
                    f"append with the tree, {n} at once", 1 / 0.75, writers=n, figure="append", floor="insert"
                )
                for n in (1, 4, 16)
            ),
        ]

    def _saves(self) -> list[Row]:
        """A save with its entry; and with a plain row instead, for where that misses the goal no log can reach it."""
        audited, with_row, plain = medians(
            *(partial(self.cost, work, 1) for work in ("save_audited", "save_with_row", "save"))
        )
        return [
            Row(
                f"audited save ({self.name})",
                audited,
                plain,
                1.5,
                "ms",
                f"save; {1000 / audited:.0f} a second",
            ),
            Row(f"save with a plain row ({self.name})", with_row, plain, 1.5, "ms", "save"),
            Row(
                f"audited save, beside that ({self.name})", audited, with_row, 1 / 0.75, "ms", "the row above"
            ),
        ]


class _PostgresRows(_Rows):
    name = "PostgreSQL"

    def measure(self) -> list[Row]:
        found = [self.row("audited save", 2.2, writers=1, figure="save_audited", floor="save")]
        for n in (1, 4, 16):
            found += [
                self.row(
                    f"append, {n} at once", 1 / 0.8, writers=n, figure="append_unsequenced", floor="insert"
                ),
                self.row(
                    f"append, sequenced, {n} at once", 1 / 0.6, writers=n, figure="append", floor="insert"
                ),
            ]
        return [*found, *self._slow()]

    def _slow(self) -> list[Row]:
        """Nobody queues behind the slowest: so many writers must be so many times as fast as one.

        Where the processors are too few for that, plain inserts miss it as well, and entries beside them show
        whether there is a queue in our own code.
        """
        many, one, plain, one_plain = medians(
            *(
                partial(self.cost, work, n)
                for work in ("append_slowly", "insert_slowly")
                for n in (_SLOW_WRITERS, 1)
            )
        )
        how = f"in transactions of 5 ms, {_SLOW_WRITERS} at once"
        alone, goal = "one such writer alone, times as many", 1 / 0.9
        return [
            Row(f"append {how} ({self.name})", many, one / _SLOW_WRITERS, goal, "ms", alone),
            Row(f"plain insert {how} ({self.name})", plain, one_plain / _SLOW_WRITERS, goal, "ms", alone),
            Row(f"append {how}, beside plain ({self.name})", many, plain, 1 / 0.8, "ms", "the row above"),
        ]
