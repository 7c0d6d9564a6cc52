"""No act leaves what was typed in its form in the log."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.fact_words import LABELS
from evidence.models import EvidenceItem
from tests.architecture.acts import ACTS
from tests.architecture.furnished import furnished, house
from tests.architecture.two_cases import House
from tests.conftest import Hire
from tests.journeys.test_nothing_private_in_the_log import SHORTEST, bodies, found_names
from tests.witnesses.residue import traces
from witnesses.consent_state import today

__all__ = ["furnished", "house"]

ClientFor = Callable[[User | None], Client]
# What a form sends beside typed words: choices, the reference that stands on every page of a case, a report's period,
# the day by which something is to be back.
NOT_TYPED = {"DK-NEW", "DK-OURS-1", "full_names", "2026-01-01", "2100-01-01", "2199-01-01"}
# Today stands in the time of every entry, and a month from now is when a danger is to be looked at again.
DAYS = {(today() + timedelta(days=days)).isoformat() for days in (0, 30)}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_no_act_leaves_what_was_typed_in_the_log(
    house: House, hire: Hire, client_for: ClientFor, name: str
) -> None:
    act = ACTS[name](house, hire)
    client_for(act.who).post(house.ours.address(name, **act.changed), act.form, headers=act.headers)
    typed = (
        {value for value in act.form.values() if isinstance(value, str)}
        - NOT_TYPED
        - DAYS
        - choices()
        - references()
    )
    held = bodies()
    assert traces(held, {text for text in typed if len(text) >= SHORTEST and ":" not in text}) == []
    assert house.ours.mark.lower().encode() not in held.lower()
    assert found_names() <= LABELS.keys()


def choices() -> set[str]:
    """Words that a form offers and nobody types."""
    offered = {"accept", "approve", "export", "lawyer", "prison", "public", "supports", "translation"}
    consent = {"conditional", "internal", "analysis", "partner", "publication", "through", "witness"}
    told = {"expert", "first_account", "not_known", "planned", "sealed", "withdrawn"}
    danger = {"consented", "family", "moderate", "safe_way", "summons"}
    return offered | consent | told | danger | {"justified", "variant", "victim", "source", "statement"}


def references() -> set[str]:
    """What whoever does something grave types to confirm it: the item's reference, which the log names."""
    return set(EvidenceItem.objects.values_list("reference", flat=True))
