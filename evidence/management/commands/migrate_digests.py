"""Gives stored files a digest by another algorithm."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.queries import find_actor
from audit.actors import Actor, Channel, SystemActor
from evidence.digest_migration import DigestReport, migrate_digests
from evidence.vocabulary import MoreDigest

_TELL_EVERY = 100


class Command(BaseCommand):
    """Reads every object that lacks the digest, and adds it where the old one verifies."""

    help = (
        "Give every stored file a digest by another algorithm, computed in the same reading in which its SHA-256 "
        "verifies. Killed at any moment it loses nothing: run it again and it goes on. Exit code 1 when a file did "
        "not verify: it is named, an alarm is raised, and it gets no new digest."
    )

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--to", required=True, choices=MoreDigest.values, help="the algorithm")
        parser.add_argument("--actor", metavar="USER", help="record it in this user's name")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add, report, and exit 1 when a file did not verify."""
        actor: Actor = SystemActor("fixity", Channel.COMMAND)
        if options["actor"]:
            actor = find_actor(options["actor"], channel=Channel.COMMAND)
        progress = None if options["json"] else self._tell
        report = migrate_digests(MoreDigest(options["to"]), actor=actor, progress=progress)
        self._report(report, as_json=options["json"])
        if not report.ok:
            raise SystemExit(1)

    def _tell(self, done: int, total: int) -> None:
        if done == total or done % _TELL_EVERY == 0:
            self.stdout.write(f"{done} of {total}")

    def _report(self, report: DigestReport, *, as_json: bool) -> None:
        if as_json:
            failed = [{"exhibits": names, "state": state} for names, state in report.failed]
            words = {"ok": report.ok, "algorithm": report.algorithm.value, "added": report.added}
            self.stdout.write(json.dumps(words | {"had_it": report.had_it, "failures": failed}))
            return
        for names, state in report.failed:
            self.stdout.write(f"{names}: {state}")
        self.stdout.write(
            f"{report.added} files were given their {report.algorithm.label}, {report.had_it} had it before, "
            f"{len(report.failed)} did not verify"
        )
