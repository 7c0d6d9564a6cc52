"""The recovery kit: the sheets that open identities once too few custodians are left."""

import getpass
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Channel
from witnesses.models import QuorumPurpose
from witnesses.quorum.queries import find_own_session
from witnesses.recovery.bringing_back import begin_recovery, bring_back, session_of
from witnesses.recovery.carried import EXPORT, REHEARSAL, read_carried, spoken_key
from witnesses.recovery.exporting import export_sealed
from witnesses.recovery.files import read_file, require_outside, write_new
from witnesses.recovery.making import make_kit
from witnesses.recovery.offline import check_sheets, hand_over, lines_of, open_exported
from witnesses.recovery.rehearsing import answer_of, begin_rehearsal, record_rehearsal
from witnesses.recovery.sheets import TONGUES
from witnesses.recovery.typing_in import type_sheets
from witnesses.sealed import SealedText


class Command(BaseCommand):
    help = "Make the recovery kit on an offline machine, rehearse it, and recover identities with it."

    # The offline machine has no database and no keys that could be checked.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        make = acts.add_parser("make", help="offline: make a kit, one PDF for each sheet and one public file")
        make.add_argument("out", type=Path, metavar="FOLDER", help="a folder that is not there yet")
        make.add_argument("--threshold", type=int, default=3, help="how many sheets open (at least 2)")
        make.add_argument(
            "--of", type=int, default=5, dest="shares", help="how many sheets there are (at most 16)"
        )
        make.add_argument("--language", choices=TONGUES, default="fa", help="the language of the sheets")

        test = acts.add_parser("test", help="server: write a test record for a rehearsal")
        test.add_argument("file", type=Path, metavar="FILE")
        rehearse = acts.add_parser(
            "rehearse", help="offline: type the sheets' words; prints the code of the test"
        )
        rehearse.add_argument("file", type=Path, metavar="FILE")
        rehearsed = acts.add_parser("rehearsed", help="server: type in that code; the rehearsal is recorded")
        export = acts.add_parser("export", help="server: write what the kit opens into a file, still sealed")
        export.add_argument("file", type=Path, metavar="FILE")
        export.add_argument("--second", metavar="USER", help="the other person, where no custodian asks")
        ask = acts.add_parser(
            "ask", help="server: ask the custodians of today to take over what the kit opens"
        )
        ask.add_argument("--reason", required=True, help="why; custodians and auditors read it")
        back = acts.add_parser(
            "bring-back", help="server: seal anew what the sheets opened, with the code of `ask`"
        )
        back.add_argument("file", type=Path, metavar="FILE")
        for act in (test, rehearsed, export, ask, back):
            act.add_argument("--actor", required=True, metavar="USER", help="sign-in name of who does this")
        opening = acts.add_parser("open", help="offline: type the sheets' words; opens what was exported")
        opening.add_argument("file", type=Path, metavar="FILE")
        opening.add_argument("--hand-over", type=Path, metavar="FILE", help="write the file for bring-back")
        opening.add_argument("--show", metavar="PSEUDONYM", help="show this witness's identity on the screen")

    @sensitive_variables()
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for."""
        acts: dict[str, Callable[..., None]] = {
            "make": self._make,
            "test": self._test,
            "rehearse": self._rehearse,
            "rehearsed": self._rehearsed,
            "export": self._export,
            "open": self._open,
            "ask": self._ask,
            "bring-back": self._bring_back,
        }
        acts[options["act"]](options)

    @sensitive_variables()
    def _make(self, options: dict[str, Any]) -> None:
        made = make_kit(
            options["out"],
            threshold=options["threshold"],
            shares=options["shares"],
            language=options["language"],
        )
        for path in [*made.sheets, made.public]:
            self.stdout.write(str(path))
        self.stdout.write(
            _(
                "Print each sheet here, delete the files, then destroy what they lay on. Hand the sheets to different "
                "people in different places: %(threshold)d of them open every identity."
            )
            % {"threshold": made.kit.threshold}
        )
        self.stdout.write(
            _("Only %(file)s goes to the server. Compare these words by voice when it is installed:")
            % {"file": made.public.name}
        )
        self.stdout.write(made.kit.spoken)

    def _test(self, options: dict[str, Any]) -> None:
        require_outside(options["file"])
        write_new(options["file"], begin_rehearsal(actor=_actor(options["actor"])))
        self.stdout.write(
            _("Take %(path)s to the offline machine and rehearse there.") % {"path": options["file"]}
        )

    @sensitive_variables()
    def _rehearse(self, options: dict[str, Any]) -> None:
        content = read_file(options["file"])
        read_carried(content, kind=REHEARSAL)
        code = answer_of(content, type_sheets(self.stderr.write))
        self.stdout.write(_("The sheets opened the test record. Type this code in at the server:"))
        self.stdout.write(str(code))

    @sensitive_variables()
    def _rehearsed(self, options: dict[str, Any]) -> None:
        actor = _actor(options["actor"])
        record_rehearsal(_typed_code(), actor=actor)
        self.stdout.write(_("The rehearsal is recorded."))

    def _export(self, options: dict[str, Any]) -> None:
        require_outside(options["file"])
        second = options["second"]
        content = export_sealed(actor=_actor(options["actor"]), second=_actor(second) if second else None)
        write_new(options["file"], content)
        self.stdout.write(
            _("Take %(path)s to the offline machine. Nothing in it is open.") % {"path": options["file"]}
        )

    @sensitive_variables()
    def _open(self, options: dict[str, Any]) -> None:
        content = read_file(options["file"])
        carried = read_carried(content, kind=EXPORT)
        if options["hand_over"]:
            self.stderr.write(_("Compare with the page of the request, by voice, before you type a word:"))
            self.stderr.write(spoken_key(carried.session_key))
        sheets = type_sheets(self.stderr.write)
        if options["hand_over"]:
            write_new(options["hand_over"], hand_over(content, sheets))
            self.stdout.write(_("Take %(path)s back to the server.") % {"path": options["hand_over"]})
        elif options["show"]:
            for opened in open_exported(content, sheets, pseudonym=options["show"]):
                for line in lines_of(opened):
                    self.stdout.write(line)
        else:
            count = check_sheets(content, sheets)
            self.stdout.write(
                ngettext(
                    "The sheets open the %(n)d record of the file.",
                    "The sheets open all %(n)d records of the file.",
                    count,
                )
                % {"n": count}
            )

    @sensitive_variables()
    def _ask(self, options: dict[str, Any]) -> None:
        session, code = begin_recovery(reason=options["reason"], actor=_actor(options["actor"]))
        self.stdout.write(_("The custodians are asked. This code is shown once and stored nowhere:"))
        self.stdout.write(f"{session.reference} {code}")

    @sensitive_variables()
    def _bring_back(self, options: dict[str, Any]) -> None:
        actor, content = _actor(options["actor"]), read_file(options["file"])
        session = find_own_session(session_of(content), purpose=QuorumPurpose.RECOVER, user=actor)
        told = bring_back(session, content, code=_typed_code(), actor=actor)
        self.stdout.write(
            _("Sealed anew: %(done)d. Did not open: %(unreadable)d. Corrected meanwhile: %(newer)d.")
            % {"done": told.done, "unreadable": told.unreadable, "newer": told.newer}
        )


def _actor(username: str) -> User:
    return find_actor(username, channel=Channel.COMMAND)


@sensitive_variables()
def _typed_code() -> SealedText:
    """Without echo, so that no screen and no history keeps it. Empty where nothing is typed in."""
    return SealedText(getpass.getpass(_("Code: ")) if sys.stdin.isatty() else sys.stdin.readline())
