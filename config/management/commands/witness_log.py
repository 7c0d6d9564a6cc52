"""`manage.py witness_log PLACE --origin NAME --key KEY`: check another house's published log and cosign it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.errors import BadNote
from audit.notes import Verifier
from audit.published_files import open_source
from audit.rotations import generations_published
from audit.witnessing import Witnessed, witness_log
from config.log_keeping import keeper_or_machine, read_small_text, require_writable, write_text

_LARGEST_KEYS = 1 << 20


class Command(BaseCommand):
    help = (
        "As a witness, compares a published log with what this house saw of it before, and writes its checkpoint "
        "cosigned. Refuses a fork, a rollback, a wrong key and files that are not the signed tree; exit code 3 or 6."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", metavar="URL-OR-DIR", help="where the log is published")
        parser.add_argument("--origin", required=True, help="the log's name, as its checkpoints say it")
        parser.add_argument(
            "--key", required=True, help="the log's key by another way: its line, or a file with its lines"
        )
        parser.add_argument("--first", action="store_true", help="trust what a log shows that was never seen")
        parser.add_argument(
            "--out", type=Path, help="a file for the cosigned note (default: standard output)"
        )
        parser.add_argument("--actor", help="the user in whose name this is done; left out by a timer's runs")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = keeper_or_machine(options["actor"], machine="witness")
        keys = _pinned(options["key"])
        source = open_source(options["place"])
        require_writable(options["out"])
        seen = witness_log(source, origin=options["origin"], keys=keys, first=options["first"], actor=actor)
        if options["out"]:
            write_text(options["out"], seen.note)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(seen), ensure_ascii=False))
            return
        if not options["out"]:
            self.stdout.write(seen.note, ending="")
        self.stderr.write(_in_words(seen))


def _pinned(given: str) -> list[Verifier]:
    """The keys that reached us by another way: the first generation of a file, or one line."""
    is_line = not given or ("+" in given and not _is_file(given))
    text = given if is_line else read_small_text(Path(given), most=_LARGEST_KEYS)
    groups = generations_published([Verifier.parse(line) for line in text.splitlines() if line.strip()])
    if not groups:
        raise BadNote(_("There is no Ed25519 key of a log in what --key names."))
    return list(groups[0])


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except OSError:  # longer than any name, as the line of an ML-DSA-44 key is
        return False


def _as_json(seen: Witnessed) -> dict[str, Any]:
    before = seen.before
    return {
        "ok": True,
        "size": seen.shown.size,
        "root": seen.shown.root.hex(),
        "seen_size": before.size if before else None,
        "seen_root": before.root.hex() if before else None,
        "note": seen.note,
    }


def _in_words(seen: Witnessed) -> str:
    if seen.before is None:
        return _(
            "Seen for the first time: %(size)d entries. There was nothing to compare with; from now on there is."
        ) % {"size": seen.shown.size}
    return _("Consistent: seen with %(seen)d entries, now %(size)d. Cosigned.") % {
        "seen": seen.before.size,
        "size": seen.shown.size,
    }
