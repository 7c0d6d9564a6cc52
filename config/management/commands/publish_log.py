"""`manage.py publish_log DIR [--with-entries --actor USER] [--json]`: publish the log's hashes as static files."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.actors import Actor
from audit.errors import ReviewerNeeded
from audit.outlets import outlet
from audit.publishing import publish_log
from audit.reviewers import find_reviewer
from config.log_keeping import guards_said, keeper_or_machine


class Command(BaseCommand):
    help = (
        "Publishes the last signed checkpoint and the tree's tiles (C2SP tlog-tiles) into a folder, for a web server "
        "to hand out. Only hashes; entries only with --with-entries, and then for monitors inside the house alone."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", metavar="DIR", help="a folder apart from those of the data and the keys"
        )
        parser.add_argument(
            "--with-entries",
            action="store_true",
            help="entries too: they tell who did what, so only a reviewer (--actor) takes them out",
        )
        parser.add_argument(
            "--actor", help="the user in whose name this is done; left out by a timer's runs without entries"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = _actor(options["actor"], with_entries=options["with_entries"])
        published = publish_log(outlet(options["folder"]), actor=actor, with_entries=options["with_entries"])
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


def _actor(username: str | None, *, with_entries: bool) -> Actor:
    """Hashes may be published by a timer; entries are handed out by whoever may export them."""
    if not with_entries:
        return keeper_or_machine(username, machine="publisher")
    if not username:
        raise ReviewerNeeded(
            _(
                "Entries tell who did what, so they are handed out in somebody's name. Name an auditor with --actor."
            )
        )
    reviewer: Actor = find_reviewer(username)
    return reviewer
