"""How far a verification is and what it found, in the words of its page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.digits import in_digits
from audit.fault_words import in_words
from audit.faults import Compared, FaultKind, shown
from audit.models import VerificationRun
from audit.outside_words import aside_sentences, compared_sentences
from audit.runs import FAILED, STOPPED

_SENTENCES = {kind.value: kind for kind in FaultKind}
# A rate measured over less than this says nothing.
_SETTLED_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How fast the run goes and how long it will still take, in seconds; None while neither can be told."""

    rate: int | None = None
    left: int | None = None

    @property
    def words(self) -> str:
        """Rate and time left as a reader says them."""
        if self.rate is None or self.left is None:
            return ""
        minutes, seconds = divmod(self.left, 60)
        shown = ngettext("%(n)d entry a second", "%(n)d entries a second", self.rate) % {"n": self.rate}
        left = (
            ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes + 1) % {"n": minutes + 1}
            if minutes
            else ngettext("about %(n)d second left", "about %(n)d seconds left", seconds) % {"n": seconds}
        )
        return f"{shown} · {left}"


@dataclass(frozen=True, slots=True)
class ShownFault:
    """One break, with its kind's sentence in the reader's language."""

    kind: str
    sentence: str
    place: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an ended run found, or why it found nothing."""

    ok: bool = False
    size: int = 0
    root: str = ""
    checkpoints: int = 0
    # The size of the largest checkpoint with good signatures; None for runs of before, which did not keep it.
    signed: int | None = None
    waiting: int = 0
    fault_count: int = 0
    kinds: Sequence[tuple[str, int]] = ()
    faults: Sequence[ShownFault] = ()
    # Worth a person's attention, though it breaks nothing.
    notices: Sequence[ShownFault] = ()
    compared: int = 0
    # The number of each checkpoint that was given in vain, and why.
    incomparable: Sequence[tuple[str, str]] = ()
    # What follows from those, and up to where the others were compared.
    warnings: Sequence[str] = ()
    reach: Sequence[str] = ()
    verdict: str = ""
    failure: str = ""

    @property
    def unsigned(self) -> int:
        """How many entries come after those that are signed."""
        return max(0, self.size - (self.signed or 0))


def progress_of(run: VerificationRun, *, now: datetime | None = None) -> Progress:
    """Return the rate and the time left of a run that is going on."""
    if run.started_at is None or run.checked <= 0:
        return Progress()
    took = ((run.beat_at or now or timezone.now()) - run.started_at).total_seconds()
    if took < _SETTLED_SECONDS:
        return Progress()
    rate = max(1, round(run.checked / took))
    return Progress(rate, max(0, run.total - run.checked) // rate)


def outcome_of(run: VerificationRun) -> Outcome:
    """Return what the row of an ended run says, and of one that was made to say something else just that."""
    try:
        kept: Mapping[str, Any] = json.loads(run.outcome or "{}")
        if run.state == VerificationRun.State.FAILED:
            return Outcome(failure=_failure(kept))
        return _found(kept, given=len(json.loads(run.against or "[]")))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return Outcome(
            failure=_(
                "What this verification found cannot be read: its row in the database is not as it was written. It "
                "counts as one that found breaks. Tell the administrator, and start a new one."
            )
        )


def _found(kept: Mapping[str, Any], *, given: int) -> Outcome:
    incomparable = kept.get("incomparable", [])
    kinds = {known for one in incomparable if (known := _SENTENCES.get(one["kind"]))}
    signed = kept.get("signed")
    return Outcome(
        ok=kept["ok"] is True,
        size=_number(kept["size"]),
        root=shown(kept["root"]),
        checkpoints=_number(kept["checkpoints"]),
        signed=None if signed is None else _number(signed),
        waiting=_number(kept["waiting"]),
        fault_count=_number(kept["fault_count"]),
        kinds=sorted((_sentence(kind), _number(count)) for kind, count in kept["kinds"].items()),
        faults=[_shown(fault) for fault in kept["faults"]],
        notices=[_shown(notice) for notice in kept.get("notices", [])],
        compared=given - len(incomparable),
        incomparable=[(shown(one["place"]).rpartition(" ")[2], _why(one)) for one in incomparable],
        verdict=_("Not comparable") if incomparable else "",
        warnings=list(aside_sentences(kinds, whole=kept["ok"] is True)),
        reach=_reach(kept),
    )


def _number(kept: object) -> int:
    if type(kept) is not int:
        raise TypeError("not a number")
    return kept


def _why(aside: Mapping[str, str]) -> str:
    return f"{_sentence(aside['kind'])} {in_words(shown(aside['detail']))}".rstrip()


def _reach(kept: Mapping[str, Any]) -> list[str]:
    """Nothing of runs of before, which did not keep it."""
    compared = [
        Compared(in_words(shown(one["place"])), _number(one["up_to"]), _number(one["of"]))
        for one in kept.get("compared", [])
    ]
    return [in_digits(sentence) for sentence in compared_sentences(compared, whole=kept["ok"] is True)]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the log was found whole, and how many of the checkpoints that were given said nothing about it."""

    ok: bool
    not_compared: int


def answer_of(run: VerificationRun) -> Answer | None:
    """Return a run's answer; None where it did not end with one."""
    if run.state != VerificationRun.State.DONE:
        return None
    outcome = outcome_of(run)
    return Answer(outcome.ok, len(outcome.incomparable))


def _shown(fault: Mapping[str, str]) -> ShownFault:
    # Runs of before can hold what their report did not make safe to show.
    place, detail = shown(fault["place"]), shown(fault["detail"])
    return ShownFault(fault["kind"], _sentence(fault["kind"]), in_words(place), in_words(detail))


def _sentence(kind: str) -> str:
    known = _SENTENCES.get(kind)
    return str(known.sentence) if known else kind


def _failure(kept: Mapping[str, Any]) -> str:
    if kept.get("failure") == STOPPED:
        return _(
            "The program stopped while it verified, so this run says nothing about the log. Start a new verification."
        )
    if kept.get("failure") == FAILED and kept.get("sentence"):
        return str(kept["sentence"])
    return _(
        "The verification could not be finished, so it says nothing about the log. Start a new one; if this happens "
        "again, ask the administrator to look at the program's own log."
    )
