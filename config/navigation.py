"""The rooms that a role may enter, for the rail of every page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the rail: who may enter, where it leads, and how the addresses begin that belong to it."""

    label: Promise
    view: str
    permission: str | None
    prefixes: tuple[str, ...]


ROOMS = (
    Room(_("Desk"), "desk", None, ("/",)),
    Room(_("Cases"), "cases:list", "cases.work_on_cases", ("/cases/", "/dossiers/", "/witnesses/")),
    Room(_("Evidence"), "evidence:list", "evidence.view_evidence", ("/evidence/",)),
    Room(_("Take in"), "evidence:upload", "evidence.receive_evidence", ("/evidence/upload/",)),
    Room(_("Deliveries"), "evidence:deliveries", "evidence.receive_evidence", ("/deliveries/",)),
    Room(_("Identity requests"), "witnesses:decisions", "witnesses.decide_opening", ("/witnesses/",)),
    Room(
        _("Alarms"),
        "witnesses:alarms",
        "witnesses.heed_alarms",
        ("/witnesses/alarms/", "/witnesses/emergencies/"),
    ),
    Room(
        _("Custodians"),
        "witnesses:custodians",
        "witnesses.review_custodians",
        ("/witnesses/custodians/", "/witnesses/quorum/"),
    ),
    Room(_("The log"), "audit:state", "audit.review_log", ("/log/",)),
    Room(_("Log entries"), "audit:entries", "audit.review_log", ("/log/entries/",)),
    Room(_("Custody review"), "evidence:custody_review", "evidence.review_custody", ("/custody/",)),
    Room(_("Users"), "accounts:users", "accounts.manage_users", ("/users/",)),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs: the rail, and the organisation whose house this is."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "rail": _rail(request) if signed_in else [],
        "organisation": settings.DADKHAH_ORGANISATION,
        "languages": settings.LANGUAGES,
    }


def _rail(request: HttpRequest) -> list[dict[str, Any]]:
    open_rooms = [room for room in ROOMS if room.permission is None or request.user.has_perm(room.permission)]
    here = _room_of(request.path, open_rooms)
    return [
        {"label": room.label, "href": reverse(room.view), "active": room is here, "count": None}
        for room in open_rooms
    ]


def _room_of(path: str, rooms: list[Room]) -> Room | None:
    """The room with the longest prefix that fits the address; the desk only for its own address."""
    fitting = [
        (len(prefix), room)
        for room in rooms
        for prefix in room.prefixes
        if path == prefix or (prefix != "/" and path.startswith(prefix))
    ]
    return max(fitting, key=lambda found: found[0], default=(0, None))[1]
