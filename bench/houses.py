"""Fresh houses to measure in: settings, folder and database of their own, gone afterwards."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
# The maintenance database of a server on which a database may be made and dropped.
SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")


def figures(worker: str, length: int, variables: dict[str, str]) -> dict[str, float]:
    """What a worker measured in a fresh house that it filled to this length."""
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
        found: dict[str, float] = json.loads(_run(["-m", worker, str(length)], environment).splitlines()[-1])
    return found


def _run(words: list[str], environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if ended.returncode:
        raise RuntimeError(f"{words} failed: {ended.stderr[-2000:]}")
    return ended.stdout


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """The address of an empty database on SERVER. Raises psycopg.OperationalError where no server answers."""
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield SERVER.rpartition("/")[0] + f"/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
