"""Checking the stamps that are kept: each against its pinned authority, its checkpoint, its columns and the log."""

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
from audit.stamping.keeping import logged_facts, stamp_facts, stamped_text

Found = tuple[FaultKind, str, str]


def stamp_faults() -> Iterator[Found]:
    """Yield kind, place and detail of every break among the stored stamps. Writes nothing, asks nobody.

    A stamp of an authority that is no longer configured is compared with the log and no more; that is no fault, and
    `audit.stamp_state` names it.
    """
    try:
        yield from _all_faults()
    except (ValueError, TypeError, AttributeError) as error:
        # What is no time ends Django's own reading of a row (SQLite holds any text), and must not end the verification.
        yield FaultKind.BAD_STAMP, "stamps", f"a row cannot be read: {error}"


def _all_faults() -> Iterator[Found]:
    logged = _logged()
    if not logged and not TimeStamp.objects.exists():
        return
    try:
        authorities = {authority.name: authority for authority in load_authorities()}
    except AuthoritiesUnusable as error:
        authorities = {}
        yield FaultKind.STAMPS_UNCHECKED, "stamps", str(error)
    stamps = TimeStamp.objects.select_related("checkpoint").order_by("checkpoint__size", "authority")
    for stamp in stamps.iterator():
        key = _Key(stamp.authority, str(stamp.checkpoint_id))
        # A stamp that came in meanwhile has an entry that came with it.
        facts = logged.pop(key, None) or _logged(subject_id=key.checkpoint).get(key)
        yield from _faults_of(stamp, facts, authorities.get(stamp.authority))
    for key, facts in sorted(logged.items()):
        place = f"stamp of {key.authority}, checkpoint of size {facts.get('size')}"
        yield FaultKind.STAMP_REMOVED, place, ""


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


def _logged(**narrowed: str) -> dict[_Key, dict[str, Any]]:
    """The facts of every stamp that was received by the log's word, or of those about one checkpoint."""
    entries = Entry.objects.filter(
        action=Action.LOG_STAMPED.value, subject_kind=Checkpoint._meta.label_lower, **narrowed
    )
    found = (
        (entry.subject_id, logged_facts(entry)) for entry in entries.order_by("recorded_at", "id").iterator()
    )
    return {_Key(str(facts["authority"]), subject): facts for subject, facts in found if "authority" in facts}
