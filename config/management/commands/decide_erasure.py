"""`manage.py decide_erasure REQUEST`: an auditor decides on a lawyer's request that words of a record be erased."""

import json
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Channel
from audit.errors import BadInput
from audit.log import instant
from audit.verification import verify_log
from cases.small_groups import take_confirmations
from config.erasing import APPROVE
from config.erasure_records import called
from config.erasure_requests import approve_erasure, find_request, refuse_erasure, waiting
from config.erasure_telling import as_json, in_words
from evidence.models import ErasureRequest


class Command(BaseCommand):
    """Lists the requests that wait, and decides on one."""

    help = """Decide, as the second person, on a request that words of an item's record be erased.

Without a request it lists those that wait: which words are meant, by their names, and why; never the words. --erase
erases them for ever, prints the salt of the reason once and verifies the log; --keep leaves them, with a reason."""

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("request", nargs="?", type=uuid.UUID, metavar="REQUEST", help="the request's id")
        decision = parser.add_mutually_exclusive_group()
        decision.add_argument("--erase", action="store_true", help="erase the words, for ever")
        decision.add_argument("--keep", action="store_true", help="the words stay")
        parser.add_argument("--reason", default="", help="why the words stay; whoever asked reads it")
        parser.add_argument("--actor", required=True, metavar="USER", help="an auditor")
        parser.add_argument("--yes", action="store_true", help="do not ask for a typed confirmation")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        take_confirmations(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """List or decide."""
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        user = require(actor, APPROVE).confirming(options["despite_small_group"])
        if options["request"] is None:
            self._list(options)
            return
        asked = find_request(options["request"])
        if options["erase"]:
            self._erase(asked, user, options)
        elif options["keep"]:
            refuse_erasure(asked, reason=options["reason"], actor=user)
            answer = {"ok": True, "request": str(asked.pk), "erased": []}
            said = _("The words stay. Whoever asked can see why.")
            self.stdout.write(json.dumps(answer) if options["json"] else said)
        else:
            raise BadInput(_("Say --erase or --keep."))

    def _erase(self, asked: ErasureRequest, user: User, options: dict[str, Any]) -> None:
        if not options["yes"]:
            _confirm(asked)
        receipt = approve_erasure(asked, actor=user)
        report = verify_log()
        if options["json"]:
            self.stdout.write(
                json.dumps(as_json(receipt, report) | {"request": str(asked.pk)}, ensure_ascii=False)
            )
        else:
            for line in in_words(receipt, report):
                self.stdout.write(line)
        if not report.ok:
            raise SystemExit(1)

    def _list(self, options: dict[str, Any]) -> None:
        found = [_told(one) for one in waiting()]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": True, "waiting": found}, ensure_ascii=False))
            return
        for one in found:
            self.stdout.write(f"{one['request']}  {one['item']}  {one['called']}: {', '.join(one['names'])}")
            self.stdout.write(f"    {one['asked_by']} {one['asked_at']}: {one['reason']}")
        if not found:
            self.stdout.write(_("No erasure waits for a decision."))


def _told(asked: ErasureRequest) -> dict[str, Any]:
    return {
        "request": str(asked.pk),
        "item": asked.item.reference,
        "kind": asked.kind,
        "record": str(asked.record),
        "called": called(asked.item, asked.kind, asked.record),
        "names": asked.value_names,
        "asked_by": asked.asked_by.full_name,
        "asked_at": instant(asked.asked_at),
        "reason": str(asked.reason),
    }


def _confirm(asked: ErasureRequest) -> None:
    known = asked.item.reference
    typed = input(_("What is erased cannot be brought back. Type “%(kind)s” to go on: ") % {"kind": known})
    if typed.strip().upper() != known:
        raise BadInput(_("Nothing was erased: what was typed is not the reference of the item."))
