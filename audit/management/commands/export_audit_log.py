"""`manage.py export_audit_log OUT --actor USER [--as-it-is] [--json]`: a copy of the log that a stranger can check."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.exporting import export_log
from audit.reviewers import find_reviewer


class Command(BaseCommand):
    help = "Write the whole audit log into a new folder that its own verify_log.py checks without Dadkhah."

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, help="a folder that does not exist yet")
        parser.add_argument("--actor", required=True, help="the reviewer in whose name this is done")
        parser.add_argument(
            "--as-it-is", action="store_true", help="do not sign the log first: for a log that is broken"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        exported = export_log(
            options["out"], actor=find_reviewer(options["actor"]), sign=not options["as_it_is"]
        )
        facts = {
            "path": str(exported.path),
            "entries": exported.entries,
            "checkpoints": exported.checkpoints,
            "sums": exported.sums,
        }
        if options["json"]:
            self.stdout.write(json.dumps({"ok": True, **facts}, ensure_ascii=False))
            return
        self.stdout.write(
            _(
                "%(entries)d entries and %(checkpoints)d checkpoints lie in %(path)s. SHA-256 of its list: %(sums)s."
            )
            % facts
        )
        self.stdout.write(f"python3 {exported.path / 'verify_log.py'}")
