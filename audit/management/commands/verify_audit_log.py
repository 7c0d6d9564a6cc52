"""`manage.py verify_audit_log [--since CHECKPOINT] [--against FILE ...] [--json]`; exit code 1 names a break.

Exit code 2 says that the log itself agrees but something that was given could not be compared with it: a checkpoint of
another log, or a file that nobody could read. Whatever was given, the log itself is verified.
"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.errors import Answered
from audit.faults import Fault, LogReport
from audit.given import checkpoint_to_start_from, read_several
from audit.outside_words import aside_sentences, compared_sentences
from audit.verification import verify_log


class Command(BaseCommand):
    help = (
        "Recompute the audit log from its rows and name every break. Writes nothing into the database. Exit code 1: a "
        "break was found. Exit code 2: none was, but something that was given could not be compared with the log."
    )

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            metavar="CHECKPOINT",
            help="a checkpoint's file, or the size of a stored one: entries before it are not read again; reading "
            "starts at a whole tile of 256 entries, so up to 255 before it are; where it is not to be had, that is "
            "said and all entries are read",
        )
        parser.add_argument(
            "--against",
            metavar="FILE",
            nargs="+",
            default=[],
            help="checkpoints that left the house, such as log/checkpoint of a dossier; one that cannot be read is "
            "named, and the log is verified all the same",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        against = read_several(options["against"])
        # An empty word is what a script gives whose variable was never set.
        since = None if options["since"] is None else checkpoint_to_start_from(options["since"])
        report = verify_log(
            since=since, against=against, progress=_show_progress if sys.stderr.isatty() else None
        )
        if options["json"]:
            # As `verify_log.py` says it: what was not compared never passes for agreement.
            answer = report.as_dict() | {"ok": report.verdict == "verified"}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self._say(report, asked_since=since is not None)
        if not report.ok:
            raise Answered(1)
        if report.incomparable:
            raise Answered(2)

    def _say(self, report: LogReport, *, asked_since: bool) -> None:
        for fault in report.faults:
            self.stdout.write(_line(fault))
        for notice in report.notices:
            self.stdout.write(_("NOTICE: %(notice)s") % {"notice": _line(notice)})
        counts = {
            "entries": report.entries,
            "waiting": report.waiting,
            "checkpoints": report.checkpoints,
            "root": report.root,
            "faults": report.fault_count,
            "since": report.since,
            "read": report.read,
            "read_from": report.read_from,
            "signed": report.signed,
            "unsigned": report.size - report.signed,
        }
        self.stdout.write(_verdict(report) % counts)
        if report.ok and report.size > report.signed:
            self.stdout.write(
                _(
                    "Signed: the first %(signed)d entries. Of the %(unsigned)d after them no signature tells yet: "
                    "whoever owns the database could have written them anew. sign_checkpoint signs what is there."
                )
                % counts
            )
        if report.read_from:
            self.stdout.write(
                _(
                    "The first %(read_from)d entries, all within the checkpoint of size %(since)d, were NOT read "
                    "again: of them only the hashes were compared. Read again: %(read)d."
                )
                % counts
            )
        elif asked_since and not report.since:
            self.stdout.write(_("The log was not read from a checkpoint on. The whole log was read instead."))
        for given in report.incomparable:
            self.stdout.write(_("NOT COMPARED: %(given)s") % {"given": _line(given)})
        for sentence in aside_sentences({given.kind for given in report.incomparable}, whole=report.ok):
            self.stdout.write(sentence)
        for sentence in compared_sentences(report.compared, whole=report.ok):
            self.stdout.write(sentence)
        if report.waiting:
            self.stdout.write(
                _("%(waiting)d entries wait for their place in the tree; that is no fault.") % counts
            )
        self.stdout.write(
            _(
                "This is about the log alone. Files and records are held against it by verify_evidence: run both."
            )
        )


def _verdict(report: LogReport) -> str:
    """The first word of it is what a reader in haste takes away."""
    if not report.ok:
        return ngettext(
            "BROKEN: %(faults)d fault among %(entries)d entries.",
            "BROKEN: %(faults)d faults among %(entries)d entries.",
            report.fault_count,
        )
    if report.incomparable:
        return _(
            "VERIFIED IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN: %(entries)d entries, signed checkpoints: "
            "%(checkpoints)d; root %(root)s."
        )
    return _("VERIFIED: %(entries)d entries, signed checkpoints: %(checkpoints)d; root %(root)s.")


def _line(fault: Fault) -> str:
    return f"{fault.kind.value}: {fault.place}: {fault.sentence} {fault.detail}".rstrip()


def _show_progress(done: int, total: int) -> None:
    """One line that is written over and over; silent between whole steps of 16 tiles."""
    if done == total or done % 4096 == 0:
        sys.stderr.write(f"\r{done:>12,} / {total:,}" + ("\n" if done == total else ""))
        sys.stderr.flush()
