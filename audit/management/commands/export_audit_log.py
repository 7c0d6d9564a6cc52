"""`manage.py export_audit_log OUT --actor USER [--as-it-is] [--json]`: a copy of the log that a stranger can check."""

import json
import shlex
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.exporting import Exported, export_log
from audit.outlets import outlet
from audit.reviewers import find_reviewer


class Command(BaseCommand):
    help = "Write the whole audit log into a new folder that its own verify_log.py checks without Dadkhah."

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "out", help="a folder that does not exist yet, apart from those of the data and the keys"
        )
        parser.add_argument("--actor", required=True, help="the reviewer in whose name this is done")
        parser.add_argument(
            "--as-it-is",
            action="store_true",
            help="do not sign the log first: for a log that is broken; the copy is then unsigned to its end, or broken "
            "too, and it is said which",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = find_reviewer(options["actor"])
        exported = export_log(outlet(options["out"]), actor=actor, sign=not options["as_it_is"])
        facts = {**asdict(exported), "path": str(exported.path)}
        for sentence in _warnings(exported, as_it_is=options["as_it_is"]):
            self.stderr.write(sentence)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": True, **facts}, ensure_ascii=False))
            return
        self.stdout.write(
            _(
                "%(entries)d entries and %(checkpoints)d checkpoints lie in %(path)s. SHA-256 of its list: %(sums)s."
            )
            % facts
        )
        self.stdout.write(f"python3 {shlex.quote(str(exported.path / 'verify_log.py'))}")


def _warnings(exported: Exported, *, as_it_is: bool) -> Iterator[str]:
    """What whoever hands the copy on should know of it."""
    for fault in exported.structure:
        yield f"{fault.kind.value}: {fault.place}: {fault.sentence} {fault.detail}".rstrip()
    if exported.structure:
        yield _(
            "The database is not as it was made, so entries may have been changed; the copy holds them as they are "
            "now. Keep a copy of the database, run verify_audit_log, compare with a checkpoint that left the house, "
            "and only then run restore_guards."
        )
    if as_it_is:
        yield from _worth(exported)


def _worth(exported: Exported) -> Iterator[str]:
    """What a copy that was not signed for the purpose is worth."""
    if exported.broken:
        yield ngettext(
            "The copy is broken: at %(broken)d place stands no entry, or another one than was hashed into the tree. "
            "Its verify_log.py names it.",
            "The copy is broken: at %(broken)d places stands no entry, or another one than was hashed into the tree. "
            "Its verify_log.py names them.",
            exported.broken,
        ) % {"broken": exported.broken}
    signed, entries = exported.signed, exported.entries
    if exported.forked:
        yield _(
            "The copy is broken: its first %(signed)d entries do not lead to the root that was signed. Its "
            "verify_log.py says NOT VERIFIED."
        ) % {"signed": signed}
    if signed > entries:
        yield _(
            "The copy lacks its end: a checkpoint in it is of %(signed)d entries, and only %(entries)d are here. Its "
            "verify_log.py says NOT VERIFIED."
        ) % {"signed": signed, "entries": entries}
    elif not signed:
        yield _(
            "Nobody has signed any entry of the copy, so anybody could have written them. Its verify_log.py says NOT "
            "VERIFIED."
        )
    elif not exported.broken and not exported.forked:
        yield _(
            "The copy is not signed to its end: its last signature is over the first %(signed)d entries, and the rest "
            "(%(rest)d) anybody could have written. Its verify_log.py says NOT VERIFIED, or with --unsigned-tail at "
            "most VERIFIED UP TO %(signed)d."
        ) % {"signed": signed, "rest": entries - signed}
