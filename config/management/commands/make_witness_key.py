"""`manage.py make_witness_key [--name NAME]`: make the keys with which this house cosigns the logs of others."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from audit.witness_keys import WITNESSES_FILE, create_witness_keys


class Command(BaseCommand):
    help = "Makes the keys with which this house, as a witness, cosigns other logs. Never replaces them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", help="the witness's name (default: the log's origin and /witness)")

    def handle(self, *args: Any, **options: Any) -> None:
        for key in create_witness_keys(options["name"] or f"{settings.DADKHAH_LOG_ORIGIN}/witness"):
            self.stdout.write(key.line)
        self.stderr.write(
            _(
                "Give these lines, by a way that you both trust, to those whose logs you witness: "
                "they belong into their %(name)s."
            )
            % {"name": WITNESSES_FILE}
        )
