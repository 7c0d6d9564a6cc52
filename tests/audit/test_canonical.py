"""Canonical JSON and commitments."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.canonical import canonical_json
from audit.commitments import commit, new_salt
from audit.errors import BadFacts

KEYS = st.text(st.characters(max_codepoint=127), max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # The string of RFC 8785 section 3.2.2.2, and its rules on keys, literals and integers.
        ("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/", '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ({"b": None, "a": True, "A": False}, '{"A":false,"a":true,"b":null}'),
        ([1, -1, 0, 9007199254740991], "[1,-1,0,9007199254740991]"),
        ({"k": "\u007f\u2028"}, '{"k":"\u007f\u2028"}'),
    ],
)
def test_it_writes_what_rfc_8785_says(value: object, expected: str) -> None:
    assert canonical_json(value).decode() == expected  # type: ignore[arg-type]


@given(VALUES)
def test_it_reads_back_and_has_one_form_alone(value: object) -> None:
    text = canonical_json(value)  # type: ignore[arg-type]
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


def test_it_refuses_what_is_nested_too_deeply() -> None:
    deep: list[object] = []
    for _level in range(40):
        deep = [deep]
    with pytest.raises(BadFacts):
        canonical_json(deep)  # type: ignore[arg-type]


def test_a_commitment_is_bound_to_value_and_salt() -> None:
    salt = new_salt()
    assert commit("نام", salt=salt) == commit("نام", salt=salt)
    assert commit("نام", salt=salt) != commit("نام", salt=new_salt())
    assert commit("نام", salt=salt) != commit("نا", salt=salt)
    assert (
        commit("a", salt=b"\x00" * 16)
        == "sha256:a1d58ae1bd9de7965fb3768d4ceb8d9d3ade567f718354d710e20ae32bc21d1b"
    )


def test_a_commitment_takes_a_file_name_that_is_not_utf_8() -> None:
    assert commit("\udcff", salt=new_salt()).startswith("sha256:")


def test_a_commitment_refuses_a_short_salt() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        commit("a", salt=b"short")
