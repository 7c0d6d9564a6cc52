"""Checking the stamps that are kept: each against its pinned authority, its checkpoint, its columns and the log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from audit.actions import Action
from audit.clock import is_near
from audit.errors import AuthoritiesUnusable
from audit.faults import FaultKind
from audit.models import TimeStamp
from audit.signed_rows import Record, records
from audit.stamping.authorities import Authority, load_authorities
from audit.stamping.checking import Asked, GenuineStamp, check_answer
from audit.stamping.flaws import StampRefused
from audit.stamping.keeping import stamp_facts, stamped_text
from audit.stamping.stored_rows import RowUnreadable, stored_stamps
from audit.telling import Telling

Found = tuple[FaultKind, str, str]


def stamp_faults(telling: Telling) -> Iterator[Found]:
    """Yield kind, place and detail of every break among the stored stamps. Writes nothing, asks nobody.

    A row that cannot be read is named and the next one is checked. A stamp of an authority that is no longer configured
    is compared with the log and no more; that is no fault, and `audit.stamp_state` names it.
    """
    logged = _by_key(telling.of(Action.LOG_STAMPED))
    if not logged and not TimeStamp.objects.exists():
        return
    try:
        authorities = {authority.name: authority for authority in load_authorities()}
    except AuthoritiesUnusable as error:
        authorities = {}
        yield FaultKind.STAMPS_UNCHECKED, "stamps", str(error)
    later: dict[_Key, Record] | None = None
    for stamp in stored_stamps():
        if isinstance(stamp, RowUnreadable):
            logged.pop(_Key(stamp.authority, stamp.checkpoint_id), None)
            yield (
                FaultKind.BAD_STAMP,
                f"stamp of {stamp.authority}, checkpoint of size {stamp.size}",
                str(stamp),
            )
            continue
        key = _Key(stamp.authority, str(stamp.checkpoint_id))
        if key not in logged and later is None:
            # A stamp that came in meanwhile has an entry that came with it.
            later = _by_key(records(Action.LOG_STAMPED))
        yield from _faults_of(
            stamp, logged.pop(key, None) or (later or {}).get(key), authorities.get(stamp.authority)
        )
    for key, record in sorted(logged.items(), key=itemgetter(0)):
        place = f"stamp of {key.authority}, checkpoint of size {record.facts.get('size')}"
        yield FaultKind.STAMP_REMOVED, place, ""


@dataclass(frozen=True, slots=True, order=True)
class _Key:
    authority: str
    checkpoint: str


def _faults_of(stamp: TimeStamp, record: Record | None, authority: Authority | None) -> Iterator[Found]:
    place = f"stamp of {stamp.authority}, checkpoint of size {stamp.checkpoint.size}"
    if record is None:
        yield FaultKind.STAMP_INSERTED, place, ""
    elif stamp_facts(stamp, _columns(stamp)) != record.facts:
        yield FaultKind.BAD_STAMP, place, "not as the log recorded it"
    elif not is_near(stamp.received_at.replace(tzinfo=None), record.recorded_at):
        yield FaultKind.BAD_STAMP, place, "received_at"
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


def _by_key(told: Iterable[Record]) -> dict[_Key, Record]:
    """Every stamp that was received by the log's word."""
    return {
        _Key(str(record.facts["authority"]), record.subject_id): record
        for record in told
        if "authority" in record.facts
    }
