"""The report of a round: written once, its digest in the log, that entry under a signed checkpoint.

Whoever changes a reading, the report or the counts afterwards would have to change the log as well.
"""

import hashlib
import io
import json
import logging
import zipfile
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.checkpoints import latest_checkpoint, sign_checkpoint
from audit.errors import DomainError, NotInTree
from audit.models import Checkpoint
from audit.paper.press import Press
from audit.proof_file import CHECK_KEY, CHECK_SIGNATURE, CHECK_TREE, proof_file
from evidence.digests import Digest
from evidence.errors import RoundGoesOn
from evidence.fixity_sheet import fixity_sheet
from evidence.models import Derivative, EvidenceItem, FixityReading, FixityReport, FixityRound
from evidence.scopes import REVIEW_CUSTODY
from evidence.vocabulary import Finding

FORMAT = "dadkhah-fixity-report/1"
# So many faults are named one by one; their number is exact, and each stands in the log and on the alarms' page.
LISTED = 1000
CHECK_PAPER = """\
python3 - proof.json <<'END' | sha256sum -c -
import json, sys
facts = json.loads(json.load(open(sys.argv[1], encoding="utf-8"))["body"])["facts"]
print(facts["report_sha256"] + "  report.json")
END
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FixityArchive:
    """A report on its way out: its file name and the whole archive, read once from its beginning."""

    name: str
    content: io.BytesIO


def end_round(pk: UUID, *, actor: Actor) -> None:
    """End the round with its report and have the log signed over it. Does nothing for one that has ended.

    Where the log cannot be signed now, the round has ended all the same: the next checkpoint covers its entry.
    """
    with transaction.atomic():
        ending = FixityRound.objects.select_for_update(of=("self",)).filter(pk=pk, ended_at=None).first()
        if ending is None:
            return
        ending.ended_at = timezone.now()
        counts = _counted(ending)
        for finding, count in counts.items():
            setattr(ending, finding, count)
        ending.save(update_fields=["ended_at", *counts])
        body = report_body(ending)
        digest = hashlib.sha256(body.encode()).digest()
        facts: dict[str, Json] = {
            "method": ending.method,
            "due": ending.due,
            **counts,
            "report_sha256": digest.hex(),
        }
        entry = log.append(Action.FIXITY_ROUND_ENDED, subject=ending, actor=actor, facts=facts)
        FixityReport.objects.create(
            round=ending, body=body, sha256=Digest("sha256", digest), entry_id=entry.pk
        )
    try:
        sign_checkpoint(actor=actor)
    except DomainError as error:
        _log.warning("the log was not signed over the report of a round: %s", error)


def report_body(ended: FixityRound) -> str:
    """The report as JSON text with its keys in order, the same text for the same rows."""
    return json.dumps(
        {
            "format": FORMAT,
            "log": settings.DADKHAH_LOG_ORIGIN,
            "round": str(ended.pk),
            "method": ended.method,
            "on_demand": ended.on_demand,
            "begun_by": ended.agent,
            "started_at": log.instant(ended.started_at),
            "last_read_before": log.instant(ended.cutoff),
            "ended_at": log.instant(ended.ended_at or ended.started_at),
            "due": ended.due,
            "counts": {finding.value: getattr(ended, finding.value) for finding in Finding},
            "faults_listed_at_most": LISTED,
            "faults": _faults(ended),
        },
        ensure_ascii=True,
        indent=1,
        sort_keys=True,
    )


def take_report(ended: FixityRound, *, actor: Actor) -> FixityArchive:
    """The report with its paper, and with what a stranger needs to check it; logged before it leaves.

    Raises NotPermitted, RoundGoesOn, LogKeyMissing and its kin, LogForked or FontsMissing.
    """
    user = require(actor, REVIEW_CUSTODY)
    report = FixityReport.objects.filter(round=ended).first()
    if report is None:
        raise RoundGoesOn(
            _("This round has not ended yet. Its report is made when the last object was read.")
        )
    checkpoint = _covering(report, actor=user)
    proof = proof_file(report.entry_id, checkpoint)
    paper = Press().pdf(
        fixity_sheet(json.loads(report.body), report.sha256.hex, checkpoint), at=report.made_at
    )
    with transaction.atomic():
        facts: dict[str, Json] = {"report_sha256": report.sha256.hex}
        log.append(Action.FIXITY_REPORT_TAKEN, subject=ended, actor=user, facts=facts)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("report.json", report.body)
        packed.writestr("report.pdf", paper)
        packed.writestr("checkpoint", checkpoint.note)
        packed.writestr("proof.json", proof)
        packed.writestr("HOW-TO-CHECK.txt", how_to_check())
    content.seek(0)
    return FixityArchive(f"fixity-report-{ended.started_at:%Y-%m-%d}-{ended.method}.zip", content)


def how_to_check() -> str:
    """The text that tells a stranger how to check the report, in the active language."""
    steps = [
        (_("1. The report is the one that the log recorded. The answer must be OK."), CHECK_PAPER),
        (_("2. That record is in the tree that was signed. The answer must be IN THE TREE."), CHECK_TREE),
        (
            _("3. This log's key signed that tree. The answer must be Signature Verified Successfully."),
            CHECK_SIGNATURE,
        ),
        (
            _(
                "4. The key is this log's. The answer is its fingerprint: compare it with the one that was told to "
                "you by telephone, or that verify.py prints for a dossier."
            ),
            CHECK_KEY,
        ),
    ]
    first = _(
        "How to check this report, on any machine with python3 and openssl, in the folder of these files:"
    )
    return "\n".join([first, "", *(f"{words}\n\n{command}" for words, command in steps)])


def _covering(report: FixityReport, *, actor: Actor) -> Checkpoint:
    """A signed checkpoint that covers the report's entry, made now where there is none."""
    checkpoint = latest_checkpoint()
    if checkpoint is not None:
        try:
            proof_file(report.entry_id, checkpoint)
        except NotInTree:
            return sign_checkpoint(actor=actor)
        return checkpoint
    return sign_checkpoint(actor=actor)


def _counted(ending: FixityRound) -> dict[str, int]:
    found = dict(ending.readings.order_by().values_list("finding").annotate(Count("pk")))
    return {finding.value: found.get(finding.value, 0) for finding in Finding}


def _faults(ended: FixityRound) -> list[dict[str, Json]]:
    broken = list(
        FixityReading.objects.filter(round=ended)
        .exclude(finding=Finding.VERIFIED)
        .select_related("object")
        .order_by("read_at", "pk")[:LISTED]
    )
    references: dict[UUID, list[str]] = {}
    receipts = EvidenceItem.objects.filter(object__in=[one.object_id for one in broken]).order_by("reference")
    for object_id, reference in receipts.values_list("object_id", "reference"):
        references.setdefault(object_id, []).append(reference)
    made: dict[UUID, list[str]] = {}
    copies = Derivative.objects.filter(object__in=[one.object_id for one in broken])
    of = copies.order_by("item__reference", "kind", "number")
    for object_id, *words in of.values_list("object_id", "item__reference", "kind", "number"):
        made.setdefault(object_id, []).append(" ".join(str(word) for word in words))
    return [_fault(one, references.get(one.object_id, []), made.get(one.object_id, [])) for one in broken]


def _fault(one: FixityReading, references: list[str], made: list[str]) -> dict[str, Json]:
    return {
        "exhibits": [*references],
        # What was made of an exhibit and lies in this file: of which, what, and which of its kind.
        "made_of": [*made],
        "finding": one.finding,
        "state": one.state,
        "read_at": log.instant(one.read_at),
        "sha256_expected": one.object.sha256.hex,
        "sha256_found": one.sha256_found.hex if one.sha256_found else None,
        "blake3_expected": one.object.stored_blake3.hex,
        "blake3_found": one.blake3_found.hex if one.blake3_found else None,
    }
