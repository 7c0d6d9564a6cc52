"""The rows of the log's verification: from PostgreSQL, from SQLite and from an export, memory, growth, and one proof.

Each database is a throw-away one, filled by `bench.log_filling` in a process of its own (`bench.verify_worker`), so
that the memory measured is that of the verification.
"""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.rows import Row

_ROOT = Path(__file__).resolve().parent.parent
GOAL_POSTGRES, GOAL_SQLITE, GOAL_EXPORT = 2.2, 2.2, 1.7


def rows(*, entries: int) -> list[Row]:
    """Measure with logs of `entries` entries; says aloud what cannot be measured here."""
    measured: list[Row] = []
    (_ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-log-", dir=_ROOT / "var") as folder:
        found = _measure(f"sqlite:///{folder}/log.sqlite3", Path(folder) / "sqlite", entries, export=True)
        measured += _verification("SQLite", found, GOAL_SQLITE)
        floor = found["floor"]
        measured += [
            Row(
                f"verify_log.py, an export of {entries:,}",
                found["export"],
                floor,
                GOAL_EXPORT,
                "s",
                "the same",
            ),
            Row(
                "memory above idle meanwhile",
                found["export_memory"],
                64,
                1.0,
                "MiB",
                "the floor is the limit",
            ),
            Row(
                f"proof made and checked at {entries:,}",
                found["proof"],
                1.0,
                1.0,
                "ms",
                "the floor is the limit",
            ),
        ]
        with _postgres() as url:
            if url is None:
                print("NOT MEASURED: verification from PostgreSQL. Name a server in DATABASE_URL.")
            else:
                found = _measure(url, Path(folder) / "postgresql", entries, export=False)
                verified, *more = _verification("PostgreSQL", found, GOAL_POSTGRES)
                measured += [verified, _beside_reading(verified, found["reading"]), *more]
    return measured


def _verification(name: str, found: dict[str, Any], goal: float) -> list[Row]:
    small, _smaller, large = found["sizes"]
    growth = f"the time of one among {small['entries']:,}"
    return [
        Row(
            f"verify {large['entries']:,} entries, {name}",
            large["seconds"],
            found["floor"],
            goal,
            "s",
            found["note"],
        ),
        Row("memory above idle meanwhile", large["memory"], 64, 1.0, "MiB", "the floor is the limit"),
        Row("time of one entry among these", large["each"], small["each"], 1.5, "us", growth),
    ]


def _beside_reading(verified: Row, reading: float) -> Row:
    """What the server and its driver take to hand the contents out, which no verification comes below with one loop."""
    how = "every content read in the order of the tree and hashed, one loop, nothing compared"
    return Row(f"{verified.work}, beside reading alone", verified.figure, reading, 1.0, "s", how)


def _measure(url: str, home: Path, entries: int, *, export: bool) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DADKHAH_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }
    command = [
        sys.executable,
        "-m",
        "bench.verify_worker",
        str(entries),
        *(["--export", str(home / "export")] if export else []),
    ]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=_ROOT, env=environment, text=True)
    answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return answer


@contextmanager
def _postgres() -> Iterator[str | None]:
    """A fresh database on the server of DATABASE_URL, dropped afterwards; None where there is no server."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield None
        return
    name = f"dadkhah_bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
