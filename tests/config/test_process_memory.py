"""What a crash leaves behind: nothing."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


def told(script: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.split()


def test_no_process_of_ours_leaves_a_core():
    script = "import resource, django; django.setup(); print(*resource.getrlimit(resource.RLIMIT_CORE))"
    assert told(script) == ["0", "0"]


def test_a_process_that_serves_pages_gives_its_memory_to_nobody():
    script = (
        "import ctypes, django; django.setup()\n"
        "from config.process_memory import keep_memory_private\n"
        "print(keep_memory_private(), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert told(script) == ["True", "0"]
