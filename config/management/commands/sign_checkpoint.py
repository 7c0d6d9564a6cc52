"""`manage.py sign_checkpoint --actor USER [--note FILE] [--json]`: sign the log as it stands."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.checkpoints import sign_checkpoint
from audit.keys import missing_second_signature, newest_key
from config.log_keeping import fingerprint_said, guards_said, in_short, keeper, require_writable, write_text


class Command(BaseCommand):
    help = "Signs the log at its present size and root. Never signs a smaller or a changed log."

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--actor", required=True, help="the user in whose name this is done")
        parser.add_argument(
            "--note", metavar="FILE", type=Path, help="write the whole signed note into this file"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = keeper(options["actor"])
        require_writable(options["note"])
        checkpoint = sign_checkpoint(actor=actor)
        if lacking := guards_said():
            self.stderr.write(lacking)
        if options["note"]:
            write_text(options["note"], checkpoint.note)
        if options["json"]:
            said = {
                "ok": True,
                "size": checkpoint.size,
                "root": bytes(checkpoint.root).hex(),
                "note": checkpoint.note,
                "fingerprint": newest_key().fingerprint,
                "lacking": missing_second_signature(),
            }
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        self.stdout.write(in_short(checkpoint.note))
        self.stderr.write(_("The log was signed at %(size)d entries.") % {"size": checkpoint.size})
        self.stderr.write(fingerprint_said())
        if lacking := missing_second_signature():
            self.stderr.write(lacking)
