"""The start that docs/OPERATING.md tells, in a process of its own, which nothing has set up before."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SAYS_WHETHER_MEMORY_IS_SHARED = """
import atexit, ctypes
atexit.register(lambda: print("shared memory:", ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Keys under production's settings, and no table: the start goes as far as the last check, which refuses it."""
    home = tmp_path_factory.mktemp("house")
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("DADKHAH_", "DATABASE_", "REDIS_"))}
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "DADKHAH_HOME": str(home),
        "DADKHAH_ALLOWED_HOSTS": "127.0.0.1",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    assert run(environment, "manage.py", "make_keys").returncode == 0
    return environment


def run(environment, *words):
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def documented():
    """The words of gunicorn's line in the manual, after the program's name."""
    line = re.search(r"^\.venv/bin/gunicorn (.+)$", (ROOT / "docs" / "OPERATING.md").read_text(), re.M)
    assert line
    return line[1].split()


def test_gunicorn_comes_as_far_as_the_checks_and_says_what_they_found(house, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(SAYS_WHETHER_MEMORY_IS_SHARED)
    ended = run({**house, "PYTHONPATH": str(tmp_path)}, "-m", "gunicorn", "--check-config", *documented())
    assert ended.returncode != 0
    assert (
        "This start would be unsafe and was refused:\n  dadkhah.E015: The database lacks migrations"
        in ended.stderr
    )
    assert ended.stdout.split()[-1] == "0"


def test_its_own_log_is_the_one_that_names_nobody(house):
    ended = run(house, "-m", "gunicorn", "--print-config", *documented())
    assert re.search(r"logger_class\s*=\s*\S*ServerLogger", ended.stdout), ended.stdout + ended.stderr
    assert re.search(r"accesslog\s*=\s*None", ended.stdout)
