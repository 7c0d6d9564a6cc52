"""Run the main job on the sample case."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.demo import run_demo


class Command(BaseCommand):
    help = (
        "Runs the main job on the sample case, from files to a verified dossier, and prints the demo's "
        "users. Needs an empty database, or the one that it made. Exits 1 if the dossier does not verify."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data-only", action="store_true", help="make users and data, but no dossier")

    def handle(self, *args: Any, **options: Any) -> None:
        if not run_demo(write=self._write, data_only=options["data_only"]):
            raise SystemExit(1)

    def _write(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
