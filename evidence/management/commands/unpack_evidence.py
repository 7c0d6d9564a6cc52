"""Lists what is inside items, and takes it out."""

import json
from argparse import ArgumentParser
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count

from accounts.access import require
from accounts.models import User
from accounts.queries import find_actor
from audit.actors import Channel
from audit.errors import DomainError
from cases.small_groups import take_confirmations
from evidence.containers.member import LIMITS, MemberFailed
from evidence.containers.reading import members_of
from evidence.containers.words import ContainerKind, Why
from evidence.models import EvidenceItem, Unpacking
from evidence.queries import find_items
from evidence.stored_objects import open_stored
from evidence.unpacking.asking import TAKE_OUT
from evidence.unpacking.at_once import unpack_now
from evidence.unpacking.queries import Contents, contents_of

# No more are counted, so that a command comes to its end.
_COUNTED = 10_000_000


class Command(BaseCommand):
    """Has the files inside archives, messages and mailboxes become items of their own."""

    help = (
        "List what is inside items (archives, e-mail messages, mailboxes, saved pages) and make each file in them an "
        "item of its own, which names the item that it came from; the items themselves stay whole. With --list nothing "
        "is taken out. Run again it goes on with what is left. Exit code 1 when something could not be taken out."
    )

    # The keys' readers say what is wrong with them, in one sentence and with an exit code for scripts.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("items", nargs="+", metavar="ITEM", help="references, such as E-4KQ7-2M9D")
        parser.add_argument("--actor", required=True, metavar="USER", help="sign-in name of who does it")
        parser.add_argument("--list", action="store_true", help="only list what is inside")
        take_confirmations(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find all items first, then look into one after the other."""
        actor = find_actor(options["actor"], channel=Channel.COMMAND)
        require(actor, TAKE_OUT)
        items = find_items(options["items"], among=EvidenceItem.objects.visible_to(actor))
        actor = actor.confirming(options["despite_small_group"])
        told = [self._unpack(item, actor, only_list=options["list"]) for item in items]
        if options["json"]:
            self.stdout.write(json.dumps({"items": told}, ensure_ascii=False))
        else:
            for one in told:
                self.stdout.write(_line(one))
        if any(one["failed"] or one["error"] for one in told):
            raise SystemExit(1)

    def _unpack(self, item: EvidenceItem, actor: User, *, only_list: bool) -> dict[str, Any]:
        error = ""
        try:
            unpack_now(item, actor=actor, only_list=only_list)
        except DomainError as raised:
            error = str(raised)
        return _told(item, contents_of(item), error)


def _told(item: EvidenceItem, contents: Contents | None, error: str) -> dict[str, Any]:
    if contents is None:
        return {"item": item.reference, "error": error, "failed": 0}
    unpacking = contents.unpacking
    not_listed = 0
    try:
        not_listed = _not_listed(unpacking, contents.total)
    except DomainError as raised:
        error = error or str(raised)
    why = unpacking.why_it_stopped or str(unpacking.get_why_display())
    return {
        "item": item.reference,
        "kind": unpacking.kind,
        "inside": contents.total,
        "taken_out": contents.taken,
        "stay_inside": contents.left,
        "not_taken_out": contents.inside + contents.waiting,
        "failed": contents.failed,
        "reasons": _reasons(unpacking),
        "not_listed": not_listed,
        "error": error or why,
    }


def _reasons(unpacking: Unpacking) -> dict[str, int]:
    """Why what was not taken out was not, each reason with how many have it."""
    rows = unpacking.members.exclude(why="").order_by().values_list("why").annotate(count=Count("pk"))
    return {str(Why(why).label): count for why, count in sorted(rows)}


def _not_listed(unpacking: Unpacking, listed: int) -> int:
    """How many entries there are beyond those that are listed at most; the container is read through for that."""
    if not unpacking.is_cut_short or not unpacking.kind or unpacking.item.disposed_at is not None:
        return 0
    limits = replace(LIMITS, members=_COUNTED)
    counted = 0
    # What ends the reading early is said by itself; these are there at least.
    with suppress(MemberFailed), open_stored(unpacking.item.stored) as file:
        found = members_of(
            file, ContainerKind(unpacking.kind), name=unpacking.item.original_name, limits=limits
        )
        for _member in islice(found, _COUNTED):
            counted += 1
    return max(0, counted - listed)


def _line(one: dict[str, Any]) -> str:
    if "kind" not in one:
        return f"{one['item']}: {one['error']}"
    said = (
        f"{one['item']}: {one['inside']} inside, {one['taken_out']} items of their own, {one['stay_inside']} stay "
        f"inside, {one['failed']} could not be taken out, {one['not_taken_out']} not taken out"
    )
    if one["reasons"]:
        said += " (" + "; ".join(f"{count}: {why}" for why, count in one["reasons"].items()) + ")"
    if one["not_listed"]:
        said += f"; there are {one['not_listed']} more entries than are listed"
    return f"{said}. {one['error']}" if one["error"] else said
