"""Columns say what bodies say only where each value stands in its place: nothing that reads alike passes for the same."""

import pytest

from audit.body_form import Parts
from audit.columns import agree_on_sqlite, as_postgres_writes, as_sqlite_writes, digits_of

IDS = [b"0190a1b2-c3d4-7e5f-8a9b-00112233445%d" % number for number in range(3)]
MOMENT = b"2026-11-27T10:00:00.120000Z"


def test_ids_are_known_by_their_digits() -> None:
    assert digits_of(IDS) == b"".join(IDS).replace(b"-", b"")


@pytest.mark.parametrize(
    "bad",
    [
        [IDS[0], IDS[1][:-1], IDS[2] + b"0"],
        [IDS[0], IDS[1].replace(b"b2-", b"-b2"), IDS[2]],
        [IDS[0], IDS[1].replace(b"-", b""), IDS[2]],
        [IDS[0], IDS[1], IDS[2][:35] + b"-"],
    ],
)
def test_an_id_that_is_written_otherwise_is_none(bad: list[bytes]) -> None:
    assert digits_of(bad) == b""


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (b"2026-11-27T10:00:00.123456Z", b"2026-11-27 10:00:00.123456+00"),
        (b"2026-11-27T10:00:00.120000Z", b"2026-11-27 10:00:00.12+00"),
        (b"2026-11-27T10:00:00.000000Z", b"2026-11-27 10:00:00+00"),
        (b"2026-11-27T10:00:10.000000Z", b"2026-11-27 10:00:10+00"),
        (b"2026-11-27T10:00:10.000001Z", b"2026-11-27 10:00:10.000001+00"),
    ],
)
def test_a_moment_is_written_as_each_database_writes_it(moment: bytes, written: bytes) -> None:
    assert as_postgres_writes([moment]) == written
    assert as_postgres_writes([MOMENT, moment]) == b"2026-11-27 10:00:00.12+00\n" + written
    assert as_postgres_writes([moment, MOMENT]) == written + b"\n2026-11-27 10:00:00.12+00"
    assert as_sqlite_writes([moment]) == moment[:10] + b" " + moment[11:26] + b"\n"


@pytest.mark.parametrize(
    "bad",
    [
        b"2026-11-27 10:00:00.120000Z",
        b"2026-11-27T10:00:00.12Z",
        b"2026-11-27T10:00:000120000Z",
        b"2026-11-27T10:00:00.1200T0Z",
        b"2026-11-27T10:00:00.120000+",
        b"2026-11-27T10:00:00.1200000Z",
        b"2026-11-27T10:00:00.12000\nZ",
        b"",
    ],
)
def test_a_moment_that_is_written_otherwise_agrees_with_nothing(bad: bytes) -> None:
    for moments in ([bad], [MOMENT, bad], [bad, MOMENT]):
        assert as_postgres_writes(moments) == b""
        assert as_sqlite_writes(moments) == b""


def test_sqlite_s_columns_are_compared_one_by_one() -> None:
    parts = Parts(
        bodies=(b"{}", b"{}"),
        actions=(b"a", b"b"),
        actors=(b"c", b"d"),
        cases=(b"", IDS[2]),
        channels=(b"e", b"f"),
        ids=tuple(IDS[:2]),
        moments=(MOMENT, MOMENT),
        subjects=(b"g", b"h"),
        kinds=(b"i", b"j"),
    )
    columns: list[tuple[bytes | None, ...]] = [
        (b"2026-11-27 10:00:00.120000",) * 2,
        parts.actions,
        parts.actors,
        (None, IDS[2].replace(b"-", b"")),
        parts.channels,
        tuple(one.replace(b"-", b"") for one in IDS[:2]),
        parts.subjects,
        parts.kinds,
    ]
    assert agree_on_sqlite(parts, columns)
    for at, column in enumerate(columns):
        for row in range(2):
            changed = list(column)
            changed[row] = b"x" if changed[row] is None else None
            assert not agree_on_sqlite(parts, [*columns[:at], tuple(changed), *columns[at + 1 :]]), (at, row)
    ids = columns[5]
    moved = (ids[0][:-1], ids[0][-1:] + ids[1])  # the same digits behind each other
    assert not agree_on_sqlite(parts, [*columns[:5], moved, *columns[6:]])
