"""Salted commitments, and finding them in an entry's facts."""

import pytest

from audit.commitments import Found, commit, find, new_salt


def test_a_commitment_depends_on_the_value_and_on_the_salt() -> None:
    salt = new_salt()
    assert commit("a", salt=salt) == commit("a", salt=salt)
    assert commit("a", salt=salt) != commit("b", salt=salt)
    assert commit("a", salt=salt) != commit("a", salt=new_salt())


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError):
        commit("a", salt=b"short")


def test_every_commitment_is_found_however_deep_and_no_digest_of_bytes() -> None:
    one, two, three = (commit(text, salt=new_salt()) for text in "abc")
    facts = {
        "title": one,
        "posts": [{"post": two, "held": None}],
        "kept": {"names.12.text": three},
        "digest_found": commit("bytes", salt=new_salt()),
        "role": "victim",
        "size": 3,
        "note": "sha256:short",
    }
    assert find(facts) == [Found("title", one), Found("post", two), Found("text", three)]
