"""`manage.py verify_audit_log [--json]`: recompute the log and name every break; exit code 1 where there is one."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.faults import LogReport
from audit.verification import verify_log


class Command(BaseCommand):
    help = "Recompute the audit log from its rows and name every break. Writes nothing."

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_log()
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self._say(report)
        if not report.ok:
            raise SystemExit(1)

    def _say(self, report: LogReport) -> None:
        for fault in report.faults:
            self.stdout.write(f"{fault.kind.value}: {fault.place}: {fault.sentence} {fault.detail}".rstrip())
        counts = {
            "entries": report.entries,
            "waiting": report.waiting,
            "checkpoints": report.checkpoints,
            "root": report.root,
            "faults": report.fault_count,
        }
        if report.ok:
            self.stdout.write(
                _("VERIFIED: %(entries)d entries, signed checkpoints: %(checkpoints)d; root %(root)s.")
                % counts
            )
        else:
            self.stdout.write(_("BROKEN: %(faults)d faults among %(entries)d entries.") % counts)
        if report.waiting:
            self.stdout.write(
                _("%(waiting)d entries wait for their place in the tree; that is no fault.") % counts
            )
