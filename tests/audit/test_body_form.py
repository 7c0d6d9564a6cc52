"""An entry that two readers could read as two is named, in a full tile and beside it, and no honest one is."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.actions import Action
from audit.body_form import KnownForms, Parts, is_canonical
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


MOMENT = "2026-11-27T10:00:00.000000Z"


def known(forms: KnownForms, bodies: list[bytes]) -> bool:
    return forms.parts(b"".join(one + b"\n" for one in bodies), len(bodies)) is not None


def body(facts: object, *, actor: str = "user:x", case: str | None = None) -> bytes:
    return canonical_json(
        {
            "action": "account.signed_in",
            "actor": actor,
            "case_id": case,
            "channel": "page",
            "facts": facts,  # type: ignore[dict-item]
            "id": "i",
            "recorded_at": MOMENT,
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
    parts = Parts(
        bodies=tuple(bodies),
        actions=(b"account.signed_in",) * len(bodies),
        actors=(b"user:x",) * len(bodies),
        cases=tuple((case or "").encode() for _facts, case in given_facts),
        channels=(b"page",) * len(bodies),
        ids=(b"i",) * len(bodies),
        moments=(MOMENT.encode(),) * len(bodies),
        subjects=(b"s",) * len(bodies),
        kinds=(b"k",) * len(bodies),
    )
    for _time in range(2):
        assert forms.parts(b"".join(one + b"\n" for one in bodies), len(bodies)) == parts


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
    (b'{"action"', b' {"action"'),
    (b'"v":1}', b'"v":1} '),
    (b'"case_id":null', b'"case_id":""x"'),
]


@pytest.mark.parametrize(("good", "bad"), BAD)
def test_what_it_would_not_write_is_never_known(good: bytes, bad: bytes) -> None:
    forms = KnownForms()
    honest = [body({"n": 1}), body({"n": 1}, case="c"), body({"t": "x"}), body({"case_id": "c", "n": 1})] * 4
    assert known(forms, honest)
    assert known(forms, honest)
    changed = body({"n": 1}).replace(good, bad)
    assert changed != body({"n": 1})
    assert not is_canonical(changed)
    assert not known(forms, [*honest, changed])
    assert not known(forms, [changed])
    assert not forms.parts(b"".join(one + b"\n" for one in [*honest, changed]), len(honest))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'{"action"', b'{"aaa":1,"action"'),
        (b'"facts":{"n":1}', b'"facts":{"n":1},"g":2'),
        (b'"v":1}', b'"v":1,"w":1}'),
        (b'"v":1}', b'"v":2}'),
    ],
)
def test_what_is_canonical_and_no_entry_is_not_known_either(good: bytes, bad: bytes) -> None:
    changed = body({"n": 1}).replace(good, bad)
    assert is_canonical(changed)
    assert not known(KnownForms(), [body({"n": 1}), changed])


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
