"""The entries of a period as CSV (RFC 4180, UTF-8 with its mark), a batch at a time, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from audit.entry_look import differing_names, outside_the_tree
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
    "agreement",
)
_BATCH = 1_000
# Bodies can be long (64 KiB): so many are read at once, and none is kept.
_BODIES = 200
_MARK = b"\xef\xbb\xbf"
# What a spreadsheet takes for the beginning of a formula, or skips on the way to one.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of the file, how many entries they hold, and how many of those differ from what was hashed."""

    content: bytes
    entries: int = 0
    differing: int = 0


def csv_pieces(since: datetime, until: datetime, names: Names) -> Iterator[Piece]:
    """Yield the file piece by piece, the oldest entry first, at most MOST in all: each held against its body."""
    yield Piece(_MARK + _lines([COLUMNS]))
    rows = Entry.objects.filter(recorded_at__gte=since, recorded_at__lt=until).select_related("leaf")
    entries = _held(rows.order_by("recorded_at", "id")[:MOST].iterator(chunk_size=_BODIES))
    while taken := list(islice(entries, _BATCH)):
        outside = outside_the_tree(entry for entry, _names in taken)
        batch = [
            (entry, [*differ, "leaf_index"] if entry.pk in outside else differ) for entry, differ in taken
        ]
        shown = in_words([entry for entry, _names in batch], names)
        lines = [_cells(one, differ) for one, (_entry, differ) in zip(shown, batch, strict=True)]
        yield Piece(_lines(lines), len(batch), sum(1 for _entry, differ in batch if differ))


def _held(entries: Iterable[Entry]) -> Iterator[tuple[Entry, list[str]]]:
    for entry in entries:
        differ = differing_names(entry)
        entry.body = b""
        yield entry, differ


def neutral(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet could run as a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _cells(shown: ShownEntry, differ: Sequence[str]) -> list[str]:
    entry = shown.entry
    # The log names an entry's id otherwise than this file.
    names = ", ".join("entry_id" if name == "id" else name for name in differ)
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
        _("differs: %(names)s") % {"names": names} if names else _("agrees"),
    ]


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[neutral(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8", "backslashreplace")
