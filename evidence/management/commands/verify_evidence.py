"""Checks stored evidence against its records."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.access import require
from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Channel
from evidence.fixity import CHECK
from evidence.models import EvidenceItem
from evidence.queries import find_items
from evidence.scopes import REVIEW_CUSTODY
from evidence.verification import EvidenceReport, verify_evidence


class Command(BaseCommand):
    """Reads evidence in full and compares it with its records."""

    help = (
        "Decrypt and read every stored object in full, compare it with its digests, and compare records and custody "
        "with the audit log. Names every fault; exit code 0 when there is none, else 1. Changes nothing, unless "
        "--actor says in whose name each check is entered into the custody of its item. Without ITEM it also names "
        "every item of which the log tells and whose row is gone. The log itself is checked by verify_audit_log: "
        "run both."
    )

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument(
            "items", nargs="*", metavar="ITEM", help="references, such as E-4KQ7-2M9D; all if none"
        )
        parser.add_argument("--actor", metavar="USER", help="record each check in this user's name")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, report, and exit 1 when anything is wrong."""
        actor: User | None = None
        among = EvidenceItem.objects.all()
        if options["actor"]:
            actor = find_actor(options["actor"], channel=Channel.COMMAND)
            require(actor, CHECK)
            among = EvidenceItem.objects.custody_visible_to(actor)
        items = (
            find_items(options["items"], among=among)
            if options["items"]
            else among.order_by("pk").iterator(200)
        )
        report = verify_evidence(items, record_as=actor, whole=not options["items"] and _sees_all(actor))
        self._report(report, as_json=options["json"])
        if not report.ok:
            raise SystemExit(1)

    def _report(self, report: EvidenceReport, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
            return
        for fault in report.faults:
            self.stdout.write(f"{fault.item}: {fault.sentence}")
        self.stdout.write(
            f"{_counted(report.items, 'item')}, {_counted(report.objects, 'stored object')} "
            f"({_counted(report.size, 'byte')}), {_counted(report.events, 'custody event')}: "
            + ("no fault" if report.ok else _counted(len(report.faults), "fault"))
        )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _sees_all(actor: User | None) -> bool:
    """Whether what is read are all items: an actor who sees some of them is told nothing of the others."""
    return actor is None or actor.has_perm(REVIEW_CUSTODY)
