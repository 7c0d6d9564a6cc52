"""Looks for sealed identities in the texts of a package. They are open for this comparing alone.

Runs in the request of whoever typed the code, step by step: the code is in no message, no session and on no disk.
"""

import json
from collections import deque
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
from witnesses.leaks.looking import Hit, look_with_pauses
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


class Search:
    """A check that is being carried out: what is looked for lies in this object alone until it ends.

    Whoever begins it goes through `steps`, or lets go with `forget`.
    """

    def __init__(self, check: LeakCheck, texts: PackageTexts, *, actor: Actor) -> None:
        self._check, self._texts, self._actor = check, texts, actor
        self._needles = Needles()
        self._places: Places = {}
        self._counts = Counts(0, 0, set())
        self.result: LeakResult | None = None

    def __repr__(self) -> str:
        return "<sealed>"

    @sensitive_variables()
    def take_in(self, identities: OpenedIdentities, excused: set[UUID]) -> None:
        """Take what is looked for; nothing else that was open is needed any more."""
        for number, (row, opened) in enumerate(identities):
            self._needles.add(str(number), opened, own_names=row.witness_id not in excused)
        unopened = len(identities.unopened)
        self._counts = Counts(len(identities.identities) - unopened, unopened, excused)

    @sensitive_variables()
    def steps(self) -> Iterator[float]:
        """Look, a little at each step, and give the share of the texts that is done; at the end there is `result`.

        Raises LookBroken, ObjectAltered or VaultUnavailable. However it ends, nothing is left of what was looked for.
        """
        done = Done(self._texts.object.size)
        try:
            for hit in look_with_pauses(_pieces(self._texts, done), self._needles):
                if hit is None:
                    yield done.share
                else:
                    _note(self._places, hit)
        finally:
            self.forget()
        self.result = _record(self._check, self._texts, self._places, self._counts, actor=self._actor)

    def forget(self) -> None:
        """Let go of everything that is looked for."""
        self._needles.forget()


@dataclass(slots=True)
class Done:
    """How many bytes of the texts were read, of how many."""

    size: int
    read: int = 0

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.read / self.size) if self.size else 1.0


@sensitive_variables()
def begin_search(check: LeakCheck, *, code: str, actor: Actor) -> Search:
    """Spend an approved check and open what it covers; the search goes on in steps, in this process alone.

    Killed midway, the session is spent and nothing is left: ask again. Raises NotPermitted, NotAMember, what
    `opened_identities` raises, ObjectMissing, ObjectAltered or VaultUnavailable.
    """
    dossier = check.dossier
    require_member(dossier.case, require(actor, COMPILE))
    texts = PackageTexts.objects.select_related("object").get(dossier=dossier)
    excused, search = excused_in(dossier, sought_in(dossier)), Search(check, texts, actor=actor)
    # What is missing or damaged shows before anything is opened or spent.
    open_stored(texts.object).close()
    try:
        with opened_identities(check.session, code=code, actor=actor) as identities:
            search.take_in(identities, excused)
    except BaseException:
        search.forget()
        raise
    return search


@sensitive_variables()
def look_through(check: LeakCheck, *, code: str, actor: Actor) -> LeakResult:
    """Carry out an approved check at once; gives its result. Raises what `begin_search` and its steps raise."""
    search = begin_search(check, code=code, actor=actor)
    deque(search.steps(), maxlen=0)
    assert search.result is not None  # noqa: S101  its steps came to their end
    return search.result


def _note(places: Places, hit: Hit) -> None:
    key = (hit.place.path, hit.place.part)
    surety = hit.surety.value
    if key not in places or _RANK[surety] < _RANK[places[key]]:
        places[key] = surety


def _pieces(texts: PackageTexts, done: Done) -> Iterator[Piece]:
    """One after the other, as they were gathered and never large; none is kept."""
    with open_stored(texts.object) as content:
        for line in _lines(content):
            done.read += len(line) + 1
            path, part, text = json.loads(line)
            for start in range(0, len(text), _PIECE):
                yield Piece(Place(path, part), text[start : start + _PIECE])


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
