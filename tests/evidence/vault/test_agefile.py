"""The age format: published vectors, other programs both ways, and every boundary of its chunks."""

import hashlib
import io
import os
import random
import subprocess
import zlib
from collections import defaultdict
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import AgeError, AgeHeaderForged, AgeHeaderInvalid, AgeNoMatch, AgePayloadDamaged
from evidence.vault import agefile
from evidence.vault.age_keys import Identity, read_identity
from evidence.vault.age_payload import CHUNK_BYTES, SEALED_CHUNK_BYTES

VECTORS = Path(__file__).parents[2] / "vectors" / "age"
OUTCOMES = {
    AgeHeaderInvalid: "header failure",
    AgeHeaderForged: "HMAC failure",
    AgeNoMatch: "no match",
    AgePayloadDamaged: "payload failure",
}
# Where a good chunk stands at a wrong place (last without being final, or final with bytes after it), age's own
# reader gives it out before it fails. We hold it back: less is given out, the verdict is the same.
HELD_BACK = {
    "stream_no_final_full",
    "stream_no_final_two_chunks_full",
    "stream_trailing_garbage_long",
    "stream_trailing_garbage_short",
    "stream_two_final_chunks",
    "stream_two_final_chunks_full",
    "stream_two_final_chunks_second",
}
BOUNDARIES = [
    0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES,
    16 * CHUNK_BYTES - 1, 16 * CHUNK_BYTES, 16 * CHUNK_BYTES + 1, 33 * CHUNK_BYTES, 40 * CHUNK_BYTES + 7,
]  # fmt: skip
IDENTITY = Identity.generate()


def sealed(data: bytes, *identities: Identity) -> bytes:
    sink = io.BytesIO()
    with agefile.encrypt_to([identity.recipient for identity in identities or (IDENTITY,)], sink) as writer:
        writer.write(data)
    return sink.getvalue()


def opened(data: bytes, identity: Identity = IDENTITY) -> bytes:
    return b"".join(agefile.open_stream(io.BytesIO(data), [identity]))


def read_vector(path: Path) -> tuple[dict[str, list[str]], bytes]:
    head, _, body = path.read_bytes().partition(b"\n\n")
    facts: dict[str, list[str]] = defaultdict(list)
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        facts[key].append(value)
    return facts, zlib.decompress(body) if facts["compressed"] else body


def outcome_of(pieces) -> tuple[str, bytes]:
    given_out = b""
    try:
        for piece in pieces():
            given_out += piece
    except AgeError as error:
        return OUTCOMES[type(error)], given_out
    return "success", given_out


@pytest.mark.parametrize(
    "path", sorted(p for p in VECTORS.iterdir() if p.name != "README.md"), ids=lambda p: p.name
)
def test_a_published_vector_has_the_outcome_it_should(path: Path):
    facts, body = read_vector(path)
    identities = [read_identity(line) for line in facts["identity"]]
    outcome, given_out = outcome_of(lambda: agefile.open_stream(io.BytesIO(body), identities))
    assert [outcome] == facts["expect"]
    if path.name in HELD_BACK:
        assert len(given_out) % CHUNK_BYTES == 0
    else:
        assert hashlib.sha256(given_out).hexdigest() in (facts["payload"] or [hashlib.sha256().hexdigest()])
    at_any_place, whole = outcome_of(
        lambda: iter([agefile.open_seekable(io.BytesIO(body), identities).read()])
    )
    assert at_any_place == outcome
    assert outcome != "success" or whole == given_out


@pytest.mark.parametrize("size", BOUNDARIES)
def test_every_boundary_survives_and_pyrage_agrees_both_ways(size: int):
    data = random.Random(size).randbytes(size)
    theirs = pyrage.x25519.Identity.from_str(IDENTITY.reveal())
    assert opened(sealed(data)) == data
    assert pyrage.decrypt(sealed(data), [theirs]) == data
    assert opened(pyrage.encrypt(data, [theirs.to_public()])) == data


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3 * CHUNK_BYTES), max_size=12), st.booleans())
def test_the_pieces_in_which_it_is_written_leave_no_trace(sizes: list[int], as_view: bool):
    pieces = [random.Random(place).randbytes(size) for place, size in enumerate(sizes)]
    sink = io.BytesIO()
    with agefile.encrypt_to([IDENTITY.recipient], sink) as writer:
        for piece in pieces:
            assert writer.write(memoryview(piece) if as_view else piece) == len(piece)
    assert opened(sink.getvalue()) == b"".join(pieces)


def test_each_of_several_recipients_opens_it_and_nobody_else():
    first, second, stranger = (Identity.generate() for _ in range(3))
    file = sealed(b"letter", first, second)
    assert opened(file, first) == opened(file, second) == b"letter"
    with pytest.raises(AgeNoMatch):
        opened(file, stranger)


def test_a_writer_that_meets_an_exception_leaves_a_file_that_does_not_open():
    sink = io.BytesIO()
    with pytest.raises(RuntimeError), agefile.encrypt_to([IDENTITY.recipient], sink) as writer:
        writer.write(b"half")
        raise RuntimeError
    with pytest.raises(AgeError):
        opened(sink.getvalue())


def test_a_finished_file_takes_nothing_more():
    writer = agefile.encrypt_to([IDENTITY.recipient], io.BytesIO())
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"late")


LONG = random.Random(1).randbytes(5 * CHUNK_BYTES + 100)
LONG_FILE = sealed(LONG)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LONG) + 10), st.integers(0, 3 * CHUNK_BYTES)), max_size=6))
def test_any_range_is_what_stands_there(ranges: list[tuple[int, int]]):
    reader = io.BufferedReader(agefile.open_seekable(io.BytesIO(LONG_FILE), [IDENTITY]))
    for start, length in ranges:
        reader.seek(start)
        assert reader.read(length) == LONG[start : start + length]
    assert reader.seek(-10, os.SEEK_END) == len(LONG) - 10
    assert reader.read() == LONG[-10:]


def test_a_range_reads_only_the_chunks_that_it_needs():
    class Counting(io.BytesIO):
        taken = 0

        def readinto(self, buffer) -> int:
            got = super().readinto(buffer)
            Counting.taken += got
            return got

    reader = agefile.open_seekable(Counting(LONG_FILE), [IDENTITY])
    Counting.taken = 0
    reader.seek(CHUNK_BYTES + 5)
    assert reader.read(10) == LONG[CHUNK_BYTES + 5 : CHUNK_BYTES + 15]
    assert Counting.taken == SEALED_CHUNK_BYTES


def test_a_place_before_the_start_is_refused():
    reader = agefile.open_seekable(io.BytesIO(LONG_FILE), [IDENTITY])
    with pytest.raises(ValueError, match="before"):
        reader.seek(-1)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(LONG_FILE) - 1), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_noticed_and_no_wrong_byte_is_given_out(place: int, change: int):
    damaged = bytearray(LONG_FILE)
    damaged[place] ^= change
    given_out = b""
    with pytest.raises(AgeError):
        for piece in agefile.open_stream(io.BytesIO(bytes(damaged)), [IDENTITY]):
            given_out += piece
    assert LONG.startswith(given_out)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(LONG_FILE) - 1))
def test_a_cut_anywhere_is_noticed_by_both_readers(length: int):
    for reading in (agefile.open_stream, agefile.open_seekable):
        with pytest.raises(AgeError):
            b"".join(reading(io.BytesIO(LONG_FILE[:length]), [IDENTITY]))


@pytest.mark.parametrize("more", [b"\0", bytes(SEALED_CHUNK_BYTES), LONG_FILE])
def test_bytes_after_the_end_are_noticed_by_both_readers(more: bytes):
    for reading in (agefile.open_stream, agefile.open_seekable):
        with pytest.raises(AgeError):
            b"".join(reading(io.BytesIO(LONG_FILE + more), [IDENTITY]))


def test_chunks_in_another_order_are_noticed():
    body = len(LONG_FILE) - (len(LONG) + 6 * 16)
    one = LONG_FILE[body : body + SEALED_CHUNK_BYTES]
    two = LONG_FILE[body + SEALED_CHUNK_BYTES : body + 2 * SEALED_CHUNK_BYTES]
    swapped = LONG_FILE[:body] + two + one + LONG_FILE[body + 2 * SEALED_CHUNK_BYTES :]
    with pytest.raises(AgePayloadDamaged):
        opened(swapped)


def test_a_header_without_end_is_refused_before_it_fills_the_memory():
    endless = b"age-encryption.org/v1\n" + b"-> grease\n\n" * 200_000
    with pytest.raises(AgeHeaderInvalid):
        opened(endless)


@pytest.mark.program("age")
@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 1])
def test_the_age_program_opens_ours_and_we_open_its(size: int, tmp_path: Path):
    data = random.Random(size).randbytes(size)
    key = tmp_path / "key"
    key.write_text(IDENTITY.reveal() + "\n")
    theirs = subprocess.run(
        ["age", "-d", "-i", key], input=sealed(data), capture_output=True, check=True
    ).stdout
    assert theirs == data
    made = subprocess.run(
        ["age", "-r", str(IDENTITY.recipient)], input=data, capture_output=True, check=True
    ).stdout
    assert opened(made) == data
