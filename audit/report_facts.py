"""What a report says about a period of the log, read in a fixed number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from audit.actions import Action
from audit.models import Checkpoint, Entry, TimeStamp
from audit.sensitive import LONGEST, Sensitive, sensitive_acts
from audit.verified import BreaksFound, breaks_found

# So many rows of a kind stand in the report, the newest; the count beside them is exact.
LISTED = 40


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` until before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """What was written into `entries.csv`; `differing` of its entries say something else than what was hashed."""

    sha256: str
    entries: int
    differing: int


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The period in numbers and short lists; `sensitive` is None for one too long to look for nights and bursts."""

    period: Period
    checkpoint: Checkpoint
    entries: int
    by_action: Sequence[tuple[str, int]]
    verifications: Sequence[Entry]
    verification_count: int
    breaks: BreaksFound
    checkpoints: Sequence[Checkpoint]
    checkpoint_count: int
    stamps: Sequence[TimeStamp]
    stamp_count: int
    sensitive: Sensitive | None


def report_facts(period: Period, checkpoint: Checkpoint) -> ReportFacts:
    """Return what is to be said about the period, under the checkpoint that was signed for the report."""
    within = {"recorded_at__gte": period.since, "recorded_at__lt": period.until}
    by_action = _by_action(Entry.objects.filter(**within))
    verified = Entry.objects.filter(action=Action.LOG_VERIFIED.value, **within)
    signed = Checkpoint.objects.filter(made_at__gte=period.since, made_at__lt=period.until)
    breaks = breaks_found(period.since, period.until)
    stamped = TimeStamp.objects.filter(generated_at__gte=period.since, generated_at__lt=period.until)
    return ReportFacts(
        period=period,
        checkpoint=checkpoint,
        entries=sum(count for _action, count in by_action),
        by_action=by_action,
        verifications=_with_breaks(verified.order_by("-recorded_at")[:LISTED], breaks),
        verification_count=verified.count(),
        breaks=breaks,
        checkpoints=list(signed.order_by("-made_at")[:LISTED]),
        checkpoint_count=signed.count(),
        stamps=list(stamped.select_related("checkpoint").order_by("-generated_at")[:LISTED]),
        stamp_count=stamped.count(),
        sensitive=sensitive_acts(period.since, period.until)
        if period.until - period.since <= LONGEST
        else None,
    )


def _with_breaks(newest: Iterable[Entry], breaks: BreaksFound) -> list[Entry]:
    """The newest verifications, and those that found breaks though many came after them."""
    broken = [one.entry for one in breaks.newest if one.entry]
    listed = {entry.pk: entry for entry in (*newest, *broken)}
    return sorted(listed.values(), key=lambda entry: entry.recorded_at, reverse=True)


def _by_action(entries: QuerySet[Entry]) -> list[tuple[str, int]]:
    """How often each action was done, in the order of the vocabulary; what a tamperer wrote comes last."""
    found = dict(entries.order_by().values_list("action").annotate(Count("pk")))
    known = [action.value for action in Action if action.value in found]
    return [(action, found[action]) for action in [*known, *sorted(set(found) - set(known))]]
