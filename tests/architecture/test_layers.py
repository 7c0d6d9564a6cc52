import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT


def test_each_app_imports_only_what_stands_to_its_right():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
