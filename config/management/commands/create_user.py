"""Make an account from the command line: the first administrator, or a script's users."""

import getpass
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from accounts.errors import PasswordUnreadable
from accounts.roles import Role
from accounts.users import create_user
from audit.actors import Channel, SystemActor


class Command(BaseCommand):
    help = "Makes an account that holds one role. Asks for the password, or reads it from a file."

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--full-name", required=True)
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--language", default="en", choices=["en", "fa"])
        parser.add_argument("--password-file", type=Path, help="its first line is the password")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path | None = options["password_file"]
        password = _first_line(source) if source else getpass.getpass("Password: ")
        user = create_user(
            username=options["username"],
            full_name=options["full_name"],
            role=Role(options["role"]),
            password=password,
            language=options["language"],
            actor=SystemActor("set-up", Channel.COMMAND),
        )
        said = {"ok": True, "user": str(user.pk), "role": options["role"]}
        self.stdout.write(json.dumps(said) if options["json"] else f"{user.username} can sign in now.")


def _first_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise PasswordUnreadable(
            _("The password file %(path)s cannot be read. Check the path and its rights.") % {"path": path}
        ) from error
    return lines[0] if lines else ""
