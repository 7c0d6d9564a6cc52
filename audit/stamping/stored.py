"""Checking the stamps that are kept: each against its pinned authority, its checkpoint, its columns and the log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audit.actions import Action
from audit.errors import AuthoritiesUnusable
from audit.faults import FaultKind
from audit.models import Checkpoint, Entry, TimeStamp
from audit.stamping.authorities import Authority, load_authorities
from audit.stamping.checking import Asked, GenuineStamp, check_answer
from audit.stamping.flaws import StampRefused
from audit.stamping.keeping import stamp_facts, stamped_text

Found = tuple[FaultKind, str, str]


def stamp_faults() -> Iterator[Found]:
    """Yield kind, place and detail of every break among the stored stamps. Writes nothing, asks nobody.

    A stamp of an authority that is no longer configured is compared with the log and no more; that is no fault, and
    `audit.stamp_state` names it.
    """
    if not TimeStamp.objects.exists() and not _entries().exists():
        return
    try:
        authorities = {authority.name: authority for authority in load_authorities()}
    except AuthoritiesUnusable as error:
        authorities = {}
        yield FaultKind.STAMPS_UNCHECKED, "stamps", str(error)
    logged = _logged()
    for stamp in (
        TimeStamp.objects.select_related("checkpoint").order_by("checkpoint__size", "authority").iterator()
    ):
        facts = logged.pop(_key(stamp), None)
        yield from _faults_of(stamp, facts, authorities.get(stamp.authority))
    for place, facts in sorted(logged.items()):
        yield (
            FaultKind.STAMP_REMOVED,
            f"stamp of {place.authority}",
            f"checkpoint of size {facts.get('size')}",
        )


@dataclass(frozen=True, slots=True, order=True)
class _Key:
    authority: str
    checkpoint: str


def _faults_of(
    stamp: TimeStamp, facts: dict[str, Any] | None, authority: Authority | None
) -> Iterator[Found]:
    place = f"stamp of {stamp.authority}, checkpoint of size {stamp.checkpoint.size}"
    if facts is None:
        yield FaultKind.STAMP_INSERTED, place, ""
    elif stamp_facts(stamp, _columns(stamp)) != facts:
        yield FaultKind.BAD_STAMP, place, "not as the log recorded it"
    if authority is None:
        return
    asked = Asked(
        stamped_text(stamp.checkpoint),
        bytes(stamp.request),
        not_before=stamp.checkpoint.made_at,
        not_after=stamp.received_at,
    )
    try:
        genuine = check_answer(bytes(stamp.response), asked=asked, authority=authority)
    except StampRefused as refused:
        yield FaultKind.BAD_STAMP, place, str(refused)
        return
    if genuine != _columns(stamp):
        yield FaultKind.BAD_STAMP, place, "a column says something else than the token"


def _columns(stamp: TimeStamp) -> GenuineStamp:
    return GenuineStamp(stamp.generated_at, stamp.algorithm, stamp.serial, stamp.policy)


def _key(stamp: TimeStamp) -> _Key:
    return _Key(stamp.authority, str(stamp.checkpoint_id))


def _entries() -> Any:
    return Entry.objects.filter(
        action=Action.LOG_STAMPED.value, subject_kind=Checkpoint._meta.label_lower
    ).order_by("recorded_at", "id")


def _logged() -> dict[_Key, dict[str, Any]]:
    """The facts of every stamp that was received by the log's word; unreadable entries are named by their own check."""
    found: dict[_Key, dict[str, Any]] = {}
    for entry in _entries().iterator():
        try:
            facts = json.loads(bytes(entry.body))["facts"]
            found[_Key(str(facts["authority"]), entry.subject_id)] = facts
        except (ValueError, TypeError, KeyError):
            continue
    return found
