"""Keys as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadRecipient
from evidence.vault import bech32
from evidence.vault.age_keys import Identity, read_identity, read_recipient

# From the age specification.
SPEC_IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
SPEC_RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_the_specification_s_key_reads_as_the_specification_says():
    identity = read_identity(SPEC_IDENTITY)
    assert str(identity.recipient) == SPEC_RECIPIENT
    assert identity.reveal() == SPEC_IDENTITY
    assert read_recipient(SPEC_RECIPIENT) == identity.recipient


@given(st.binary(max_size=200))
def test_what_is_encoded_decodes_to_itself_in_either_case(data: bytes):
    text = bech32.encode("age", data)
    assert bech32.decode(text) == ("age", data)
    assert bech32.decode(text.upper()) == ("age", data)


@given(st.integers(0, len(SPEC_RECIPIENT) - 1), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1!é"))
def test_one_wrong_letter_is_noticed(place: int, letter: str):
    changed = SPEC_RECIPIENT[:place] + letter + SPEC_RECIPIENT[place + 1 :]
    if changed != SPEC_RECIPIENT:
        with pytest.raises(BadRecipient):
            read_recipient(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age",
        "1",
        "زینب",
        SPEC_RECIPIENT[:-1],
        SPEC_RECIPIENT + "q",
        SPEC_RECIPIENT.title(),
        "ssh-ed25519 AAAA",
    ],
)
def test_a_text_that_is_no_key_gets_a_sentence(text: str):
    with pytest.raises(BadRecipient, match="age1"):
        read_recipient(text)


def test_a_secret_key_given_as_recipient_is_refused_without_repeating_it():
    with pytest.raises(BadRecipient, match="secret key") as refusal:
        read_recipient(SPEC_IDENTITY)
    assert SPEC_IDENTITY not in str(refusal.value)


def test_a_key_of_another_kind_is_refused():
    with pytest.raises(BadRecipient, match="X25519"):
        read_recipient(bech32.encode("age1tag", bytes(33)))


def test_a_key_of_low_order_is_refused():
    with pytest.raises(BadRecipient, match="not safe"):
        read_recipient(bech32.encode("age", bytes(32)))


def test_an_identity_shows_nothing_of_itself():
    identity = Identity.generate()
    for shown in (repr(identity), str(identity), f"{identity!r}"):
        assert "<sealed>" in shown
        assert identity.reveal() not in shown
