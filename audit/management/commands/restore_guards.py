"""Put missing guards of the append-only tables back."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from audit.actors import Channel, SystemActor
from audit.errors import Answered
from audit.guarding import restore_guards
from audit.structure import database_faults


class Command(BaseCommand):
    help = (
        "Puts back the guards that keep the database from changing the record, and logs that they were missing. "
        "Run verify_audit_log first, and keep a copy of the database as it was. Exit code 1: something is left to be "
        "looked at by hand."
    )
    # The start-up checks are what sends people here.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        restored = restore_guards(actor=SystemActor("restore_guards", Channel.COMMAND))
        for name in restored:
            self.stdout.write(f"put back {name}")
        faults = database_faults(connection)
        if not restored:
            calm = "No guard could be put back" if faults else "Every guard is there"
            self.stdout.write(f"{calm}; nothing was changed.")
        for fault in faults:
            # Never removed by a program: it is a trace of whoever put it there.
            self.stdout.write(f"look at this by hand: {fault.place} {fault.detail}: {fault.sentence}")
        if faults:
            raise Answered(1)
