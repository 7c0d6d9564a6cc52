"""Of entries that came with an unfit one nothing is said, whatever they are asked against."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from audit.body_form import KnownForms
from audit.entry_body import entry_body
from audit.entry_ids import entry_id
from audit.log import instant
from audit.merkle import leaf_hash
from audit.postgresql_rows import Entries

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
KEYS = [entry_id(NOW + timedelta(seconds=number)) for number in range(4)]
BODIES = [
    entry_body(
        action="account.signed_in",
        actor="user:x",
        case_id=None,
        channel="page",
        facts={"n": number},
        key=key,
        recorded_at=instant(NOW),
        subject_id="s",
        subject_kind="k",
    )
    for number, key in enumerate(KEYS)
]
HASHES = [leaf_hash(body) for body in BODIES]


def ids(*keys: UUID) -> bytes:
    return b"".join(key.bytes for key in keys)


def sent(bodies: Sequence[bytes], hashes: Sequence[bytes], *, first: int = 0) -> tuple[object, ...]:
    """Some pages' entries, as the server sends them."""

    def each(value: bytes, between: bytes = b'"') -> bytes:
        return between.join([value] * len(bodies))

    columns = [each(one) for one in (b"account.signed_in", b"user:x", b"", b"page", b"s", b"k")]
    keys = KEYS[first : first + len(bodies)]
    moments = each(b"2026-11-27 10:00:00+00", b"\n")
    return (True, ids(*keys), b"\n".join(bodies), b"".join(hashes), moments, *columns)


def taken(*groups: tuple[object, ...]) -> Entries:
    entries = Entries(KnownForms())
    entries.take(groups)
    return entries


def test_entries_are_found_in_any_order() -> None:
    entries = taken(sent(BODIES[:2], HASHES[:2]), sent(BODIES[2:], HASHES[2:], first=2))
    moments = [instant(NOW).encode()] * 2
    assert entries.of(ids(KEYS[1], KEYS[2])) == (b"".join(HASHES[1:3]), moments)
    assert entries.of(ids(KEYS[3], KEYS[0])) == (HASHES[3] + HASHES[0], moments)
    assert entries.of(ids(KEYS[0], UUID(int=0))) is None


def test_an_entry_with_another_hash_or_column_is_none_nor_is_what_came_with_it() -> None:
    wrong = sent(BODIES[:2], [HASHES[0], bytes(32)])
    other = (*wrong[:3], b"".join(HASHES[:2]), *wrong[4:-1], b'k"l')
    for group in (wrong, other):
        entries = taken(group, sent(BODIES[2:], HASHES[2:], first=2))
        for unfit in ([KEYS[0]], [KEYS[1]], KEYS, [KEYS[3], KEYS[1]]):
            assert entries.of(ids(*unfit)) is None
        assert entries.of(ids(*KEYS[2:])) is not None
