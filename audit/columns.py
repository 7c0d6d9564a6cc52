"""What stands in the columns of entries against what their bodies say in their place: many at once, as long strings.

Compared as they are. What JSON would escape, or a moment that no calendar has, agrees with nothing here, and the
row-by-row walk decides. Needs no settings.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from audit.body_form import Parts

ID_BYTES = 16
_ID_LINE, _ID_MARKS = 37, ((8, b"-"), (13, b"-"), (18, b"-"), (23, b"-"), (36, b"\n"))
# `YYYY-MM-DDTHH:MM:SS.ffffffZ` and the end of its line.
_MOMENT, _MARKS = 28, ((10, b"T"), (19, b"."), (26, b"Z"), (27, b"\n"))


def digits_of(ids: Sequence[bytes]) -> bytes:
    """Return the digits of written ids behind each other, or nothing where one is not written as ids are."""
    # An end of the line after each, for the end of one id could stand at the beginning of the next.
    joined, count = b"\n".join([*ids, b""]), len(ids)
    digits = joined.translate(None, b"-\n")
    whole = len(joined) == _ID_LINE * count and len(digits) == 2 * ID_BYTES * count
    marked = all(joined[at::_ID_LINE] == mark * count for at, mark in _ID_MARKS)
    return digits if whole and marked else b""


def _dated(moments: Sequence[bytes]) -> bytes:
    """Return moments, a line each and without their T, or nothing where one is not written as moments are."""
    joined, count = b"\n".join(moments) + b"\n", len(moments)
    whole = (
        len(joined) == _MOMENT * count
        and all(joined[at::_MOMENT] == mark * count for at, mark in _MARKS)
        and all(joined.count(mark) == count for _at, mark in _MARKS)  # there and nowhere else
    )
    return joined.replace(b"T", b" ") if whole else b""


def as_postgres_writes(moments: Sequence[bytes]) -> bytes:
    """Return moments as PostgreSQL writes them in UTC, ends of lines between them: it leaves out noughts at the end."""
    # Parted where a nought ends a fraction: most moments have none there and stay together.
    *parts, last = _dated(moments).split(b"0Z\n")
    shortened = [part.rstrip(b"0").rstrip(b".") + b"Z\n" for part in parts]
    return (b"".join(shortened) + last).replace(b"Z", b"+00")[:-1]


def as_sqlite_writes(moments: Sequence[bytes]) -> bytes:
    """Return moments as SQLite's column has them, a line each."""
    return _dated(moments).replace(b"Z", b"")


def agree_on_sqlite(parts: Parts, columns: Sequence[Sequence[Any]]) -> bool:
    """Whether the columns say the same, as SQLite holds them: `recorded_at, action, actor, case_id, channel, id,
    subject_id, subject_kind`, where ids are 32 digits and case_id can be None.
    """
    moments, actions, actors, cases, channels, ids, subjects, kinds = columns
    return (
        None not in ids
        and None not in moments
        and (parts.actions, parts.actors, parts.channels) == (actions, actors, channels)
        and (parts.subjects, parts.kinds) == (subjects, kinds)
        and parts.cases == tuple(map(_dashed, cases))
        and digits_of(parts.ids) == b"".join(ids)
        and set(map(len, ids)) == {2 * ID_BYTES}
        and as_sqlite_writes(parts.moments) == b"\n".join([*moments, b""])
    )


@lru_cache(maxsize=4096)
def _dashed(case_id: bytes | None) -> bytes:
    """Few of these differ: most entries share theirs with many others."""
    if case_id is None:
        return b""
    if len(case_id) != 2 * ID_BYTES:
        return b'"'  # what no part is
    return b"%b-%b-%b-%b-%b" % (case_id[:8], case_id[8:12], case_id[12:16], case_id[16:20], case_id[20:])
