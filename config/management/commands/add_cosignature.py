"""`manage.py add_cosignature FILE --actor USER`: take in the checkpoint that a witness has cosigned."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.checkpoints import latest_checkpoint
from audit.cosignatures import TreeHead
from audit.cosigning import add_cosignatures
from audit.notes import LARGEST_NOTE, split_note
from config.log_keeping import keeper, read_small_text


class Command(BaseCommand):
    help = "Adds the signatures of our witnesses (log_witnesses.pub) to the checkpoint that they cosigned."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the cosigned note")
        parser.add_argument("--actor", required=True, help="the user in whose name this is done")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = keeper(options["actor"])
        note = read_small_text(options["file"], most=LARGEST_NOTE)
        added = add_cosignatures(note, actor=actor)
        for key in added:
            self.stdout.write(f"{key.name}+{key.key_hash.hex()} ({key.kind.label})")
        self.stderr.write(
            _what_follows(note) if added else _("These signatures were there already. Nothing was added.")
        )


def _what_follows(note: str) -> str:
    """What becomes of what was added: only the last checkpoint is published."""
    last, cosigned = latest_checkpoint(), TreeHead.parse(split_note(note)[0])
    if last is None or last.size == cosigned.size:
        return _(
            "Run publish_log before the log is signed again, as each export, report and dossier does: it carries what "
            "was added as long as this checkpoint is the last."
        )
    return _(
        "It is kept and verified with the log, but the log was signed again since, at %(size)d entries: publish that, "
        "and have the witness cosign it too."
    ) % {"size": last.size}
