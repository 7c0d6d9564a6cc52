"""What is sealed of a person: every field comes back as it went in, and nothing of it prints."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.witnesses.conftest import CANARIES, EMAIL, IDENTITY, PHONE, PICTURE
from tests.witnesses.residue import traces
from witnesses.errors import BadIdentity, SealBroken
from witnesses.identity import FIELDS, IdentityFacts, SealedName, SealedRow, identity_bytes, read_identity
from witnesses.photographs import LARGEST, Photograph, read_photograph
from witnesses.sealing import new_data_key, open_identity_seal, seal_identity

BINDING = {"witness": "w", "version": 1}
WORDS = st.text('آبی‌ك ئ×é"\\\x80\n aZ0+@', max_size=20)
JPEG = b"\xff\xd8\xff\xe0"


def opened(identity, fields=FIELDS):
    return read_identity(identity_bytes(identity), version=1, fields=fields)


def test_every_field_comes_back_as_it_went_in():
    found = opened(IDENTITY)
    assert [(n.text, n.script, n.kind) for n in found.full_names] == [
        (n.text, n.script, n.kind) for n in IDENTITY.full_names
    ]
    assert [(row.kind, row.text) for row in found.rows("contacts")] == [("phone", PHONE), ("email", EMAIL)]
    assert [(row.kind, row.text) for row in found.rows("kin")] == [("brother", "Farhadgoli")]
    assert found.text("date_of_birth") == "1339/12/07"
    assert found.text("place_of_birth") == IDENTITY.place_of_birth
    assert found.photograph == PICTURE
    assert repr(found) == repr(found.fields) == repr(found.photograph) == "<sealed>"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(WORDS, WORDS), max_size=6), WORDS)
def test_rows_of_any_words_come_back_without_outer_spaces(rows, birth):
    facts = IdentityFacts(
        full_names=(SealedName("A name", "latin"),),
        contacts=[SealedRow(text, kind) for text, kind in rows],
        date_of_birth=birth,
    )
    found = opened(facts)
    assert [(row.text, row.kind) for row in found.rows("contacts")] == [
        (text.strip(), kind.strip()) for text, kind in rows if text.strip()
    ]
    assert found.text("date_of_birth") == birth


def test_a_record_of_format_1_still_reads():
    old = {
        "format": 1,
        "full_names": [{"text": "شهلا", "script": "fa"}],
        "date_of_birth": "1339",
        "contacts": "a telephone\nan address",
        "kin": "",
        "documents": "",
        "how_to_reach_safely": "",
    }
    found = read_identity(json.dumps(old).encode(), version=1, fields=FIELDS)
    assert [(name.text, name.script, name.kind) for name in found.full_names] == [("شهلا", "fa", "")]
    assert found.text("contacts") == "a telephone\nan address"
    assert [row.text for row in found.rows("contacts")] == ["a telephone\nan address"]
    assert found.rows("kin") == []
    assert found.photograph is None
    assert found.text("place_of_birth") == ""


def test_a_format_of_the_future_is_refused_and_its_content_does_not_print():
    with pytest.raises(SealBroken) as caught:
        read_identity(b'{"format": 3, "full_names": [{"text": "Somebody"}]}', version=1, fields=FIELDS)
    assert "Somebody" not in str(caught.value)


def test_only_the_wanted_fields_leave_the_seal():
    found = opened(IDENTITY, fields=["photograph"])
    assert found.full_names == []
    assert found.rows("kin") == []
    assert found.photograph == PICTURE


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (JPEG + bytes(40), "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBP" + bytes(40), "image/webp"),
    ],
)
def test_a_photograph_is_told_by_how_it_begins(content, media_type):
    assert read_photograph(content).media_type == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        JPEG,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(40),
    ],
)
def test_what_is_no_photograph_is_refused(content):
    with pytest.raises(BadIdentity):
        read_photograph(content)


def test_a_photograph_has_a_limit_wherever_it_comes_from():
    large = Photograph(JPEG + bytes(LARGEST), "image/jpeg")
    with pytest.raises(BadIdentity, match="2 MB"):
        read_photograph(large.content)
    with pytest.raises(BadIdentity, match="2 MB"):
        identity_bytes(replace(IDENTITY, photograph=large))


def test_two_photographs_of_about_one_size_make_seals_of_one_length():
    lengths = {
        len(
            seal_identity(
                identity_bytes(replace(IDENTITY, photograph=Photograph(JPEG + bytes(size), "image/jpeg"))),
                key=new_data_key(),
                binding=BINDING,
            ).ciphertext
        )
        for size in (70_000, 150_000, 300_000)
    }
    assert len(lengths) == 1


def test_a_large_record_opens_as_it_was_sealed():
    content = identity_bytes(replace(IDENTITY, photograph=Photograph(JPEG + bytes(400_000), "image/jpeg")))
    key = new_data_key()
    assert (
        open_identity_seal(seal_identity(content, key=key, binding=BINDING), key=key, binding=BINDING)
        == content
    )


def test_the_content_itself_does_not_print():
    assert traces(repr(identity_bytes(IDENTITY)).encode(), CANARIES) == []
