"""Reports what is missing in the custody of evidence."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.access import require
from accounts.queries import find_actor
from audit.actors import Actor, Channel, SystemActor
from evidence.gap_report import each_with_gaps, log_reading
from evidence.models import EvidenceItem
from evidence.scopes import REVIEW_CUSTODY


class Command(BaseCommand):
    """Names every gap in custody, item by item."""

    help = (
        "Read the custody of every item and name each gap: intervals in which nobody is known to have held it, time "
        "that runs backwards, missing receipts and events, seals that do not agree, overdue checks, returns and "
        "offers. Exit code 0 when there is none, else 1. Says nothing that a person wrote."
    )

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--actor", metavar="USER", help="read it in this user's name")
        parser.add_argument("--json", action="store_true", help="print one JSON object for each item")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report, and exit 1 when anything is missing."""
        actor: Actor = SystemActor("report_custody_gaps", Channel.COMMAND)
        items = EvidenceItem.objects.all()
        if options["actor"]:
            user = find_actor(options["actor"], channel=Channel.COMMAND)
            actor = require(user, REVIEW_CUSTODY)
            items = EvidenceItem.objects.custody_visible_to(user)
        log_reading(actor=actor)
        found = 0
        for one in each_with_gaps(items):
            found += len(one.gaps)
            for line in _lines(one.item.reference, one.gaps, as_json=options["json"]):
                self.stdout.write(line)
        if not options["json"]:
            self.stdout.write(f"{items.count()} items, " + (f"{found} gaps" if found else "no gap"))
        if found:
            raise SystemExit(1)


def _lines(reference: str, gaps: list[Any], *, as_json: bool) -> list[str]:
    if not as_json:
        return [f"{reference}: {gap.sentence}" for gap in gaps]
    rows = [
        {"gap": gap.kind.value, "after": gap.after, "before": gap.before, "sentence": gap.sentence}
        for gap in gaps
    ]
    return [json.dumps({"item": reference, "gaps": rows}, ensure_ascii=False)]
