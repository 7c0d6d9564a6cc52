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
from audit.verification import verify_log
from config.erasing import erasable_kinds, erase_private_values
from config.erasure_telling import as_json, in_words


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
        if options["json"]:
            self.stdout.write(json.dumps(as_json(receipt, report), ensure_ascii=False))
        else:
            for line in in_words(receipt, report):
                self.stdout.write(line)
        if not report.ok:
            raise SystemExit(1)

    def _confirm(self, kind: str) -> None:
        typed = input(_("What is erased cannot be brought back. Type “%(kind)s” to go on: ") % {"kind": kind})
        if typed.strip() != kind:
            raise BadInput(_("Nothing was erased: what was typed is not the kind of the record."))
