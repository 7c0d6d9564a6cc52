"""After everything that people do here, no entry holds a word that they typed: the log commits to it, or is silent."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.actions import Action
from audit.commitments import find
from audit.fact_words import LABELS
from audit.models import Entry
from audit.private import commitments_of, private_models, values_of, with_parts
from config.demo import run_demo
from config.demo_witness import IDENTITY
from evidence.models import EvidenceItem
from tests.architecture.acts import ACTS
from tests.architecture.two_cases import House, furnish
from tests.conftest import Hire
from tests.witnesses.residue import dresses, traces
from witnesses.consent_state import today

ClientFor = Callable[[User | None], Client]
# What a form sends beside typed words: choices, the reference that stands on every page of a case, a report's period,
# the day by which something is to be back.
NOT_TYPED = {"DK-NEW", "DK-OURS-1", "full_names", "2026-01-01", "2100-01-01", "2199-01-01"}
# Today stands in the time of every entry, and a month from now is when a danger is to be looked at again.
DAYS = {(today() + timedelta(days=days)).isoformat() for days in (0, 30)}
SHORTEST = 6


def bodies() -> bytes:
    """Every entry's exact content."""
    return b"\n".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))


def private_texts() -> Iterator[str]:
    """Every private text of every record, whole and, of the longer ones, by their first words."""
    for model in private_models().values():
        for row in model._default_manager.all():
            for _part, one in with_parts(row):
                for value in values_of(one).values:
                    text = value.text(one)
                    yield text
                    yield text[:40]


def found_names() -> set[str]:
    """The names of the facts under which a commitment stands anywhere in the log."""
    facts = [json.loads(bytes(body))["facts"] for body in Entry.objects.values_list("body", flat=True)]
    return {found.name for one in facts for found in find(one)}


@pytest.mark.django_db(transaction=True)
def test_the_main_job_leaves_no_private_word_in_the_log() -> None:
    assert run_demo(write=lambda _line: None)
    texts = {text for text in private_texts() if len(text) >= SHORTEST}
    # The format of a file is our own finding; it stands in a note of custody and in clear in the log.
    formats = set(EvidenceItem.objects.values_list("media_type", flat=True))
    texts -= formats | {one[:40] for one in formats}
    names = {user.full_name for user in User.objects.all()}
    witness = {name.text for name in IDENTITY.full_names} | {IDENTITY.contacts, IDENTITY.kin}
    assert len(texts) > 50
    held = bodies()
    assert traces(held, texts | {name for name in names if len(name) >= SHORTEST} | witness) == []
    assert found_names() <= LABELS.keys()
    the_commitments_are_those_of_the_records()


def the_commitments_are_those_of_the_records() -> None:
    """Nothing erased, so every commitment of the register of persons resolves to a value that stands there."""
    texts = {}
    for model in private_models().values():
        for row in model._default_manager.all():
            texts |= commitments_of(row)
    for action in (Action.PERSON_REGISTERED, Action.PLACE_REGISTERED, Action.EVIDENCE_RECEIVED):
        for body in Entry.objects.filter(action=action.value).values_list("body", flat=True):
            commitments = find(json.loads(bytes(body))["facts"])
            assert commitments
            assert [one.name for one in commitments if one.commitment not in texts] == []


@pytest.fixture
def two_cases(hire: Hire) -> House:
    return furnish(hire)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_no_act_leaves_what_was_typed_in_the_log(
    two_cases: House, hire: Hire, client_for: ClientFor, name: str
) -> None:
    act = ACTS[name](two_cases, hire)
    client_for(act.who).post(two_cases.ours.address(name, **act.changed), act.form, headers=act.headers)
    typed = (
        {value for value in act.form.values() if isinstance(value, str)}
        - NOT_TYPED
        - DAYS
        - choices()
        - references()
    )
    held = bodies()
    assert traces(held, {text for text in typed if len(text) >= SHORTEST and ":" not in text}) == []
    assert two_cases.ours.mark.lower().encode() not in held.lower()
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


@pytest.mark.django_db
def test_a_word_in_the_log_would_be_found() -> None:
    assert traces(json.dumps({"title": "تابستان ۱۳۶۷"}).encode(), {"تابستان ۱۳۶۷"})
    assert dresses("Invented name")
