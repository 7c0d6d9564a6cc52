"""The auditor's pages over a log of 1,000,000 entries, beside the same pages over one of 10,000; and their queries."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.rows import Row

ROOT = Path(__file__).resolve().parent.parent
# The maintenance database of a server on which a database may be made and dropped.
SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
DATABASE = "dadkhah_explorer_bench"
SHORT, LONG = 10_000, 1_000_000
# "Flat" with room for the noise of two houses measured one after the other.
FLAT = 2.0
MOST_QUERIES = 20


def rows(*, entries: int = LONG) -> list[Row]:
    """Measure on SQLite, and on PostgreSQL where a server answers; says aloud where none does."""
    measured = _compared("SQLite", {}, entries)
    try:
        with _database() as url:
            short = _figures(SHORT, {"DATABASE_URL": url})
        with _database() as url:
            measured += _table("PostgreSQL", short, _figures(entries, {"DATABASE_URL": url}), entries)
    except psycopg.OperationalError as error:
        print(f"NOT MEASURED: no PostgreSQL answers at {SERVER.rpartition('@')[2]} ({error}).")
    return measured


def _compared(name: str, variables: dict[str, str], entries: int) -> list[Row]:
    return _table(name, _figures(SHORT, variables), _figures(entries, variables), entries)


def _table(name: str, short: dict[str, float], long: dict[str, float], entries: int) -> list[Row]:
    queries = max(short.pop("queries"), long.pop("queries"))
    return [
        Row(
            work=f"auditor's pages at {entries:,}, most queries, {name}",
            figure=queries,
            floor=MOST_QUERIES,
            goal=1.0,
            unit="queries",
            note="the most that a page may take",
        ),
        *(
            Row(
                work=f"auditor's page at {entries:,}, {page}, {name}",
                figure=1000 * long[page],
                floor=1000 * short[page],
                goal=FLAT,
                unit="ms",
                note=f"the same page at {SHORT:,}",
            )
            for page in short
        ),
    ]


def _figures(entries: int, variables: dict[str, str]) -> dict[str, float]:
    """What a worker measured in a fresh house of so many entries."""
    var = ROOT / "var"
    var.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=var) as folder:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DADKHAH_HOME": folder,
            **variables,
        }
        for words in (["manage.py", "make_keys"], ["manage.py", "migrate", "--verbosity", "0"]):
            _run(words, environment)
        found: dict[str, float] = json.loads(
            _run(["-m", "bench.explorer_worker", str(entries)], environment).splitlines()[-1]
        )
    return found


def _run(words: list[str], environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if ended.returncode:
        raise RuntimeError(f"{words} failed: {ended.stderr[-2000:]}")
    return ended.stdout


@contextmanager
def _database() -> Iterator[str]:
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield SERVER.rpartition("/")[0] + f"/{DATABASE}"
        finally:
            server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
