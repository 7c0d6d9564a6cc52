"""`manage.py add_cosignature FILE --actor USER`: take in the checkpoint that a witness has cosigned."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.cosigning import add_cosignatures
from audit.notes import LARGEST_NOTE
from config.log_keeping import keeper, read_small_text


class Command(BaseCommand):
    help = "Adds the signatures of our witnesses (log_witnesses.pub) to the checkpoint that they cosigned."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the cosigned note")
        parser.add_argument("--actor", required=True, help="the user in whose name this is done")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = keeper(options["actor"])
        added = add_cosignatures(read_small_text(options["file"], most=LARGEST_NOTE), actor=actor)
        for key in added:
            self.stdout.write(f"{key.name}+{key.key_hash.hex()} ({key.kind.label})")
        self.stderr.write(
            _("The next publish_log carries what was added.")
            if added
            else _("These signatures were there already. Nothing was added.")
        )
