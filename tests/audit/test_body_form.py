"""An entry that two readers could read as two is named, in a full tile and beside it, and no honest one is."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.actions import Action
from audit.body_form import KnownForms, is_canonical
from audit.canonical import canonical_json
from audit.entry_body import entry_body
from audit.faults import FaultKind
from audit.log import Subject, append
from audit.models import Entry
from audit.sequencing import sequence_pending
from audit.verification import verify_log
from tests.audit.conftest import CLERK

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "sha256", "n0"]), inner)
    ),
    max_leaves=8,
)


def body(facts: object, *, actor: str = "user:x", case: str | None = None) -> bytes:
    return canonical_json(
        {
            "action": "account.signed_in",
            "actor": actor,
            "case_id": case,
            "channel": "page",
            "facts": facts,  # type: ignore[dict-item]
            "id": "i",
            "recorded_at": "t",
            "subject_id": "s",
            "subject_kind": "k",
            "v": 1,
        }
    )


@settings(deadline=None)
@given(st.lists(st.tuples(JSON, st.sampled_from([None, "c"])), min_size=1, max_size=6))
def test_what_the_log_writes_is_known_at_once_and_again(given_facts: list[tuple[object, str | None]]) -> None:
    forms = KnownForms()
    bodies = [body({"x": facts}, case=case) for facts, case in given_facts]
    cases = sum(case is not None for _facts, case in given_facts)
    assert forms.hold(bodies, cases=cases)
    assert forms.hold(bodies, cases=cases)


BAD = [
    (b'"facts":{"n":1}', b'"facts":{"n":1,"n":1}'),
    (b'"facts":{"n":1}', b'"facts":{"n":01}'),
    (b'"facts":{"n":1}', b'"facts":{"n":-0}'),
    (b'"facts":{"n":1}', b'"facts":{"n":1.5}'),
    (b'"facts":{"n":1}', b'"facts":{"n":1e5}'),
    (b'"facts":{"n":1}', b'"facts":{"n":9007199254740993}'),
    (b'"facts":{"n":1}', b'"facts":{"n": 1}'),
    (b'"facts":{"n":1}', b'"facts":{"n":1},"facts":{"n":1}'),
    (b'"facts":{"n":1}', b'"facts":{"n":2},"id":"x","facts":{"n":1}'),
    (b'"facts":{"n":1}', b'"facts":{"t":"a\nb"}'),
    (b'"facts":{"n":1}', b'"facts":{"t":"\xff"}'),
    (b'"facts":{"n":1}', b'"facts":{"t":"\\u0041"}'),
    (b'"facts":{"n":1}', b'"facts":{"n":1'),
    (b'"actor":"user:x"', b'"actor":"user:x","actor":"user:y"'),
    (b'"actor":"user:x"', b'"actor":"user\x01"'),
    (b'"actor":"user:x"', b'"actor":"u"s"er"'),
]


@pytest.mark.parametrize(("good", "bad"), BAD)
def test_what_it_would_not_write_is_never_known(good: bytes, bad: bytes) -> None:
    forms = KnownForms()
    honest = [body({"n": 1}), body({"n": 1}, case="c"), body({"t": "x"}), body({"case_id": "c", "n": 1})] * 4
    assert forms.hold(honest, cases=4)
    assert forms.hold(honest, cases=4)
    changed = body({"n": 1}).replace(good, bad)
    assert changed != body({"n": 1})
    assert not is_canonical(changed)
    assert not forms.hold([*honest, changed], cases=4)


@pytest.mark.django_db
@pytest.mark.parametrize("before", [3, 100])
def test_a_key_that_stands_twice_is_named_though_hashes_and_columns_agree(
    write: Callable[[int], list[Entry]], monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    write(before)
    with monkeypatch.context() as patch:
        patch.setattr(
            "audit.log.entry_body",
            lambda **values: entry_body(**values).replace(b'"facts":{"n":', b'"facts":{"n":0,"n":'),
        )
        entry = append(Action.SIGNED_IN, subject=Subject("test.thing", "new"), actor=CLERK, facts={"n": 5})
    sequence_pending()
    write(before * 2)
    report = verify_log()
    assert [(fault.kind, fault.place) for fault in report.faults] == [
        (FaultKind.NOT_CANONICAL, f"leaf {before} (entry {entry.pk})")
    ]


@pytest.mark.parametrize("facts", [b"[]", b'"{}"', b"null", b"7"])
def test_facts_without_names_are_no_entry(facts: bytes) -> None:
    assert is_canonical(b'{"action":"a","facts":{},"v":1}')
    assert not is_canonical(b'{"action":"a","facts":' + facts + b',"v":1}')
