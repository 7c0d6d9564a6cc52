"""`manage.py stamp_log`: get the time-stamps that are wanted now, or carry requests and answers on a stick."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.actors import Channel, SystemActor
from audit.log import instant
from audit.models import TimeStamp
from audit.outlets import named, outlet
from audit.stamp_state import AuthorityState, StampState, stamp_state
from audit.stamping.flaws import plain
from audit.stamping.offline import read_answers, write_requests
from audit.stamping.rounds import stamp_now

_ACTOR = SystemActor("stamp_log", Channel.COMMAND)


class Command(BaseCommand):
    help = "Get the time-stamps that signed states of the log still lack, and say what waits and why."

    # Keys that are unsafe stop a start; here they must not stand before the answer, nor instead of it.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--state", action="store_true", help="ask nobody; only say how it stands")
        way.add_argument("--write-requests", metavar="DIR", help="write requests to be carried out")
        way.add_argument("--read-responses", metavar="DIR", help="take in the answers carried back")

    def handle(self, *args: Any, **options: Any) -> None:
        done, failed = self._do(options)
        state = stamp_state()
        if options["json"]:
            self.stdout.write(
                json.dumps({"ok": not failed, "done": done, **_as_dict(state)}, ensure_ascii=False)
            )
        else:
            for line in done:
                self.stdout.write(_as_line(line))
            self._say(state)
        if failed:
            raise SystemExit(1)

    def _do(self, options: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        """What was done, a record each, and whether anything that was tried failed."""
        if options["state"]:
            return [], False
        if options["write_requests"] is not None:
            return [
                {"request": str(carried.path), "url": carried.url}
                for carried in write_requests(outlet(options["write_requests"]))
            ], False
        if options["read_responses"] is not None:
            outcomes = [
                _outcome(str(carried.path), carried.stamp, carried.refused, carried.next_step)
                for carried in read_answers(named(options["read_responses"]), actor=_ACTOR)
            ]
        else:
            outcomes = [
                _outcome(outcome.wanted.authority.url, outcome.stamp, outcome.refused)
                for outcome in stamp_now(actor=_ACTOR)
            ]
        return outcomes, any("failure" in outcome for outcome in outcomes)

    def _say(self, state: StampState) -> None:
        if not state.configured:
            self.stdout.write(
                _(
                    "Not stamped: no time-stamp authority is configured. Write a list of authorities into "
                    "stamp_authorities.json in the key folder, or name it in DADKHAH_TSA_FILE, and run this again."
                )
            )
        for authority in state.authorities:
            self.stdout.write(_standing(authority))
        for name in state.unknown:
            self.stdout.write(
                _("The time-stamps of %(name)s cannot be checked: it is configured no more.") % {"name": name}
            )


def _outcome(
    source: str, stamp: TimeStamp | None, refused: Exception | None, next_step: str = ""
) -> dict[str, Any]:
    if stamp is None:
        return {"from": source, "failure": str(refused), "next": next_step}
    return {
        "from": source,
        "authority": stamp.authority,
        "size": stamp.checkpoint.size,
        "generated_at": instant(stamp.generated_at),
        "serial": stamp.serial,
    }


def _as_line(done: dict[str, Any]) -> str:
    if "request" in done:
        return _("Written: %(request)s, to be sent to %(url)s") % done
    if "failure" in done:
        line = _("No time-stamp from %(from)s: %(failure)s") % done
        return f"{line} {done['next']}".rstrip()
    return _("Stamped by %(authority)s at %(generated_at)s: the log of %(size)d entries.") % done


def _standing(authority: AuthorityState) -> str:
    last = _("none yet")
    if authority.last:
        last = _("%(when)s for %(size)d entries") % {
            "when": instant(authority.last.generated_at),
            "size": authority.last.checkpoint.size,
        }
    waiting = ngettext("%(count)d waiting", "%(count)d waiting", authority.waiting) % {
        "count": authority.waiting
    }
    line = _("%(name)s: last time-stamp %(last)s; %(waiting)s.") % {
        "name": authority.name,
        "last": last,
        "waiting": waiting,
    }
    if authority.expired and not authority.retired:
        ended = _("Its certificate has ended, so it is asked no more; add the new one to the list.")
        line = f"{line} {ended}"
    if authority.failure:
        line = f"{line} {authority.failure.sentence} {authority.failure.detail}".rstrip()
    return line


def _as_dict(state: StampState) -> dict[str, Any]:
    return {
        "configured": state.configured,
        "waiting": state.waiting,
        "unknown": state.unknown,
        "authorities": [_authority(authority) for authority in state.authorities],
    }


def _authority(authority: AuthorityState) -> dict[str, Any]:
    last, failure = authority.last, authority.failure
    return {
        "name": authority.name,
        "url": authority.url,
        "qualified": authority.qualified,
        "trusted_list_date": authority.trusted_list_date.isoformat() if authority.trusted_list_date else None,
        "retired": authority.retired,
        "valid_until": instant(authority.valid_until),
        "waiting": authority.waiting,
        "last": _outcome(authority.url, last, None) if last else None,
        "failure": {
            "kind": failure.flaw.value if failure.flaw else "unknown",
            "sentence": plain(failure.sentence, 300) if failure.flaw is None else failure.sentence,
            "detail": failure.detail,
            "tried_at": instant(failure.tried_at),
            "tries": failure.tries,
        }
        if failure
        else None,
    }
