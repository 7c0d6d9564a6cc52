"""Reads every stored object again and ends in a signed report."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.queries import find_actor
from audit.actors import Actor, Channel, SystemActor
from evidence.fixity_rounds import ask_for_round, work_on
from evidence.models import FixityReport, FixityRound
from evidence.vocabulary import Finding, ReadingMethod

_TELL_EVERY = 5.0


class Command(BaseCommand):
    """Works on a round until it has ended."""

    help = (
        "Read every stored object again and compare it with its digests: a round, which ends in a report that the "
        "log signs. With --scrub the stored bytes alone are read, which needs no key. Killed, it goes on where it "
        "was when it is run again; it takes over a round that is due by schedule. Exit code 1 when an object is not "
        "what it was, 6 when the store is not reachable, which accuses no object."
    )

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--scrub", action="store_true", help="read the stored bytes alone, without a key")
        parser.add_argument("--actor", metavar="USER", help="record it in this user's name")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, report, and exit 1 when anything is wrong."""
        actor: Actor = SystemActor("fixity", Channel.COMMAND)
        if options["actor"]:
            actor = find_actor(options["actor"], channel=Channel.COMMAND)
        method = ReadingMethod.SCRUB if options["scrub"] else ReadingMethod.FULL
        going_on = ask_for_round(method, actor=actor)
        progress = None if options["json"] else _Teller(self)
        work_on(going_on, take_over=True, actor=actor, progress=progress)
        going_on.refresh_from_db()
        self._report(going_on, as_json=options["json"])
        if going_on.faults or going_on.ended_at is None:
            raise SystemExit(1)

    def _report(self, ended: FixityRound, *, as_json: bool) -> None:
        counts = {finding.value: getattr(ended, finding.value) for finding in Finding}
        report = FixityReport.objects.filter(round=ended).first()
        body = json.loads(report.body) if report else {"faults": []}
        if as_json:
            words = {"ok": report is not None and not ended.faults, "round": str(ended.pk), "due": ended.due}
            found = {"counts": counts, "faults": body["faults"]}
            digest = {"report_sha256": report.sha256.hex if report else None}
            self.stdout.write(json.dumps(words | found | digest, ensure_ascii=False))
            return
        for fault in body["faults"]:
            made = [
                f"{reference} ({' '.join(words)})" for reference, *words in map(str.split, fault["made_of"])
            ]
            names = ", ".join([*fault["exhibits"], *made]) or "no exhibit"
            self.stdout.write(f"{names}: {fault['finding']} ({fault['state']})")
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
        if report is None:
            self.stdout.write("Another process took over this round and goes on with it.")
        else:
            self.stdout.write(f"Report {report.sha256.hex}, round {ended.pk}")


class _Teller:
    """Says now and then how far the round is."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._told = 0.0

    def __call__(self, going_on: FixityRound) -> None:
        now = time.monotonic()
        if now - self._told >= _TELL_EVERY:
            self._told = now
            self._command.stdout.write(f"{going_on.read} of {going_on.due}")
