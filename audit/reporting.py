"""A report of the log for a period: made, logged, signed and packed, in this order.

First the log is signed, so that the report speaks of a signed state. Then the papers are made and their digests go into
the entry LOG_REPORT_MADE. A second checkpoint covers that entry, and its proof travels with the papers: whoever changes
them later would have to change the log as well.
"""

import hashlib
import io
import uuid
import zipfile
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor
from audit.checkpoints import sign_checkpoint
from audit.digits import in_digits
from audit.errors import EntriesHidden
from audit.log import Subject, append, instant
from audit.models import Entry
from audit.names import house_names
from audit.paper.press import Press
from audit.proof_file import CHECK_KEY, CHECK_SIGNATURE, CHECK_TREE, proof_file
from audit.report_csv import MOST, csv_pieces
from audit.report_facts import Listing, Period, report_facts
from audit.report_sheet import report_sheet
from audit.unindexed import look_by_indexes

CHECK_PAPERS = """\
python3 - proof.json <<'END' | sha256sum -c -
import json, sys
facts = json.loads(json.load(open(sys.argv[1], encoding="utf-8"))["body"])["facts"]
print(facts["entries_sha256"] + "  entries.csv")
print(facts["report_sha256"] + "  report.pdf")
END
"""


@dataclass(frozen=True, slots=True)
class Report:
    """A made report: its file name and the whole archive, read once from its beginning."""

    name: str
    archive: io.BytesIO


def make_report(period: Period, *, actor: Actor) -> Report:
    """Make the report in the active language and record that it was made, before anybody gets it.

    The archive is held in memory: at most MOST entries, compressed. Raises LogKeyMissing and its kin, LogForked and
    FontsMissing, with nothing recorded but the signing; EntriesHidden before that; RuntimeError inside a transaction.
    """
    _require_all_found(period)
    facts = report_facts(period, sign_checkpoint(actor=actor))
    reference = f"R-{uuid.uuid4().hex[:12]}"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        listing = _pack_entries(packed, period)
        sheet = report_sheet(facts, listing, reference=reference)
        paper = Press().pdf(sheet, at=timezone.now())
        packed.writestr("report.pdf", paper)
        entry = _record(
            period,
            actor=actor,
            reference=reference,
            entries=listing.entries,
            digests={"entries_sha256": listing.sha256, "report_sha256": hashlib.sha256(paper).hexdigest()},
        )
        checkpoint = sign_checkpoint(actor=actor)
        packed.writestr("checkpoint", checkpoint.note)
        packed.writestr("proof.json", proof_file(entry.pk, checkpoint))
        packed.writestr("HOW-TO-CHECK.txt", how_to_check())
    archive.seek(0)
    return Report(f"log-report-{period.since:%Y-%m-%d}-{period.until:%Y-%m-%d}.zip", archive)


def _require_all_found(period: Period) -> None:
    look = look_by_indexes(period.since, period.until)
    if look.hidden:
        raise EntriesHidden(
            ngettext(
                "No report was made: %(count)s entry of this period is in the log, and its lists do not find it. "
                "An index of the database was damaged, or made to hide it. Have the log verified.",
                "No report was made: %(count)s entries of this period are in the log, and its lists do not find them. "
                "An index of the database was damaged, or made to hide them. Have the log verified.",
                look.hidden,
            )
            % {"count": in_digits(look.hidden)}
        )
    if look.astray:
        raise EntriesHidden(
            _(
                "No report was made: what the lists of the log find for this period does not agree with what is in "
                "it. An index of the database was damaged, or made to lead astray. Have the log verified."
            )
        )


def how_to_check() -> str:
    """Return the text that tells a stranger how to check a report, in the active language."""
    return "\n".join(
        [
            _(
                "How to check this report, on any machine with python3 and openssl, in the folder of these files:"
            ),
            "",
            _("1. The papers are the ones that the log recorded. Both answers must be OK."),
            "",
            CHECK_PAPERS,
            _("2. That record is in the tree that was signed. The answer must be IN THE TREE."),
            "",
            CHECK_TREE,
            _("3. This log's key signed that tree. The answer must be Signature Verified Successfully."),
            "",
            CHECK_SIGNATURE,
            _(
                "4. The key is this log's. The answer is its fingerprint: compare it with the one that was told to "
                "you by telephone, or that verify.py prints for a dossier."
            ),
            "",
            CHECK_KEY,
            _("entries.csv: one line for each entry, the oldest first, at most %(most)d. Moments are in UTC.")
            % {"most": MOST},
            _(
                "A cell that a spreadsheet could run as a formula has an apostrophe before it. leaf_index is the place "
                "in the tree, counted from zero; leaf_hash is the SHA-256 of a zero byte and the entry's exact content."
            ),
            _(
                "agreement says whether the row was held against that content and found to say the same; where it "
                "differs, the columns that do are named, and the log must be verified. Entries that were taken out of "
                "the period, and contents exchanged together with their hashes, a verification finds alone."
            ),
            "",
        ]
    )


def _pack_entries(packed: zipfile.ZipFile, period: Period) -> Listing:
    """Write `entries.csv` piece by piece; return its digest, how many entries it holds and how many differ."""
    digest, entries, differing = hashlib.sha256(), 0, 0
    member = zipfile.ZipInfo("entries.csv", date_time=timezone.localtime().timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    with packed.open(member, "w") as file:
        for piece in csv_pieces(period.since, period.until, house_names()):
            digest.update(piece.content)
            file.write(piece.content)
            entries += piece.entries
            differing += piece.differing
    return Listing(digest.hexdigest(), entries, differing)


def _record(period: Period, *, actor: Actor, reference: str, entries: int, digests: dict[str, str]) -> Entry:
    with transaction.atomic():
        return append(
            Action.LOG_REPORT_MADE,
            subject=Subject("audit.report", reference),
            actor=actor,
            facts={
                "since": instant(period.since),
                "until": instant(period.until),
                "entries": entries,
                "language": get_language() or "en",
                **digests,
            },
        )
