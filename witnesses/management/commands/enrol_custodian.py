"""Enrols a custodian at the machine itself, so that no browser and no network ever see the passphrase."""

import getpass
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.queries import find_actor
from audit.actors import Channel
from witnesses.admission import spoken
from witnesses.enrolling import enrol_custodian
from witnesses.errors import PassphraseUnreadable
from witnesses.queries import waiting_key
from witnesses.sealed import SealedText


class Command(BaseCommand):
    help = "Enrol a custodian: make their key pair, wrapped by a passphrase that they type and nobody stores."

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="sign-in name of the custodian, who types the passphrase")
        parser.add_argument(
            "--passphrase-file", type=Path, help="read the passphrase from this file's first line"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    @sensitive_variables()
    def handle(self, *args: Any, **options: Any) -> None:
        user = find_actor(options["user"], channel=Channel.COMMAND)
        path = options["passphrase_file"]
        passphrase = _from_file(path) if path else _from_prompt()
        custodian = enrol_custodian(user, passphrase=passphrase, actor=user)
        waits = waiting_key(user)
        if options["json"]:
            said = {"ok": True, "custodian": str(custodian.pk), "user": user.username}
            self.stdout.write(json.dumps({**said, "waits": waits is not None}))
        elif waits:
            self.stdout.write(
                _(
                    "The key of %(user)s is made and waits until the custodians let it in. "
                    "Read these words to them by voice: %(words)s"
                )
                % {"user": user.username, "words": spoken(waits)}
            )
        else:
            self.stdout.write(
                _("%(user)s is enrolled. The passphrase is stored nowhere: if it is lost, so is the share.")
                % {"user": user.username}
            )


@sensitive_variables()
def _from_prompt() -> SealedText:
    passphrase = SealedText(getpass.getpass(_("Passphrase: ")))
    if passphrase != getpass.getpass(_("The same again: ")):
        raise PassphraseUnreadable(_("The two passphrases differ. Nothing was saved; start again."))
    return passphrase


@sensitive_variables()
def _from_file(path: Path) -> SealedText:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise PassphraseUnreadable(
            _("The passphrase file %(path)s cannot be read. Check the path and its rights.") % {"path": path}
        ) from error
    return SealedText(lines[0] if lines else "")
