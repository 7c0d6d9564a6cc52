"""`manage.py erase_private_values KIND ID`: two people have private values erased for good."""

import json
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.queries import find_actor
from audit.actors import Channel
from audit.errors import BadInput
from audit.faults import LogReport
from audit.verification import verify_log
from config.erasing import Receipt, erasable_kinds, erase_private_values


class Command(BaseCommand):
    help = (
        "Erases private values of one record, and their salt, so that the log can never be resolved to them again; "
        "then verifies the log. Takes a lawyer who is a member of the case and an auditor who approves."
    )

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(erasable_kinds()))
        parser.add_argument("id", type=uuid.UUID)
        parser.add_argument(
            "--field", action="append", default=[], help="one value; may be repeated; all if none"
        )
        parser.add_argument("--reason", required=True, help="why; it is printed nowhere and kept nowhere")
        parser.add_argument("--actor", required=True, metavar="USER", help="a lawyer, member of the case")
        parser.add_argument("--approved-by", required=True, metavar="USER", help="an auditor")
        parser.add_argument("--yes", action="store_true", help="do not ask for a typed confirmation")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["yes"]:
            self._confirm(options["kind"])
        receipt = erase_private_values(
            options["kind"],
            options["id"],
            names=options["field"],
            reason=options["reason"],
            actor=find_actor(options["actor"], channel=Channel.COMMAND),
            approver=find_actor(options["approved_by"], channel=Channel.COMMAND),
        )
        report = verify_log()
        self._say(receipt, report, as_json=options["json"])
        if not report.ok:
            raise SystemExit(1)

    def _confirm(self, kind: str) -> None:
        typed = input(_("What is erased cannot be brought back. Type “%(kind)s” to go on: ") % {"kind": kind})
        if typed.strip() != kind:
            raise BadInput(_("Nothing was erased: what was typed is not the kind of the record."))

    def _say(self, receipt: Receipt, report: LogReport, *, as_json: bool) -> None:
        told = {
            "ok": report.ok,
            "record": receipt.record,
            "erased": list(receipt.erased.names),
            "values": receipt.erased.count,
            "reason_salt": receipt.reason_salt,
            "dossiers": list(receipt.dossiers),
            "log_entries": report.entries,
            "log_faults": report.fault_count,
        }
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(_("Erased from %(record)s: %(values)d values, and the salt.") % told)
        self.stdout.write(
            _(
                "Salt of the reason, kept nowhere else: %(reason_salt)s\nFile it with the written request: both "
                "together prove the reason against the log."
            )
            % told
        )
        self.stdout.write(
            _("VERIFIED: the log of %(log_entries)d entries still agrees with itself and what was signed.")
            % told
            if report.ok
            else _("BROKEN: the log has %(log_faults)d faults. Run verify_audit_log to see them.") % told
        )
        if receipt.dossiers:
            names = {"dossiers": ", ".join(receipt.dossiers)}
            self.stdout.write(
                _("Dossiers with this item were compiled before and still have the words: %(dossiers)s")
                % names
            )
        self.stdout.write(
            _(
                "The same words may stand in other records, such as titles of exhibits, their custody and how they "
                "were acquired: look for them and erase those too. They may also stand in decisions, which nobody can "
                "change, in backups, and in dossiers that have left."
            )
        )
