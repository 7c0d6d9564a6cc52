"""`manage.py verify_audit_log [--since CHECKPOINT] [--against FILE ...] [--json]`; exit code 1 names a break.

Exit code 2 says that the log itself agrees but a checkpoint that was given could not be compared with it.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.errors import UnknownCheckpoint
from audit.faults import Fault, LogReport, not_comparable_sentence
from audit.outside import OutsideCheckpoint, read_outside, read_several
from audit.signed_rows import StoredCheckpoint, stored_checkpoints
from audit.verification import verify_log


class Command(BaseCommand):
    help = "Recompute the audit log from its rows and name every break. Writes nothing."

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            metavar="CHECKPOINT",
            help="a checkpoint's file, or the size of a stored one: entries before it are not read again",
        )
        parser.add_argument(
            "--against",
            metavar="FILE",
            nargs="+",
            type=Path,
            default=[],
            help="checkpoints that left the house, such as log/checkpoint of a dossier",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        against = read_several(options["against"])
        since = _since(options["since"]) if options["since"] else None
        report = verify_log(
            since=since, against=against, progress=_show_progress if sys.stderr.isatty() else None
        )
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self._say(report)
        if not report.ok:
            raise SystemExit(1)
        if report.incomparable:
            raise SystemExit(2)

    def _say(self, report: LogReport) -> None:
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
            "against": report.against - len(report.incomparable),
        }
        if report.ok:
            self.stdout.write(
                _("VERIFIED: %(entries)d entries, signed checkpoints: %(checkpoints)d; root %(root)s.")
                % counts
            )
        else:
            self.stdout.write(
                ngettext(
                    "BROKEN: %(faults)d fault among %(entries)d entries.",
                    "BROKEN: %(faults)d faults among %(entries)d entries.",
                    report.fault_count,
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
        for given in report.incomparable:
            self.stdout.write(_("NOT COMPARED: %(given)s") % {"given": _line(given)})
        if report.incomparable:
            self.stdout.write(not_comparable_sentence(report.ok))
        if report.against > len(report.incomparable):
            self.stdout.write(_("Compared with checkpoints from outside: %(against)d.") % counts)
        if report.waiting:
            self.stdout.write(
                _("%(waiting)d entries wait for their place in the tree; that is no fault.") % counts
            )
        self.stdout.write(
            _(
                "This is about the log alone. Files and records are held against it by verify_evidence: run both."
            )
        )


def _line(fault: Fault) -> str:
    return f"{fault.kind.value}: {fault.place}: {fault.sentence} {fault.detail}".rstrip()


def _since(given: str) -> StoredCheckpoint | OutsideCheckpoint:
    if not given.isascii() or not given.isdigit():
        return read_outside(Path(given))
    size = int(given[:18])
    checkpoint = next((one for one in stored_checkpoints() if one.size == size), None)
    if checkpoint is None:
        raise UnknownCheckpoint(
            _("The log has no checkpoint of size %(size)s. Name another size, or a file.") % {"size": given}
        )
    return checkpoint


def _show_progress(done: int, total: int) -> None:
    """One line that is written over and over; silent between whole steps of 16 tiles."""
    if done == total or done % 4096 == 0:
        sys.stderr.write(f"\r{done:>12,} / {total:,}" + ("\n" if done == total else ""))
        sys.stderr.flush()
