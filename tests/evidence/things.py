"""A thing without bytes, for tests that ask whether the house copes with one."""

from typing import Any

from accounts.models import User
from cases.models import Case
from evidence.circumstances import Circumstances
from evidence.models import EvidenceItem
from evidence.physical import ThingFacts, receive_thing


def put_on_the_shelf(
    case: Case | None,
    actor: User,
    *,
    title: str = "A prisoner's ring",
    condition: str = "Scratched",
    seal: str = "",
    location: str = "",
    **facts: Any,
) -> EvidenceItem:
    """A physical item of the case, with its receipt in custody and log."""
    seen = Circumstances(
        condition=condition, seal=seal, location=location, happened=facts.pop("happened", None)
    )
    given = {"source": "the family of a prisoner", "title": title, "case": case} | facts
    return receive_thing(ThingFacts(**given, circumstances=seen), actor=actor)
