"""Takes in files and folders."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Channel
from audit.errors import DomainError
from cases.access import find_case
from cases.dating import read_date
from cases.small_groups import take_confirmations
from evidence.arrivals import Arrival, arrivals_from_paths
from evidence.batch import Batch
from evidence.errors import BadIntake
from evidence.filenames import storable_name
from evidence.intake import RECEIVE
from evidence.known import Known
from evidence.manifest import arrivals_from_manifest
from evidence.progress_line import ProgressLine
from evidence.rehearsal import Rehearsal
from evidence.store import vault
from evidence.tally import Tally, Told
from evidence.unpacking.at_once import EVERY_KIND, MESSAGES, Unpacked, unpack_all

_KINDS = {"mail": MESSAGES, "all": EVERY_KIND}


def _named(text: str) -> Path:
    # Path("") would be the current folder: a variable that a script forgot to set would take in all that is there.
    if not text:
        raise ArgumentTypeError(_("An empty path names no file. Write the path, or a dot for this folder."))
    return Path(text)


class Command(BaseCommand):
    """Takes files and folders into a case."""

    help = """Take files and folders (with all that is in them) into a case.

A file is in when its line is printed: killed at any moment, the command loses nothing that it has counted. Run it
again and it goes on: a file is "already here", and not taken in twice, when the same case has a receipt of the same
bytes from the same source under the same path (the path inside the folder that was named, that folder's own name
included; for a single file its name; in a manifest the path as it is written there). The same bytes from another
source, under another path or in another case are a second receipt, with custody of its own.

With --unpack what is inside messages, mailboxes and archives comes in too, once all files are in: each such file
stays whole, and what is taken out of it is an item of its own, which names it. Run again, it goes on with what is
left inside.

Exit code: 0 all files are in, 1 some failed (each is named), 2 bad input, 4 not allowed, 5 unknown case or user,
6 the vault, its key or its disk is not to be had."""

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []
    _line: ProgressLine | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._are_in: list[Arrival] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keeps the help's own lines."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("paths", nargs="*", type=_named, metavar="PATH", help="a file or a folder")
        parser.add_argument(
            "--case", default="", metavar="REF", help="reference of the case, such as DK-1988-01"
        )
        parser.add_argument("--source", default="", metavar="TEXT", help="who or what the files come from")
        parser.add_argument(
            "--collected-at",
            default="",
            metavar="DATE",
            help="when they were made or collected, as known: 1988-07, 1988~, “late Mordad 1367”",
        )
        parser.add_argument(
            "--manifest",
            type=Path,
            metavar="CSV",
            help="a list with the columns path, source, title, how_obtained, collected_at, case, as a spreadsheet "
            "saves it (CSV UTF-8); paths are relative to its folder, empty cells take what is said here, and a path "
            "from two sources is two receipts",
        )
        parser.add_argument(
            "--actor", required=True, metavar="USER", help="sign-in name of who takes them in"
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say of each file what would happen; take nothing in and write nothing",
        )
        parser.add_argument(
            "--unpack",
            choices=["mail", "all"],
            help="take out what is inside: what came with messages and in mailboxes, or “all”, archives included",
        )
        take_confirmations(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check what holds for all files first: nothing is taken in under a wrong case, actor, date or key."""
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        require(actor, RECEIVE)
        if not options["paths"] and not options["manifest"]:
            raise BadIntake(_("Name the files or folders to take in, or a manifest with --manifest."))
        if not options["manifest"] and not options["source"].strip():
            raise BadIntake(_("Say with --source who or what the files come from."))
        if options["case"] or not options["manifest"]:
            find_case(options["case"], actor=actor)
        arrivals = self._arrivals(options)
        if options["dry_run"]:
            tally = Rehearsal(actor=actor, told=self._teller(options)).look_at(arrivals)
        else:
            tally = self._take_in(arrivals, actor, options)
        unpacked = self._to_unpack(tally, options)
        try:
            if unpacked is not None:
                self._unpack(unpacked, actor, options)
        finally:
            # What is in is in, whatever became of looking into it.
            self._report(tally, unpacked, options)
        if not tally.ok or (unpacked is not None and unpacked.failures):
            raise SystemExit(1)

    def _take_in(self, arrivals: Iterator[Arrival], actor: User, options: dict[str, Any]) -> Tally:
        vault()
        if sys.stderr.isatty() and not options["json"]:
            # Counted before: how much is left can be told only of a whole that is known.
            self._line = ProgressLine(sys.stderr, total=sum(1 for _arrival in self._arrivals(options)))
        batch = Batch(
            actor=actor.confirming(options["despite_small_group"]),
            told=self._teller(options),
            lists_items=options["json"],
            became=self._became if options["unpack"] else None,
            progress=self._progress,
        )
        try:
            return batch.take_in(arrivals)
        finally:
            if self._line is not None:
                self._line.clear()

    def _became(self, arrival: Arrival, error: DomainError | None) -> None:
        if error is None:
            self._are_in.append(arrival)

    def _to_unpack(self, tally: Tally, options: dict[str, Any]) -> Unpacked | None:
        """The counts to begin with; None where nobody asked to look into anything or there was no going on."""
        return None if not options["unpack"] or options["dry_run"] or tally.stopped else Unpacked()

    def _unpack(self, counts: Unpacked, actor: User, options: dict[str, Any]) -> None:
        """Look into what is in, now or since an earlier run."""
        items = Known(actor, command="ingest_evidence").items(self._are_in)
        kinds = _KINDS[options["unpack"]]
        by = actor.confirming(options["despite_small_group"])
        unpack_all(items, counts, kinds=kinds, actor=by, told=self._teller(options))

    def _arrivals(self, options: dict[str, Any]) -> Iterator[Arrival]:
        common = {
            "source": storable_name(options["source"]),
            "collected": read_date(options["collected_at"]) if options["collected_at"] else None,
            "case": options["case"],
        }
        listed = arrivals_from_manifest(options["manifest"], **common) if options["manifest"] else []
        return chain(listed, arrivals_from_paths(options["paths"], **common))

    def _teller(self, options: dict[str, Any]) -> Told:
        return self._silent if options["json"] else self._tell

    def _tell(self, what: str, of: str) -> None:
        if self._line is not None:
            self._line.clear()
        self.stdout.write(f"{what}: {of}")

    def _silent(self, what: str, of: str) -> None:
        """With --json there is one object and nothing else."""

    def _progress(self, tally: Tally) -> None:
        if self._line is not None:
            self._line.show(tally.settled, failed=len(tally.failed))

    def _report(self, tally: Tally, unpacked: Unpacked | None, options: dict[str, Any]) -> None:
        if options["json"]:
            told = {"dry_run": options["dry_run"]} | tally.as_json()
            if unpacked is not None:
                told |= {"ok": tally.ok and not unpacked.failures, "unpacked": unpacked.as_json()}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        in_words = "would be taken in" if options["dry_run"] else "taken in"
        self.stdout.write(
            f"{tally.taken_in} {in_words} ({tally.second_receipts} second receipts, {tally.empty} empty), "
            f"{tally.already_here} already here, {len(tally.failed)} failed, {tally.not_tried} not tried"
        )
        if unpacked is not None:
            self.stdout.write(unpacked.in_words())
        if options["dry_run"]:
            inside = " What lies inside files was not looked into." if options["unpack"] else ""
            self.stdout.write(f"Nothing was taken in or written: this was a dry run.{inside}")
        elif tally.not_tried:
            self.stdout.write(
                "What is taken in stays. Put right what is said above and run the same command again."
            )
