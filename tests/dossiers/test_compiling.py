"""The compiling of a dossier, from rows and the vault to a folder that checks itself."""

from tests.dossiers.conftest import Folder
from tests.dossiers.verifying import run_verifier


def test_a_dossier_verifies_with_its_own_program_alone(compiled: Folder):
    ended = run_verifier(compiled.path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.rstrip().endswith("VERIFIED")
