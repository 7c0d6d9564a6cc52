"""The entries of a period as CSV (RFC 4180, UTF-8 with its mark), a batch at a time, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from audit.log import instant
from audit.models import Entry
from audit.names import Names
from audit.shown import ShownEntry, in_words

MOST = 100_000
COLUMNS = (
    "recorded_at",
    "actor",
    "actor_name",
    "channel",
    "action",
    "sentence",
    "subject_kind",
    "subject_id",
    "subject",
    "case_id",
    "case_reference",
    "entry_id",
    "leaf_index",
    "leaf_hash",
)
_BATCH = 1_000
_MARK = b"\xef\xbb\xbf"
# What a spreadsheet takes for the beginning of a formula, or skips on the way to one.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_pieces(since: datetime, until: datetime, names: Names) -> Iterator[tuple[bytes, int]]:
    """Yield the file piece by piece, each with how many entries it holds: at most MOST in all, the oldest first."""
    yield _MARK + _lines([COLUMNS]), 0
    rows = (
        Entry.objects.filter(recorded_at__gte=since, recorded_at__lt=until)
        .select_related("leaf")
        .defer("body")
    )
    entries = rows.order_by("recorded_at", "id")[:MOST].iterator(chunk_size=_BATCH)
    while batch := list(islice(entries, _BATCH)):
        yield _lines([_cells(shown) for shown in in_words(batch, names)]), len(batch)


def neutral(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet could run as a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _cells(shown: ShownEntry) -> list[str]:
    entry = shown.entry
    return [
        instant(entry.recorded_at),
        entry.actor,
        shown.who,
        entry.channel,
        entry.action,
        shown.sentence,
        entry.subject_kind,
        entry.subject_id,
        shown.about,
        str(entry.case_id or ""),
        shown.case,
        str(entry.pk),
        str(entry.leaf.index) if hasattr(entry, "leaf") else "",
        bytes(entry.leaf_hash).hex(),
    ]


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[neutral(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8", "backslashreplace")
