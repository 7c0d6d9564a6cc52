"""Watches a folder and takes in what is put there."""

import signal
import threading
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Channel
from audit.errors import DomainError
from cases.access import find_case
from cases.small_groups import take_confirmations
from evidence.arrivals import Arrival, arrivals_in
from evidence.batch import Batch
from evidence.errors import BadIntake
from evidence.filenames import storable_name, visible_name
from evidence.intake import RECEIVE
from evidence.store import vault
from evidence.tally import Tally
from evidence.watching import Watch, check_folder, move_away

_AFTER_A_FAULT_SECONDS = 30.0


class Command(BaseCommand):
    """Takes in each file of a folder once nobody writes to it any more."""

    help = """Watch a folder and take in what is put there, with all that is in its sub-folders.

A file is taken in when it has looked the same for --quiet seconds and no program of this machine has it open for
writing. It stays where it is, unless --move-to names a folder for what is in. What is in is known from the records,
so that the command can be killed and started again at any moment. Links are left out and said. One round's files are
one delivery. When the vault or the database is not to be had, it waits and tries again.

It ends on SIGTERM or Ctrl-C, after what is under way; with --once when nothing waits any more. Exit code: 0, or with
--once 1 when some files failed; 2 bad input, 4 not allowed, 5 unknown case or user."""

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keeps the help's own lines."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to watch")
        parser.add_argument("--case", required=True, metavar="REF", help="reference of the case")
        parser.add_argument("--source", required=True, metavar="TEXT", help="who or what the files come from")
        parser.add_argument("--how-obtained", default="", metavar="TEXT", help="how they come to the folder")
        parser.add_argument(
            "--actor", required=True, metavar="USER", help="sign-in name of who takes them in"
        )
        take_confirmations(parser)
        parser.add_argument("--quiet", type=float, default=10.0, metavar="SECONDS", help="10 unless said")
        parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS", help="2 unless said")
        parser.add_argument("--move-to", type=Path, metavar="DIR", help="where to move what is in")
        parser.add_argument("--once", action="store_true", help="end when nothing waits any more")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check what holds for all files first, then look until told to stop."""
        self._options, self._stop = options, threading.Event()
        if not options["source"].strip():
            raise BadIntake(_("Say with --source who or what the files come from."))
        if options["quiet"] < 0 or options["every"] <= 0:
            raise BadIntake(_("Give --quiet and --every in seconds, more than nothing."))
        check_folder(options["folder"], move_to=options["move_to"])
        self._actor()
        vault()
        self._total = Tally(self._tell)
        self._watch = Watch(quiet=options["quiet"])
        with _ends_on_signals(self._stop):
            self._look_until_told()
        self._report()

    def _look_until_told(self) -> None:
        while not self._stop.is_set():
            if not connection.in_atomic_block:
                # A database that went away between two rounds is asked anew.
                close_old_connections()
            ready = self._watch.ready(self._arrivals())
            went_well = not ready or self._take_in(ready)
            if self._options["once"] and not self._watch.is_waiting():
                return
            self._stop.wait(self._options["every"] if went_well else _AFTER_A_FAULT_SECONDS)

    def _take_in(self, ready: list[Arrival]) -> bool:
        # Asked for each round: whoever left the case or the house takes nothing in from then on.
        actor = self._actor().confirming(self._options["despite_small_group"])
        batch = Batch(actor=actor, told=self._tell, command="watch_folder", became=self._became)
        tally = batch.take_in(takewhile(lambda _arrival: not self._stop.is_set(), ready))
        self._total.add(tally)
        return not tally.not_tried and not tally.stopped

    def _actor(self) -> User:
        actor = find_actor(self._options["actor"], channel=Channel.COMMAND)
        require(actor, RECEIVE)
        find_case(self._options["case"], actor=actor)
        return actor

    def _arrivals(self) -> Iterator[Arrival]:
        return arrivals_in(
            self._options["folder"],
            source=storable_name(self._options["source"]),
            how_obtained=storable_name(self._options["how_obtained"]),
            collected=None,
            case=self._options["case"],
        )

    def _became(self, arrival: Arrival, error: DomainError | None) -> None:
        unchanged = self._watch.is_unchanged(arrival)
        self._watch.settle(arrival, error)
        # A file that was changed since is another one: it stays, and comes in when it is quiet.
        if error is None and unchanged and self._options["move_to"] is not None:
            self._move(arrival.path)

    def _move(self, path: Path) -> None:
        try:
            move_away(path, from_folder=self._options["folder"], to=self._options["move_to"])
        except OSError as error:
            shown = visible_name(storable_name(path.name))
            self._tell("in, but not moved", f"{shown}: {error.strerror}")

    def _tell(self, what: str, of: str) -> None:
        self.stdout.write(f"{what}: {of}")
        self.stdout.flush()

    def _report(self) -> None:
        total = self._total
        self.stdout.write(
            f"{total.taken_in} taken in ({total.second_receipts} second receipts, {total.empty} empty), "
            f"{total.already_here} already here, {len(total.failed)} failed"
        )
        if self._options["once"] and total.failed:
            raise SystemExit(1)


class _ends_on_signals:  # noqa: N801  read as a phrase where it is used
    """While it is entered, SIGTERM and Ctrl-C set the event instead of ending the process in the middle."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        # Only the main thread hears signals; elsewhere whoever started the thread ends it.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, lambda *_heard: self._stop.set())

    def __exit__(self, *_raised: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
