"""The body of an entry is written by hand, and has the very bytes of its canonical JSON."""

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.actions import Action
from audit.actors import Channel
from audit.canonical import MAX_DEPTH, canonical_json
from audit.entry_body import VERSION, entry_body
from audit.errors import BadFacts
from tests.audit.test_canonical import KEYS, VALUES

MOMENT = "2026-11-22T10:00:00.000000Z"
# What `audit.log` lets through as a name: printable ASCII, quotation marks and backslashes among it.
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20)
# Some that have no canonical form as well.
FACTS = st.dictionaries(
    KEYS | st.text(max_size=3),
    VALUES | st.floats() | st.integers() | st.text(st.characters(categories=["Cs"]), max_size=2),
    max_size=5,
)


def both_ways(facts: Mapping[str, Any], **names: Any) -> tuple[bytes | None, bytes | None]:
    """The body by hand and by the general way, None where that refuses the facts."""
    return _made(lambda: entry_body(facts=facts, **names)), _made(
        lambda: canonical_json(
            {
                "v": VERSION,
                "subject_kind": names["subject_kind"],
                "subject_id": names["subject_id"],
                "recorded_at": names["recorded_at"],
                "id": str(names["key"]),
                "facts": dict(facts),
                "channel": names["channel"],
                "case_id": str(names["case_id"]) if names["case_id"] else None,
                "actor": names["actor"],
                "action": names["action"],
            }
        )
    )


def _made(make: Any) -> bytes | None:
    try:
        return bytes(make())
    except BadFacts:
        return None


@given(
    facts=FACTS,
    action=st.sampled_from(Action),
    channel=st.sampled_from(Channel),
    actor=NAMES,
    subject_id=NAMES,
    subject_kind=NAMES,
    key=st.uuids(),
    case_id=st.none() | st.uuids(),
)
def test_it_has_the_bytes_of_its_canonical_json_and_refuses_the_same(
    action: Any, channel: Any, **given: Any
) -> None:
    by_hand, general = both_ways(action=action.value, channel=channel.value, recorded_at=MOMENT, **given)
    assert by_hand == general


@pytest.mark.parametrize("levels", range(MAX_DEPTH - 3, MAX_DEPTH + 2))
def test_facts_may_be_nested_as_deep_as_before(levels: int) -> None:
    deep: Any = 1
    for _level in range(levels):
        deep = [deep]
    by_hand, general = both_ways(
        {"deep": deep},
        action="case.opened",
        actor="system:clerk",
        case_id=None,
        channel="task",
        key=uuid.UUID(int=1),
        recorded_at=MOMENT,
        subject_id="1",
        subject_kind="test.thing",
    )
    assert by_hand == general
    assert (by_hand is None) == (levels > MAX_DEPTH - 2)
