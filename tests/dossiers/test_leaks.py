"""Nothing of a witness is in a dossier but the pseudonym."""

import ast
import io
import zipfile
from pathlib import Path

import pypdfium2

from accounts.models import User
from cases.models import Case
from dossiers.compiling import compile_dossier
from dossiers.sinks import DirectorySink
from evidence.models import EvidenceItem
from tests.dossiers.conftest import PURPOSE
from witnesses.custodians import enrol_custodian
from witnesses.identity import IdentityFacts, SealedName
from witnesses.register import register_witness

NAMES = ("مهرانگیز آزمایشی", "Mehrangiz Azmayeshi", "+98-21-5550199", "azmayeshi@example.org")
APP = Path(__file__).parents[2] / "dossiers"


def test_a_registered_witness_is_found_nowhere_in_the_dossier(
    *,
    case: Case,
    evidence: list[EvidenceItem],
    lawyer: User,
    custodian_a: User,
    custodian_b: User,
    custodian_c: User,
    tmp_path: Path,
):
    for number, custodian in enumerate((custodian_a, custodian_b, custodian_c)):
        enrol_custodian(custodian, passphrase=f"quiet rivers under winter snow {number}", actor=custodian)
    identity = IdentityFacts(
        full_names=(SealedName(NAMES[0], "fa"), SealedName(NAMES[1], "latin")),
        contacts=f"{NAMES[2]} {NAMES[3]}",
    )
    witness = register_witness(case=case, identity=identity, actor=lawyer)
    compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
    everything = _everything(tmp_path / "out")
    assert witness.pseudonym in everything
    for name in NAMES:
        assert name not in everything
        assert name.replace(" ", "") not in everything.replace(" ", "")


def test_only_the_pseudonym_is_read_from_witnesses():
    """Of what a witness is called or says, this app reads the pseudonym alone; it asks besides who consented to what."""
    imports = {
        (path.name, node.module, alias.name)
        for path in APP.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("witnesses")
        for alias in node.names
    }
    modules = {module for _path, module, _name in imports}
    consent = {"witnesses.consent_gate", "witnesses.consent_rule", "witnesses.consent_words"}
    assert modules <= {"witnesses.models", "witnesses.already_shared"} | consent
    assert {name for _path, module, name in imports if module == "witnesses.models"} == {"Witness"}


def _everything(folder: Path) -> str:
    """All bytes as text, what PDFs show, and what archives hold, with the names of files."""
    parts: list[str] = []
    for path in sorted(folder.rglob("*")):
        parts.append(path.name)
        if not path.is_file():
            continue
        content = path.read_bytes()
        parts.append(content.decode("utf-8", "replace"))
        parts.append(content.decode("utf-16-le", "replace"))
        if path.suffix == ".pdf" and content.startswith(b"%PDF"):
            document = pypdfium2.PdfDocument(content)
            parts += [document[at].get_textpage().get_text_range() for at in range(len(document))]
        if zipfile.is_zipfile(io.BytesIO(content)):
            raise AssertionError(f"{path.name} is an archive that this test does not open")
    return "\n".join(parts)
