"""Looks for sealed identities in the texts of a package. They are open for this comparing alone.

Runs in the request of whoever typed the code: the code is in no message, no session and on no disk.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.sequencing import sequence_pending
from cases.access import require_member
from dossiers.leaks.standing import excused_in, sought_in
from dossiers.models import (
    LeakCheck,
    LeakExcused,
    LeakFinding,
    LeakResult,
    PackageTexts,
    Surety,
)
from dossiers.requests import COMPILE
from evidence.stored_objects import open_stored
from witnesses.leaks.looking import look
from witnesses.leaks.needles import Needles
from witnesses.leaks.texts import Piece, Place
from witnesses.quorum.opened import OpenedIdentities, opened_identities

_BATCH = 400
_PIECE = 256 * 1024
_RANK = {surety: rank for rank, surety in enumerate(Surety.values)}
# Where something was found, and how sure.
Places = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Who was looked for: how many identities, how many could not be opened, and whose names were left out."""

    looked_for: int
    unopened: int
    excused: set[UUID]


@sensitive_variables()
def look_through(check: LeakCheck, *, code: str, actor: Actor) -> LeakResult:
    """Carry out an approved check, once; gives its result.

    Killed midway, the session is spent and nothing is left: ask again. Raises NotPermitted, NotAMember, what
    `opened_identities` raises, ObjectMissing, ObjectAltered or VaultUnavailable.
    """
    dossier = check.dossier
    require_member(dossier.case, require(actor, COMPILE))
    texts = PackageTexts.objects.select_related("object").get(dossier=dossier)
    excused, needles = excused_in(dossier, sought_in(dossier)), Needles()
    # What is missing or damaged shows before anything is opened or spent.
    open_stored(texts.object).close()
    try:
        with opened_identities(check.session, code=code, actor=actor) as identities:
            _take_in(identities, needles, excused)
            places = _places(_pieces(texts), needles)
            looked, unopened = len(identities.identities), len(identities.unopened)
    finally:
        needles.forget()
    return _record(check, texts, places, Counts(looked - unopened, unopened, excused), actor=actor)


@sensitive_variables()
def _take_in(identities: OpenedIdentities, needles: Needles, excused: set[UUID]) -> None:
    for number, (row, opened) in enumerate(identities):
        needles.add(str(number), opened, own_names=row.witness_id not in excused)


@sensitive_variables()
def _places(pieces: Iterator[Piece], needles: Needles) -> Places:
    found: Places = {}
    for hit in look(pieces, needles):
        key = (hit.place.path, hit.place.part)
        surety = hit.surety.value
        if key not in found or _RANK[surety] < _RANK[found[key]]:
            found[key] = surety
    return found


def _pieces(texts: PackageTexts) -> Iterator[Piece]:
    """One after the other, as they were gathered; none is kept."""
    with open_stored(texts.object) as content:
        for line in _lines(content):
            path, part, text = json.loads(line)
            yield Piece(Place(path, part), text)


def _lines(content: BinaryIO) -> Iterator[bytes]:
    begun: list[bytes] = []
    while piece := content.read(_PIECE):
        first, *others = piece.split(b"\n")
        begun.append(first)
        for line in others:
            yield b"".join(begun)
            begun = [line]


def _record(
    check: LeakCheck, texts: PackageTexts, places: Places, counts: Counts, *, actor: Actor
) -> LeakResult:
    with transaction.atomic():
        result = LeakResult.objects.create(
            check_of=check,
            files=texts.files,
            unread=texts.unread.count(),
            identities=counts.looked_for,
            unopened=counts.unopened,
            excused=len(counts.excused),
        )
        LeakExcused.objects.bulk_create(
            LeakExcused(result=result, witness_id=one) for one in sorted(counts.excused)
        )
        LeakFinding.objects.bulk_create(
            (
                LeakFinding(result=result, path=path, part=part, surety=surety)
                for (path, part), surety in sorted(places.items())
            ),
            batch_size=_BATCH,
        )
        log.append(
            Action.LEAK_CHECKED,
            subject=check,
            actor=actor,
            facts=_facts(result, places),
            case_id=check.dossier.case_id,
        )
    sequence_pending(wait=True)
    return result


def _facts(result: LeakResult, places: Places) -> dict[str, Json]:
    found: dict[str, Json] = {
        surety: sum(one == surety for one in places.values()) for surety in Surety.values
    }
    return {
        "dossier": str(result.check_of.dossier_id),
        "files": result.files,
        "unread": result.unread,
        "identities": result.identities,
        "unopened": result.unopened,
        "excused": result.excused,
        **found,
    }
