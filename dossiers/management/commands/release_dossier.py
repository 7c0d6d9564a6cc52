"""`manage.py release_dossier NAME --out DIR --actor USER [--json]`"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.access import require
from accounts.queries import find_actor
from audit.actors import Channel
from dossiers.queries import VIEW, find_named_dossier
from dossiers.release import release_into


class Command(BaseCommand):
    """Write a dossier that lies in the vault into a folder, once nothing stands in its way."""

    help = "Write a held dossier out: a folder, or the file that is sealed to its recipient."

    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dossier", help="the dossier's name, such as DK-1988-01-dossier-03")
        parser.add_argument(
            "--out", required=True, type=Path, help="a folder that does not exist yet, or is empty"
        )
        parser.add_argument("--actor", required=True, help="the user in whose name this is done")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        dossier = find_named_dossier(options["dossier"], user=require(actor, VIEW))
        path = release_into(dossier, options["out"], actor=actor)
        told = {"ok": True, "dossier": str(dossier.pk), "name": dossier.name, "path": str(path)}
        self.stdout.write(
            json.dumps(told, ensure_ascii=False)
            if options["json"]
            else f"Dossier {dossier.name} lies in {path}."
        )
