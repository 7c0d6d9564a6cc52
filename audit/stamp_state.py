"""How the log stands with trusted time, for pages and commands: last stamps, what waits, what failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from audit.models import TimeStamp
from audit.stamping.authorities import Authority, load_authorities
from audit.stamping.flaws import Flaw, read_note
from audit.stamping.waiting import Wanted, rests_until, wanted_stamps


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the last try was in vain. `detail` is what was seen, in no language; `tries` are those for one checkpoint."""

    flaw: Flaw | None
    detail: str
    tried_at: datetime
    tries: int

    @property
    def sentence(self) -> str:
        """The reason in the reader's language; the kept words where the reason is unknown."""
        return str(self.flaw.sentence) if self.flaw else self.detail


@dataclass(frozen=True, slots=True)
class AuthorityState:
    """One authority. `waiting` counts checkpoints without its stamp; `next_try_at` is None where it need not rest."""

    name: str
    url: str
    qualified: bool
    trusted_list_date: date | None
    retired: bool
    valid_until: datetime
    last: TimeStamp | None
    waiting: int
    next_try_at: datetime | None
    failure: Failure | None

    @property
    def expired(self) -> bool:
        """Whether its pinned certificates have ended, so that no new stamp of it can be taken."""
        return self.valid_until < timezone.now()


@dataclass(frozen=True, slots=True)
class StampState:
    """All of it. `configured` is false where no authority is asked: then nothing is stamped and nothing waits.

    `unknown` names authorities that stamped this log and are configured no more; their stamps cannot be checked.
    """

    authorities: list[AuthorityState]
    unknown: list[str]

    @property
    def configured(self) -> bool:
        return any(not authority.retired for authority in self.authorities)

    @property
    def waiting(self) -> int:
        return sum(authority.waiting for authority in self.authorities)

    @property
    def last(self) -> TimeStamp | None:
        """The stamp that covers most; of those the newest by the authorities' own time."""
        stamps = [authority.last for authority in self.authorities if authority.last]
        return max(stamps, key=_reach, default=None)


def stamp_state() -> StampState:
    """Read the state from the rows, in a fixed number of queries for each authority. Raises AuthoritiesUnusable."""
    authorities = load_authorities()
    known = {authority.name for authority in authorities}
    stamped = TimeStamp.objects.order_by("authority").values_list("authority", flat=True).distinct()
    return StampState(
        authorities=[_state_of(authority) for authority in authorities],
        unknown=[name for name in stamped if name not in known],
    )


def _state_of(authority: Authority) -> AuthorityState:
    waiting = [] if authority.retired else wanted_stamps(authority)
    stamps = TimeStamp.objects.filter(authority=authority.name).select_related("checkpoint")
    return AuthorityState(
        name=authority.name,
        url=authority.url,
        qualified=authority.qualified,
        trusted_list_date=authority.trusted_list_date,
        retired=authority.retired,
        valid_until=authority.valid_until,
        last=stamps.order_by("-checkpoint__size", "-generated_at").first(),
        waiting=len(waiting),
        next_try_at=rests_until(authority) if waiting else None,
        failure=_last_failure(waiting),
    )


def _reach(stamp: TimeStamp) -> tuple[int, datetime]:
    return stamp.checkpoint.size, stamp.generated_at


def _last_failure(waiting: Sequence[Wanted]) -> Failure | None:
    """The latest try in vain for a checkpoint that still waits; a stamp that comes in clears it."""
    failed = [wanted.attempt for wanted in waiting if wanted.attempt and wanted.attempt.failure]
    if not failed:
        return None
    attempt = max(failed, key=lambda attempt: attempt.tried_at)
    flaw, detail = read_note(attempt.failure)
    return Failure(flaw, detail, attempt.tried_at, attempt.tries)
