"""A digest knows its algorithm, and the database knows its length."""

import hashlib

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from evidence.digests import Digest, DigestField, read_sha256
from evidence.errors import BadIntake
from tests.tampering import as_owner

TEXT = hashlib.sha256(b"letter").hexdigest()


def test_it_shows_itself_whole_short_and_labelled():
    digest = Digest.sha256(b"letter")
    assert (digest.hex, str(digest), digest.labelled) == (TEXT, TEXT, f"sha256:{TEXT}")
    assert digest.short() == f"{TEXT[:8]}…{TEXT[-8:]}"


def test_equal_bytes_of_two_algorithms_are_not_one_digest():
    assert Digest("sha256", bytes(32)) != Digest("blake3", bytes(32))


@pytest.mark.parametrize("arguments", [("md5", bytes(32)), ("sha256", bytes(16)), ("sha256", b"")])
def test_a_digest_of_another_shape_cannot_be_made(arguments: tuple[str, bytes]):
    with pytest.raises(ValueError, match="digest"):
        Digest(*arguments)


@pytest.mark.parametrize("text", [TEXT, TEXT.upper(), f" {TEXT}\n", f"sha256:{TEXT}"])
def test_a_sha256_is_read_as_people_write_it(text: str):
    assert read_sha256(text) == Digest.sha256(b"letter")


@pytest.mark.parametrize("text", ["", TEXT[:-1], TEXT + "0", "g" * 64, "md5:" + TEXT])
def test_a_text_that_is_no_sha256_gets_a_sentence(text: str):
    with pytest.raises(BadIntake, match="64"):
        read_sha256(text)


@isolate_apps("evidence")
def test_the_field_gives_a_digest_from_whatever_it_was_assigned():
    class Stone(models.Model):
        digest = DigestField("sha256")
        other = DigestField("blake3", null=True)

        class Meta:
            app_label = "evidence"
            managed = False

    stone = Stone(digest=bytes(32))
    assert stone.digest == Digest("sha256", bytes(32))
    assert stone.other is None
    with pytest.raises(ValueError, match="blake3"):
        stone.other = stone.digest
    with pytest.raises(ValueError, match="needs a digest"):
        stone.digest = TEXT


@pytest.mark.django_db
@pytest.mark.parametrize("value", [bytes(31), bytes(33), b""])
def test_the_database_refuses_another_length(value: bytes):
    field = DigestField("sha256")
    field.set_attributes_from_name("digest")
    binary = "blob" if connection.vendor == "sqlite" else "bytea"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE stones (digest {binary} NULL CHECK ({field.db_check(connection)}))"
        )
        cursor.execute("INSERT INTO stones VALUES (%s)", [bytes(32)])
        cursor.execute("INSERT INTO stones VALUES (NULL)")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("INSERT INTO stones VALUES (%s)", [value])
