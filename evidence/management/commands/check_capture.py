"""Holds web captures against what they state of themselves."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.access import require
from accounts.queries import find_actor
from audit.actors import Channel
from evidence.capture_checking import check_capture
from evidence.containers.capture_facts import CaptureFacts
from evidence.filenames import visible_name
from evidence.models import EvidenceItem
from evidence.queries import find_items
from evidence.reading import READ


class Command(BaseCommand):
    """Says what a WARC or WACZ states of itself, and whether its files have the digests that it states."""

    help = (
        "Read web captures (WARC, WARC.gz, WACZ) through: say what they state of address, time and tool, and compare "
        "the records of a WARC and the files of a WACZ with the digests that are stated of them, and say which could "
        "not be compared, and of how many files and records nothing is stated. "
        "Exit code 1 when one does not hold or the capture is damaged."
    )

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("items", nargs="+", metavar="ITEM", help="references, such as E-4KQ7-2M9D")
        parser.add_argument("--actor", required=True, metavar="USER", help="sign-in name of who reads them")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check each, report, and exit 1 when anything does not hold."""
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        require(actor, READ)
        items = find_items(options["items"], among=EvidenceItem.objects.visible_to(actor))
        told = [(item.reference, check_capture(item, actor=actor)) for item in items]
        if options["json"]:
            found = [_fields(reference, facts) for reference, facts in told]
            self.stdout.write(json.dumps({"captures": found}, ensure_ascii=False))
        else:
            for reference, facts in told:
                self._tell(reference, facts)
        if any(facts.failing or facts.why for _reference, facts in told):
            raise SystemExit(1)

    def _tell(self, reference: str, facts: CaptureFacts) -> None:
        self.stdout.write(
            f"{reference}: {facts.format}, {facts.records} records; {visible_name(facts.url) or 'no address'}, "
            f"{visible_name(facts.captured) or 'no time'}, {visible_name(facts.tool) or 'no tool'} "
            f"{visible_name(facts.tool_version)}"
        )
        self.stdout.write(f"{reference}: {_outcome(facts)}")
        for one in facts.digests:
            if one.holds is False:
                self.stdout.write(f"{reference}: does not hold: {visible_name(one.path)}")
            elif one.holds is None:
                said = visible_name(one.stated) or "none stated"
                self.stdout.write(f"{reference}: could not be checked: {visible_name(one.path)} ({said})")
        if facts.why:
            self.stdout.write(f"{reference}: the reading ended early: {facts.why.label}")


def _outcome(facts: CaptureFacts) -> str:
    if not facts.stated:
        return "no digest is stated, so none could be compared"
    said = f"{facts.held} of {facts.stated} stated digests hold"
    if facts.failing:
        said += f", {facts.failing} do not hold"
    said += f", {facts.unchecked} could not be checked" if facts.unchecked else ""
    return said + (f"; of {facts.bare} files and records no digest is stated" if facts.bare else "")


def _fields(reference: str, facts: CaptureFacts) -> dict[str, Any]:
    return {
        "item": reference,
        "format": facts.format,
        "url": facts.url,
        "captured": facts.captured,
        "tool": facts.tool,
        "tool_version": facts.tool_version,
        "records": facts.records,
        "digests_stated": facts.stated,
        "digests_held": facts.held,
        "digests_broken": facts.failing,
        "digests_unchecked": facts.unchecked,
        "without_digest": facts.bare,
        "digests": [{"path": one.path, "stated": one.stated, "holds": one.holds} for one in facts.digests],
        "why": str(facts.why or ""),
    }
