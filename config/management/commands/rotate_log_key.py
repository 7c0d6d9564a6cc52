"""`manage.py rotate_log_key --actor USER --reason REASON [--note FILE]`: new keys for the log, which the old sign."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import PUBLIC_FILE, missing_second_signature
from config.log_keeping import administrator, fingerprint_said, in_short, require_writable, write_text


class Command(BaseCommand):
    help = (
        "Gives the log new signing keys, which the old keys sign; the old private keys are destroyed. "
        "Run it again after a crash: it finishes what was begun."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--actor", required=True, help="the administrator in whose name this is done")
        parser.add_argument("--reason", required=True, choices=[reason.value for reason in RotationReason])
        parser.add_argument(
            "--note", metavar="FILE", type=Path, help="write the whole signed note into this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = administrator(options["actor"])
        require_writable(options["note"])
        rotation = rotate_log_key(reason=RotationReason(options["reason"]), actor=actor)
        self.stdout.write(in_short(rotation.note))
        self.stderr.write(
            _(
                "The log has new keys. Copy them to your two places offline now, destroy the copies of the old ones, "
                "publish the log, and give %(name)s to those who check it."
            )
            % {"name": PUBLIC_FILE}
        )
        self.stderr.write(fingerprint_said())
        if lacking := missing_second_signature():
            self.stderr.write(lacking)
        if options["note"]:
            # Last, so that whoever reads that it could not be written has read before that there are new keys.
            write_text(options["note"], rotation.note)
