"""`manage.py ask_erasure ITEM`: a lawyer asks that words of an item's record be erased; an auditor decides."""

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
from cases.small_groups import take_confirmations
from config.erasing import ERASE
from config.erasure_records import ItemRecord, records_of
from config.erasure_requests import ask_for_erasure, find_own, waiting_of, withdraw_erasure
from evidence.models import ErasureRequest, EvidenceItem
from evidence.queries import find_items
from evidence.reading import open_page


class Command(BaseCommand):
    """Asks for an erasure, lists what can be erased, or takes a request back."""

    help = """Ask that words of one record of an item be erased. An auditor decides, on a page or with decide_erasure.

Without a record it lists the item's records of which words can be erased: their kinds, ids and the names of the values,
never the words. In the log before it is printed. --withdraw takes a request of one's own back."""

    # Keys that are unsafe stop a start; here they must not hide the answer behind Django's own exit code.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("item", metavar="ITEM", help="the item's reference or id")
        parser.add_argument("kind", nargs="?", metavar="KIND", help="the kind of the record, as it is listed")
        parser.add_argument("id", nargs="?", type=uuid.UUID, metavar="ID", help="the record's id")
        parser.add_argument(
            "--field",
            action="append",
            default=[],
            metavar="NAME",
            help="a value; may be said again; all if none",
        )
        parser.add_argument("--withdraw", type=uuid.UUID, metavar="REQUEST", help="take this request back")
        parser.add_argument(
            "--reason", default="", help="why; the auditor reads it. It may hold no word that is to go"
        )
        parser.add_argument(
            "--actor", required=True, metavar="USER", help="a lawyer, member of every case of the item"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        take_confirmations(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """List, ask or take back."""
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        user = require(actor, ERASE).confirming(options["despite_small_group"])
        (item,) = find_items([options["item"]], among=EvidenceItem.objects.visible_to(user))
        if options["withdraw"] is not None:
            asked = find_own(options["withdraw"], item=item, user=user)
            withdraw_erasure(asked, reason=options["reason"], actor=user)
            self._say(_("The request is taken back. The words stay."), {"request": str(asked.pk)}, options)
        elif options["kind"] is None:
            self._list(item, user, options)
        else:
            asked = self._asked(item, user, options)
            said = _("It is asked for under %(request)s. An auditor decides.") % {"request": asked.pk}
            self._say(said, {"request": str(asked.pk), "names": asked.value_names}, options)

    def _asked(self, item: EvidenceItem, user: User, options: dict[str, Any]) -> ErasureRequest:
        kind, key = options["kind"], options["id"]
        if key is None:
            raise BadInput(
                _("Name the record by its kind and its id, as the command lists them without either.")
            )
        names = options["field"]
        if not names:
            found = next(
                (one for one in records_of(item, user=user) if (one.kind, one.key) == (kind, key)), None
            )
            # Where there is none, asking says so.
            names = [said.name for said in found.said] if found else []
        return ask_for_erasure(item, kind, key, names=names, reason=options["reason"], actor=user)

    def _list(self, item: EvidenceItem, user: User, options: dict[str, Any]) -> None:
        open_page(item, actor=user)
        asked = {one.record: str(one.pk) for one in waiting_of(item, user=user)}
        records = [_listed(one, asked.get(one.key)) for one in records_of(item, user=user)]
        if options["json"]:
            self._say("", {"item": item.reference, "records": records}, options)
            return
        for one in records:
            waits = f"  ({_('asked for already')}: {one['request']})" if one["request"] else ""
            self.stdout.write(f"{one['kind']} {one['id']}  {one['called']}: {', '.join(one['names'])}{waits}")

    def _say(self, sentence: str, facts: dict[str, Any], options: dict[str, Any]) -> None:
        self.stdout.write(
            json.dumps({"ok": True, **facts}, ensure_ascii=False) if options["json"] else sentence
        )


def _listed(record: ItemRecord, request: str | None) -> dict[str, Any]:
    names = [said.name for said in record.said]
    return {
        "kind": record.kind,
        "id": str(record.key),
        "called": record.called,
        "names": names,
        "request": request,
    }
