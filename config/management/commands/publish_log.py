"""`manage.py publish_log DIR [--with-entries] [--actor USER] [--json]`: publish the log's hashes as static files."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.publishing import publish_log
from config.log_keeping import guards_said, keeper_or_machine


class Command(BaseCommand):
    help = (
        "Publishes the last signed checkpoint and the tree's tiles (C2SP tlog-tiles) into a folder, for a web server "
        "to hand out. Only hashes; entries only with --with-entries, and then for monitors inside the house alone."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--with-entries", action="store_true", help="entries too: they tell who did what")
        parser.add_argument("--actor", help="the user in whose name this is done; left out by a timer's runs")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = keeper_or_machine(options["actor"], machine="publisher")
        published = publish_log(options["folder"], actor=actor, with_entries=options["with_entries"])
        if lacking := guards_said():
            self.stderr.write(lacking)
        said = {
            "size": published.head.size,
            "root": published.head.root.hex(),
            "written": published.written,
        }
        if options["json"]:
            self.stdout.write(json.dumps({"ok": True, **said}))
        else:
            self.stdout.write(
                _("Published: %(size)d entries, root %(root)s; files written: %(written)d.") % said
            )
