"""A dossier of an item that changed hands verifies too: each event of its custody stands in the log that goes along."""

import io
from pathlib import Path

from accounts.models import User
from audit.models import Entry
from cases.models import Case
from dossiers.compiling import compile_dossier
from dossiers.log_proof import _CUSTODY
from dossiers.sinks import DirectorySink
from evidence import keeping
from evidence.circumstances import Circumstances
from evidence.derivative_words import DerivativeKind
from evidence.handing_over import offer, withdraw
from evidence.holds import place_hold, release_hold
from evidence.lineage import CopyFacts, add_copy
from evidence.models import CustodyEvent, EvidenceItem
from tests.dossiers.conftest import PURPOSE
from tests.dossiers.verifying import run_verifier

WHY = "For the reading of the handwriting"


def test_a_dossier_of_an_item_that_changed_hands_verifies(
    case: Case, evidence: list[EvidenceItem], paralegal: User, lawyer: User, tmp_path: Path
) -> None:
    item = evidence[0]
    withdraw(
        offer(item, to="An expert", facts=Circumstances(WHY), actor=paralegal), reason=WHY, actor=paralegal
    )
    keeping.seal(item, facts=Circumstances(WHY, seal="17"), actor=paralegal)
    release_hold(place_hold(item, reason=WHY, actor=lawyer), reason=WHY, actor=lawyer)
    copy = CopyFacts(DerivativeKind.TRANSLATION, "translation.txt", language="en")
    add_copy(item, io.BytesIO(b"a translation"), facts=copy, actor=paralegal)
    keeping.correct(item.custody.get(seq=1), reason=WHY, facts=Circumstances(), actor=paralegal)
    path = tmp_path / "handed over"
    compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(path), actor=lawyer)
    done = run_verifier(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert CustodyEvent.objects.filter(item=item).count() > 7
    recorded = {entry.action for entry in Entry.objects.all() if b'"fingerprint"' in bytes(entry.body)}
    assert recorded <= {action.value for action in _CUSTODY}
