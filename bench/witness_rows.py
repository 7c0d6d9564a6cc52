"""The rows of the witness vault: sealing an identity, and opening it with two approvals.

Both are limits of their own, so the floor is the limit; what of the opening is Argon2id, by choice, stands beside it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.rows import Row
from bench.workplace import workplace

_ROOT = Path(__file__).resolve().parent.parent
SEAL_MS, OPEN_S = 50.0, 2.0
_SEALS, _OPENINGS = 25, 5


def rows() -> list[Row]:
    """Measure on SQLite, with the parameters of production for passphrases."""
    with workplace() as folder:
        found = _measure(folder)
    told = found["argon2"]
    parameters = f"{told['iterations']} passes, {told['lanes']} lanes, {told['memory_cost'] // 1024} MiB"
    stretched = 2 * found["stretch"]
    return [
        Row(
            "sealing a witness with a photograph",
            found["seal"] * 1000,
            SEAL_MS,
            1.0,
            "ms",
            "the floor is the limit",
        ),
        Row("opening with two approvals", found["open"], OPEN_S, 1.0, "s", "the floor is the limit"),
        Row(
            "the same beside its Argon2id",
            found["open"],
            stretched,
            1.5,
            "s",
            f"twice Argon2id, {parameters}",
        ),
    ]


def _measure(folder: Path) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{folder}/witness.sqlite3",
        "DADKHAH_HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            check=True,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env=environment,
            text=True,
        )
        return done.stdout

    run("manage.py", "make_keys")
    found: dict[str, Any] = json.loads(
        run("-m", "bench.witness_worker", str(_SEALS), str(_OPENINGS)).splitlines()[-1]
    )
    return found
