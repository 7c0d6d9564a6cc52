"""Changes the vault's key."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.queries import find_actor
from audit.actors import Channel
from evidence.rotation import RotationReport, rotate_vault_key


class Command(BaseCommand):
    """Makes a new vault key and has it open every stored object."""

    help = (
        "Make a new vault key, have it open every stored object, and retire the old one. Bodies are not sealed anew; "
        "each object is read once and proven. Killed at any moment it loses nothing: run it again and it goes on. "
        "Copy the key folder offline afterwards, and keep the retired key as long as there are backups made before. "
        "Exit code 1 when an object is damaged or gone: it is named, and the old key stays until it is restored."
    )

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument(
            "--actor", required=True, metavar="USER", help="sign-in name of the administrator who does it"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, report, and exit 1 when the old key is still needed."""
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        progress = None if options["json"] else self._tell
        self._report(rotate_vault_key(actor=actor, progress=progress), as_json=options["json"])

    def _tell(self, done: int, total: int) -> None:
        if done == total or done % 100 == 0:
            self.stdout.write(f"{done} of {total}")

    def _report(self, report: RotationReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_fields(report), ensure_ascii=False))
        else:
            for name, sentence in report.failed:
                self.stdout.write(f"{name}: {sentence}")
            self.stdout.write(
                f"{report.sealed_anew} objects sealed anew to {report.new_key}, {len(report.failed)} failed, "
                f"{report.left} old copies stay until their lock ends"
            )
            self.stdout.write(
                f"The old key is retired; its file is {report.retired_as} now."
                if report.ok
                else "The old key is still needed. Restore what is named above and run this again."
            )
        if not report.ok:
            raise SystemExit(1)


def _fields(report: RotationReport) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "old_key": report.old_key,
        "new_key": report.new_key,
        "sealed_anew": report.sealed_anew,
        "old_copies_left": report.left,
        "retired_as": report.retired_as,
        "failures": [{"object": name, "error": sentence} for name, sentence in report.failed],
    }
