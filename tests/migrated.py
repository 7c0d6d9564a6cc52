"""A database file as `migrate` leaves it, made once in a run: ninety migrations take longer than most tests."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from config.environment import ROOT

DATABASE = Path("data", "dadkhah.sqlite3")


def put_database(home: Path) -> None:
    """Put a migrated SQLite file where a house in `home` looks for its own."""
    (home / DATABASE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(_migrated() / DATABASE, home / DATABASE)


@cache
def _migrated() -> Path:
    home = Path(tempfile.mkdtemp(prefix="dadkhah-migrated-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    ours = ("DADKHAH_", "DATABASE_URL", "REDIS_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = {**kept, "DADKHAH_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
    for words in (["make_keys"], ["migrate", "--verbosity", "0"]):
        subprocess.run([sys.executable, "manage.py", *words], env=environment, cwd=ROOT, check=True)
    return home
