"""The recovery kit: the sheets that open identities once too few custodians are left."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from witnesses.recovery.making import make_kit
from witnesses.recovery.sheets import TONGUES


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

    @sensitive_variables()
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked for."""
        acts: dict[str, Callable[..., None]] = {"make": self._make}
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
