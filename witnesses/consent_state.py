"""What stands of witnesses' consent, read from the rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from audit.erased import ErasedText
from witnesses.consent_rule import Given
from witnesses.consent_words import Answer, Purpose, Standing
from witnesses.models import Consent, Witness


@dataclass(frozen=True, slots=True)
class State:
    """One purpose with what its answer comes to now."""

    purpose: Purpose
    standing: Standing

    @property
    def holds(self) -> bool:
        """Whether something may rest on it."""
        return self.standing in (Standing.YES, Standing.CONDITIONAL)


def today() -> date:
    """The day by which a consent expires: the day in UTC."""
    return timezone.now().astimezone(UTC).date()


def consents_of(witness: Witness) -> QuerySet[Consent]:
    """Every version with its answers, words and withdrawals, the newest first."""
    return _whole(Consent.objects.filter(witness=witness)).order_by("-version")


def current_consent(witness: Witness) -> Consent | None:
    """The version that counts, or None where the witness was never asked."""
    return consents_of(witness).first()


def states_of(consent: Consent | None, *, on: date) -> list[State]:
    """What each purpose comes to on this day."""
    given = given_by(consent) if consent else None
    return [State(one, given.standing(one, on=on) if given else Standing.NONE) for one in Purpose]


def current_of(witnesses: Collection[UUID]) -> dict[UUID, Given]:
    """The newest consent of each of these witnesses who has one, in a fixed number of queries."""
    newest = Consent.objects.filter(witness=OuterRef("witness")).order_by("-version").values("pk")[:1]
    rows = _whole(Consent.objects.filter(witness__in=witnesses, pk=Subquery(newest)))
    return {row.witness_id: given_by(row) for row in rows}


def given_by(consent: Consent) -> Given:
    """The consent as the rule reads it."""
    words = consent.words
    return Given(
        answers={Purpose(one.purpose): Answer(one.answer) for one in consent.answers.all()},
        withdrawn=frozenset(_withdrawn(consent)),
        expires_on=consent.expires_on,
        prosecutors=words.named_prosecutors,
        conditions_known=not isinstance(words.conditions, ErasedText),
    )


def _withdrawn(consent: Consent) -> Iterable[Purpose]:
    return (purpose for one in consent.withdrawals.all() for purpose in one.withdrawn)


def _whole(rows: QuerySet[Consent]) -> QuerySet[Consent]:
    return rows.select_related("words", "recorded_by", "signed_form", "witness").prefetch_related(
        "answers", "withdrawals__words", "withdrawals__recorded_by"
    )
