"""Nothing of a witness is in a dossier but the pseudonym."""

import ast
import io
import zipfile
from pathlib import Path

import pypdfium2

from accounts.models import User
from cases.models import Case
from evidence.models import EvidenceItem
from tests.dossiers.looking import handed_over
from tests.dossiers.test_consent import ICC
from tests.witnesses.conftest import PASSPHRASES
from tests.witnesses.consents import consent_facts
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence
from witnesses.enrolling import enrol_custodian
from witnesses.identity import IdentityFacts, SealedName
from witnesses.models import Tie
from witnesses.register import register_witness

NAMES = ("مهرانگیز آزمایشی", "Mehrangiz Azmayeshi", "+98-21-5550199", "azmayeshi@example.org")
# What is sealed is counted and never opened; the decisions of a quorum are known by their state.
RECORDS = {"LIVE_SESSIONS", "QuorumSession", "QuorumState", "SealedIdentity", "Witness"}
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
    for custodian in (custodian_a, custodian_b, custodian_c):
        enrol_custodian(custodian, passphrase=PASSPHRASES[custodian.username], actor=custodian)
    identity = IdentityFacts(
        full_names=(SealedName(NAMES[0], "fa"), SealedName(NAMES[1], "latin")),
        contacts=f"{NAMES[2]} {NAMES[3]}",
    )
    witness = register_witness(case=case, identity=identity, actor=lawyer)
    declare_dependence(witness, evidence[0], tie=Tie.SOURCE, actor=lawyer)
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    handed_over(case, tmp_path / "out", by=lawyer, receiver=ICC)
    everything = _everything(tmp_path / "out")
    assert witness.pseudonym in everything
    for name in NAMES:
        assert name not in everything
        assert name.replace(" ", "") not in everything.replace(" ", "")


def test_only_the_pseudonym_is_read_from_witnesses():
    """Of what a witness is called or says, this app reads the pseudonym alone; it asks besides who consented to what.

    One module holds identities for the comparing and gives on none of them, another asks for that.
    """
    imports = {
        (path.name, node.module, alias.name)
        for path in APP.rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("witnesses")
        for alias in node.names
    }
    looking = {"checking.py", "asking.py"}
    # What the page of it needs: its forms, ending a request, what custodians are told.
    pages = {"forms.py", "views.py", "telling.py"}
    opening = {"witnesses.quorum.opened", "witnesses.leaks.looking", "witnesses.leaks.needles"}
    assert {path for path, module, _name in imports if module in opening} == looking
    imports = {one for one in imports if one[0] not in pages}
    imports = {one for one in imports if one[0] not in looking}
    modules = {module for _path, module, _name in imports}
    consent = {"witnesses.consent_gate", "witnesses.consent_rule", "witnesses.consent_words"}
    # How exhibits and witnesses hang together, by id, and what would bring somebody into danger.
    ties = {"witnesses.reach", "witnesses.sought", "witnesses.narrowing", "witnesses.risk_state"}
    assert modules <= {"witnesses.models", "witnesses.already_shared"} | consent | ties
    assert {name for _path, module, name in imports if module == "witnesses.models"} == RECORDS


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
