"""The stamps in an export of the log can be checked by a stranger with openssl, as its letter says."""

import subprocess
from pathlib import Path

import pytest

from audit.exporting import export_log
from audit.models import Checkpoint
from audit.stamping.rounds import stamp_pending
from audit.verifier import verify_log
from tests.audit.conftest import CLERK
from tests.audit.stamping.local_authority import LocalAuthority

pytestmark = [pytest.mark.django_db, pytest.mark.program("openssl")]


@pytest.fixture
def folder(local: LocalAuthority, checkpoint: Checkpoint, tmp_path: Path) -> Path:
    stamp_pending()
    return export_log(tmp_path / "export", actor=CLERK).path


def checked(folder: Path) -> list[str]:
    report = verify_log.Report()
    verify_log.check_folder(report, str(folder), None, [])
    return report.faults


def test_openssl_accepts_a_stamp_of_the_export_as_its_letter_says(folder: Path) -> None:
    assert checked(folder) == []
    commands = [
        line.strip().replace("SIZE-NN", "000000000003-00").replace("SIZE", "000000000003")
        for line in (folder / "README.txt").read_text().splitlines()
        if line.strip().startswith(("head ", "openssl "))
    ]
    assert len(commands) == 2
    commands = [command.replace("stamped", "../stamped") for command in commands]
    done = subprocess.run(
        ["/bin/sh", "-ec", "\n".join(commands)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in done.stdout + done.stderr


def test_a_stamp_over_another_text_is_named(folder: Path) -> None:
    path = folder / "stamps/000000000003-00.tsr"
    path.write_bytes(b"no stamp")
    name = "stamps/000000000003-00.tsr"
    assert f"{name}: is for other bytes than the text of its checkpoint" in checked(folder)
