"""Serve the workspace."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.serving import Server, checked_bind


class Command(BaseCommand):
    help = "Serves the workspace. Without REDIS_URL this one process also works off the tasks."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bind", default="127.0.0.1:8000", help="address and port (default: 127.0.0.1:8000)"
        )
        parser.add_argument(
            "--workers", type=int, default=2, help="processes, when tasks run elsewhere (default: 2)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bind = checked_bind(options["bind"])
        # Tasks in memory can be seen only by the process that queued them: so one process.
        workers = 1 if settings.DADKHAH_EMBEDDED_WORKER else options["workers"]
        self.stdout.write(f"The workspace is at http://{bind}/ (end it with Ctrl-C)")
        self.stdout.flush()
        Server(bind=bind, workers=workers).run()
