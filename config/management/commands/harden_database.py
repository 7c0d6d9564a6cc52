"""Give the application a database role without ownership."""

import os
import secrets
import stat
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from audit.actors import Channel, SystemActor
from config.hardening import BadRole, harden


class Command(BaseCommand):
    help = (
        "Makes on PostgreSQL a role for the site that owns nothing and cannot lift the guards of the record. "
        "Run it as the owner, once, and again after every migrate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", default="dadkhah_app", help="the role's name (default: dadkhah_app)")
        parser.add_argument(
            "--password-file",
            type=Path,
            help="holds the role's password, mode 0600; is made with a random one where it is missing. "
            "Without it the password is left as it is (a new role then needs peer or certificate login).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["password_file"]
        password = _password(path) if path else None
        done = harden(
            options["role"], password=password, actor=SystemActor("harden_database", Channel.COMMAND)
        )
        self.stdout.write(
            f"{done.role} can read and add to {done.append_only} tables of the record and use {done.tables} in all; "
            "it owns nothing."
        )
        at = connection.settings_dict
        secret = f":PASSWORD ({path})" if path else ""
        where = f"{at['HOST'] or 'localhost'}:{at['PORT'] or 5432}/{at['NAME']}"
        self.stdout.write(f"The site's DATABASE_URL becomes postgres://{done.role}{secret}@{where}")
        self.stdout.write("Keep the owner's for `migrate`, and run this again after every migrate.")


def _password(path: Path) -> str:
    """The password in the file, or a new random one that is written to it first. Raises BadRole for an unsafe file."""
    try:
        return _read_or_made(path)
    except (OSError, UnicodeDecodeError) as error:
        raise BadRole(
            _("%(path)s cannot be used as the file of the password: %(reason)s.")
            % {"path": path, "reason": getattr(error, "strerror", None) or _("it is no text")}
        ) from error


def _read_or_made(path: Path) -> str:
    if not path.exists():
        password = secrets.token_urlsafe(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password + "\n")
        return password
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadRole(_("Others can read the password file. Run: chmod 600 %(path)s") % {"path": path})
    password = path.read_text(encoding="utf-8").strip()
    if not password:
        raise BadRole(_("The password file is empty. Remove it, and a random password is made."))
    return password
