"""A second process that looks at half of the tiles, so that a long log is verified by two cores.

`python -m audit.span_helper` reads what to do from its standard input (the password of a database must not stand in
a command line) and writes a record of fixed length for each tile to its standard output, which is a file: its length
tells how far it is. It opens a connection of its own. Rows of the tree never change once written, so it sees the same
as the process that asked, although it looks a moment later.
"""

import contextlib
import json
import os
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.pq import TransactionStatus

from audit.spans import Verdict, verdicts

# The tile's root (zeroes where it is not well), and the bounds of its times in microseconds since year 1 (or -1).
_RECORD = struct.Struct(">32sqq")
_ILL = bytes(32)
_ORIGIN = datetime(1, 1, 1)  # noqa: DTZ001  the rows' times are UTC without saying so
_PAUSE = 0.01  # seconds between looks for the next record


class Helper:
    """The second process as the first sees it; ends it on leaving."""

    def __init__(self, target: dict[str, Any], start: int, end: int) -> None:
        """`target` is what `opened` takes. Looks at the tiles from `start` to before `end`."""
        self.start, self._end = start, end
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  closed on leaving
        self._process = subprocess.Popen(
            [sys.executable, "-m", "audit.span_helper"],
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parent.parent,
        )
        assert self._process.stdin is not None  # noqa: S101  a pipe was asked for
        order = json.dumps({"target": target, "start": start, "end": end}).encode()
        with contextlib.suppress(BrokenPipeError):  # it died at once: its tiles are then looked at here
            self._process.stdin.write(order)
            self._process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()

    @property
    def done(self) -> int:
        """How many tiles it has looked at so far."""
        return os.fstat(self._output.fileno()).st_size // _RECORD.size

    def give_up(self, tiles: int) -> tuple[int, int] | None:
        """Take the last of its tiles from it, so many at most, and return where they begin and end.

        None where it is near them already. It is not told: what it says of them is not listened to.
        """
        reached, running = self.start + self.done, self._process.poll() is None
        if reached >= self._end - (2 * tiles if running else 0):
            return None
        end, self._end = self._end, max(self._end - tiles, reached)
        return self._end, end

    def verdicts(self) -> Iterator[Verdict]:
        """Yield its verdicts in order as they come. A tile that it did not come to counts as not well."""
        for tile in range(self.start, self._end):
            while self._process.poll() is None and self.done <= tile - self.start:
                time.sleep(_PAUSE)
            # Read without moving the place in the file, at which the other process writes.
            raw = os.pread(self._output.fileno(), _RECORD.size, (tile - self.start) * _RECORD.size)
            yield _unpacked(tile, raw) if len(raw) == _RECORD.size else Verdict(tile)


def opened(target: dict[str, Any]) -> Any:
    """Open the driver's connection: `{"vendor": "sqlite", "path": …}` or `{"vendor": "postgresql", …}` of libpq."""
    if target["vendor"] == "sqlite":
        return sqlite3.connect(Path(target["path"]).as_uri() + "?mode=ro", uri=True, timeout=20)
    parameters = {name: value for name, value in target.items() if name != "vendor"}
    connection = psycopg.connect(**parameters, autocommit=True)
    prepare(connection)
    return connection


def prepare(connection: Any) -> None:
    """Set up a connection to PostgreSQL for reading spans: built-in functions only, no detours of the planner."""
    # Functions and operators of the system are found first where its schema is not named in the path. The utility
    # command sets it, for a function could be another one's; temporary tables come last.
    how = setting_here(connection)
    schema = connection.execute("SELECT pg_catalog.current_schema()").fetchone()[0]
    quoted = '"' + schema.replace('"', '""') + '"'
    for setting in (
        f"search_path = {quoted}, pg_temp",
        "jit = off",
        "max_parallel_workers_per_gather = 0",
        "TimeZone = 'UTC'",
        "DateStyle = 'ISO'",
        # Whatever is read by a cursor here is read to its end: plan for that, not for the first rows.
        "cursor_tuple_fraction = 1",
    ):
        connection.execute(f"{how} {setting}")


def setting_here(connection: Any) -> str:
    """Return how a setting is made that ends with the transaction, if there is one."""
    return "SET LOCAL" if connection.info.transaction_status != TransactionStatus.IDLE else "SET"


def _packed(verdict: Verdict) -> bytes:
    return _RECORD.pack(verdict.root or _ILL, _microseconds(verdict.earliest), _microseconds(verdict.latest))


def _unpacked(tile: int, raw: bytes) -> Verdict:
    root, earliest, latest = _RECORD.unpack(raw)
    return Verdict(tile, b"" if root == _ILL else root, _moment(earliest), _moment(latest))


def _microseconds(moment: datetime | None) -> int:
    return -1 if moment is None else (moment - _ORIGIN) // timedelta(microseconds=1)


def _moment(microseconds: int) -> datetime | None:
    return None if microseconds < 0 else _ORIGIN + timedelta(microseconds=microseconds)


def main() -> None:
    """Do what standard input says."""
    order = json.load(sys.stdin)
    with contextlib.closing(opened(order["target"])) as connection:
        for verdict in verdicts(connection, order["target"]["vendor"], order["start"], order["end"]):
            sys.stdout.buffer.write(_packed(verdict))
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
