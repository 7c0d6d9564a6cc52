"""After everything that people do here, no entry holds a word that they typed: the log commits to it, or is silent."""

import json
from collections.abc import Iterator

import pytest

from accounts.models import User
from audit.actions import Action
from audit.commitments import find
from audit.fact_words import LABELS
from audit.models import Entry
from audit.private import commitments_of, private_models, values_of, with_parts
from config.demo import run_demo
from config.demo_witness import IDENTITY
from evidence.models import EvidenceItem
from tests.witnesses.residue import dresses, traces

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


@pytest.mark.django_db
def test_a_word_in_the_log_would_be_found() -> None:
    assert traces(json.dumps({"title": "تابستان ۱۳۶۷"}).encode(), {"تابستان ۱۳۶۷"})
    assert dresses("Invented name")
