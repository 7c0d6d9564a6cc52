"""Which consent a dossier needs for its receiver and its use, and whether a witness gave it. Pure.

Whoever wants to know why an exhibit was refused reads it here and nowhere else. The rule is closed: what nobody asked
the witness is a no, and a need that several purposes can meet is met by one of them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cases.folding import joined_key
from witnesses.consent_words import Answer, Purpose, RecipientKind, Standing, Use, Why

# One need is met by any one of its purposes.
Need = tuple[Purpose, ...]

_OF_RECIPIENT: Final[Mapping[RecipientKind, tuple[Need, ...]]] = {
    RecipientKind.PROSECUTOR: ((Purpose.NAMED_PROSECUTORS, Purpose.ANY_UJ_AUTHORITY),),
    RecipientKind.UJ_AUTHORITY: ((Purpose.ANY_UJ_AUTHORITY,),),
    RecipientKind.ICC_OR_UN: ((Purpose.ICC_OR_UN,),),
    # What a court reads reaches the accused: an exhibit that depends on a witness leads to them.
    RecipientKind.COURT: ((Purpose.COURT_IDENTITY,),),
    RecipientKind.INTERNAL: ((Purpose.ANALYSE,),),
}
_OF_USE: Final[Mapping[Use, tuple[Need, ...]]] = {
    Use.INVESTIGATION: (),
    Use.HEARING: ((Purpose.COURT_IDENTITY,),),
    Use.ANALYSIS: ((Purpose.ANALYSE,),),
    Use.ARCHIVE: ((Purpose.ARCHIVE,),),
}
# From what comes nearest to a yes to what is farthest from it: a reader is told what is left to be done.
_NEAREST: Final = (
    Why.CONDITIONS,
    Why.NOT_NAMED,
    Why.EXPIRED,
    Why.WITHDRAWN,
    Why.CONDITIONS_ERASED,
    Why.NO,
    Why.NONE,
)
_SAID: Final = {Standing.NO: Why.NO, Standing.WITHDRAWN: Why.WITHDRAWN, Standing.EXPIRED: Why.EXPIRED}


@dataclass(frozen=True, slots=True)
class Destination:
    """To whom a dossier goes and what for; `conditions_met` says that a lawyer stated so of every condition."""

    kind: RecipientKind = RecipientKind.UNSTATED
    use: Use = Use.UNSTATED
    name: str = ""
    conditions_met: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether it is known at all."""
        return self.kind != RecipientKind.UNSTATED and self.use != Use.UNSTATED


@dataclass(frozen=True, slots=True)
class Given:
    """The newest consent of a witness: its answers, what was withdrawn of it, and until when it holds.

    `prosecutors` are the names as they were written. `conditions_known` is false once the conditions were erased.
    """

    answers: Mapping[Purpose, Answer]
    withdrawn: frozenset[Purpose] = field(default_factory=frozenset)
    expires_on: date | None = None
    prosecutors: tuple[str, ...] = ()
    conditions_known: bool = True

    def standing(self, purpose: Purpose, *, on: date) -> Standing:
        """What the answer to `purpose` comes to on this day. The day of expiry is the last on which it holds."""
        answer = self.answers.get(purpose)
        if answer is None:
            return Standing.NONE
        if answer == Answer.NO:
            return Standing.NO
        if purpose in self.withdrawn:
            return Standing.WITHDRAWN
        if self.expires_on is not None and on > self.expires_on:
            return Standing.EXPIRED
        return Standing.YES if answer == Answer.YES else Standing.CONDITIONAL

    def names(self, prosecutor: str) -> bool:
        """Whether the witness named this prosecutor, in any spelling that reads the same."""
        wanted = joined_key(prosecutor)
        return bool(wanted) and any(joined_key(name) == wanted for name in self.prosecutors)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a consent does not cover a destination: the reason, and the purpose that it is about."""

    why: Why
    purpose: Purpose | None = None

    @property
    def sentence(self) -> str:
        """The reason in plain words."""
        label = str(self.purpose.label) if self.purpose else ""
        return (
            str(self.why.label) % {"purpose": label} if "%(" in str(self.why.label) else str(self.why.label)
        )


def needs(destination: Destination, *, tells_who: bool) -> Iterator[Need]:
    """What has to be consented to. `tells_who`: the exhibit itself shows or says who the witness is."""
    yield (Purpose.STORE,)
    publish: Need = (
        (Purpose.PUBLISH_NAMED,) if tells_who else (Purpose.PUBLISH_ANONYMISED, Purpose.PUBLISH_NAMED)
    )
    if destination.kind == RecipientKind.PUBLIC or destination.use == Use.PUBLICATION:
        yield publish
    yield from _OF_RECIPIENT.get(destination.kind, ())
    yield from _OF_USE.get(destination.use, ())


def objection(
    given: Given | None, destination: Destination, *, tells_who: bool, on: date
) -> Objection | None:
    """The first need that the consent does not meet on this day, or None where it meets all of them."""
    if given is None:
        return Objection(Why.NONE)
    if not destination.is_stated:
        return Objection(Why.UNSTATED)
    for need in needs(destination, tells_who=tells_who):
        found = _unmet(given, need, destination, on)
        if found is not None:
            return found
    return None


def may_be_named(given: Given | None, destination: Destination, *, on: date) -> bool:
    """Whether the witness consented that this receiver reads who they are.

    Only two purposes say so: to a court, and to everybody. Consent to give something to a prosecutor says nothing of
    a name.
    """
    need = _NAMED_TO.get(destination.kind) or _NAMED_FOR.get(destination.use)
    if given is None or need is None or objection(given, destination, tells_who=True, on=on) is not None:
        return False
    return _against(given, need, destination, on) is None


_NAMED_TO: Final = {RecipientKind.COURT: Purpose.COURT_IDENTITY, RecipientKind.PUBLIC: Purpose.PUBLISH_NAMED}
_NAMED_FOR: Final = {Use.HEARING: Purpose.COURT_IDENTITY, Use.PUBLICATION: Purpose.PUBLISH_NAMED}


def _unmet(given: Given, need: Collection[Purpose], destination: Destination, on: date) -> Objection | None:
    found = [_against(given, purpose, destination, on) for purpose in need]
    if None in found:
        return None
    return min(filter(None, found), key=lambda one: _NEAREST.index(one.why))


def _against(given: Given, purpose: Purpose, destination: Destination, on: date) -> Objection | None:
    standing = given.standing(purpose, on=on)
    if standing in _SAID:
        return Objection(_SAID[standing], purpose)
    if standing == Standing.NONE:
        return Objection(Why.NO, purpose)
    if purpose == Purpose.NAMED_PROSECUTORS and not given.names(destination.name):
        return Objection(Why.NOT_NAMED, purpose)
    if standing == Standing.CONDITIONAL and not given.conditions_known:
        return Objection(Why.CONDITIONS_ERASED, purpose)
    if standing == Standing.CONDITIONAL and not destination.conditions_met:
        return Objection(Why.CONDITIONS, purpose)
    return None
