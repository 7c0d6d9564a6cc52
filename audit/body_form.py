"""Whether the content of entries is canonical JSON, as this system writes it: each key once, in order, nothing else.

Of a key that stands twice one reader takes the first value and another the second, so an entry could be shown as two.
Only whoever writes past the log's own code can make such a body, and its hash in the tree says nothing of its form.

Reading every body as JSON costs ten times what hashing it does. So what was read once is known by the shape of its
facts, the values left out, and many bodies are compared with the known shapes in one expression, which gives the values
of their columns as well. What fits none is read in full. Needs no settings.
"""

import json
import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from audit.canonical import as_utf8, canonical_json, canonical_text
from audit.entry_body import VERSION
from audit.errors import BadFacts

# So many shapes are known at a time, and none longer: a tamperer could make each entry's another one.
_KNOWN, _LONGEST = 64, 1_000
# All bytes but the controls and backslashes; and a table that changes all those but ends of lines.
_PLAIN = bytes(set(range(0x20, 0x100)) - {0x5C})
_CHANGING = bytes(byte if byte in _PLAIN else 0x0A for byte in range(0x100))
_PART = re.compile(rb'"[^"]*"(?P<key>:)?|(?P<number>-?[0-9]+)|.', re.DOTALL)
# Values without a quotation mark, a backslash or a control character stand in JSON as they are.
_TEXT, _NUMBER = rb'"[^"]*+"', rb"(?:0|-?[1-9][0-9]{0,14}+)"
_BODY = (
    rb'\{"action":"([^"]*+)","actor":"([^"]*+)","case_id":(?:"([^"]++)"|null),"channel":"([^"]*+)","facts":%b'
    rb',"id":"([^"]*+)","recorded_at":"([^"]*+)","subject_id":"([^"]*+)","subject_kind":"([^"]*+)","v":%d\}'
)
# What stands before a match, the whole body, and its eight parts.
_STEP = 10
_CASE = 3
_ANY = re.compile(_BODY % (rb"(?P<facts>\{.*\})", VERSION))


class Parts(NamedTuple):
    """The bodies, and what they say in the place of each column, in their order; of no case, nothing.

    Times are `YYYY-MM-DDTHH:MM:SS.ffffffZ` where they are times.
    """

    bodies: Sequence[bytes]
    actions: Sequence[bytes]
    actors: Sequence[bytes]
    cases: Sequence[bytes]
    channels: Sequence[bytes]
    ids: Sequence[bytes]
    moments: Sequence[bytes]
    subjects: Sequence[bytes]
    kinds: Sequence[bytes]


def is_canonical(body: bytes) -> bool:
    """Whether the body is one entry's JSON in its canonical form (`audit.canonical`), its facts by their names."""
    try:
        content = json.loads(body)
        return (
            isinstance(content, dict)
            and isinstance(content.get("facts"), dict)
            and canonical_json(content) == body
        )
    except (ValueError, RecursionError, BadFacts):
        return False


class KnownForms:
    """The shapes of facts that were read so far, and the quick comparison with them."""

    def __init__(self) -> None:
        self._shapes: list[bytes] = []
        self._pattern = re.compile(rb"(?!)")

    def parts(self, text: bytes, count: int) -> Parts | None:
        """Return what stands for the columns in so many bodies, a line each; None where one is not canonical or not an
        entry's, or where a column holds what JSON would escape.
        """
        columns = self._known(text, count) or self._read_all(text, count)
        return Parts(*columns) if columns else None

    def _known(self, text: bytes, count: int) -> list[tuple[bytes, ...]]:
        """The columns of all bodies, or nothing where one of them has no known shape."""
        if text.translate(_CHANGING) != text or not _is_utf8(text):
            return []
        # One list of all: a tuple for each body would keep the collector of garbage busy.
        pieces = self._pattern.split(text)
        # With no control character and no escape in it, each text ends at the next mark; with nothing between matches
        # and no end of a line within one, each is one body.
        bodies = b"".join(pieces[1::_STEP])
        if len(pieces) != count * _STEP + 1 or any(pieces[::_STEP]) or b"\n" in bodies:
            return []
        columns = [tuple(pieces[at::_STEP]) for at in range(1, _STEP)]
        columns[_CASE] = tuple([case or b"" for case in columns[_CASE]])
        return columns

    def _read_all(self, text: bytes, count: int) -> list[tuple[bytes, ...]]:
        """The columns of all bodies, read one by one, or nothing where one of them has none."""
        bodies = text.split(b"\n")[:-1]
        found = list(takewhile(bool, map(self._read, bodies)))
        return [tuple(bodies), *zip(*found, strict=True)] if len(found) == len(bodies) == count else []

    def _read(self, body: bytes) -> tuple[bytes, ...]:
        """The parts of one body, its facts read as JSON; around them stands plain text between known marks."""
        found = _ANY.fullmatch(body)
        if found is None or not _is_utf8(body):
            return ()
        facts, parts = found["facts"], found.groups(b"")
        columns = (*parts[:4], *parts[5:])
        if (
            b"\\" in (framing := b"".join(columns))
            or framing.translate(None, _PLAIN)
            or not _are_facts(facts)
        ):
            return ()
        if b"\\" not in facts and len(facts) <= _LONGEST and len(self._shapes) < _KNOWN:
            self._learn(_PART.sub(_shape_of, facts))
        return columns

    def _learn(self, shape: bytes) -> None:
        if shape not in self._shapes:
            self._shapes.append(shape)
            self._pattern = re.compile(
                b"^(" + _BODY % (b"(?:" + b"|".join(self._shapes) + b")", VERSION) + b")\n", re.MULTILINE
            )


def _are_facts(text: bytes) -> bool:
    """Whether this is one canonical map, as it stands within an entry."""
    try:
        return as_utf8(canonical_text(json.loads(text), inside=1)) == text
    except (ValueError, RecursionError, BadFacts):
        return False


def _shape_of(part: "re.Match[bytes]") -> bytes:
    """One part of canonical facts as the expression that fits any other value in its place."""
    if part["number"] is not None:
        return _NUMBER
    text = part.group()
    return _TEXT if text[:1] == b'"' and part["key"] is None else re.escape(text)


def _is_utf8(text: bytes) -> bool:
    try:
        return text.isascii() or bool(text.decode())
    except UnicodeDecodeError:
        return False
