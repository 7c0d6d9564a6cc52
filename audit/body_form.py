"""Whether the content of entries is canonical JSON, as this system writes it: each key once, in order, nothing else.

Of a key that stands twice one reader takes the first value and another the second, so an entry could be shown as two.
Only whoever writes past the log's own code can make such a body, and its hash in the tree says nothing of its form.

Reading every body as JSON costs ten times what hashing it does. So what was read once is known by the shape of its
facts, the values left out, and the facts of a whole tile are compared with the known shapes in one expression; that the
columns frame them was found before. What fits none is read in full. Needs no settings.
"""

import json
import re
from collections.abc import Sequence

from audit.canonical import canonical_json
from audit.errors import BadFacts

# So many shapes are known at a time, and none longer: a tamperer could make each entry's another one.
_KNOWN, _LONGEST = 64, 1_000
# All bytes but the controls, quotation marks and backslashes.
_PLAIN = bytes(set(range(0x20, 0x100)) - {0x22, 0x5C})
_BEFORE, _AFTER, _QUOTE = b',"facts":', b',"id":"', b'"'
# Quotation marks around the names and values of the columns: two more where there is a case.
_QUOTES = 34
_PART = re.compile(rb'"[^"]*"(?P<key>:)?|(?P<number>-?[0-9]+)|.', re.DOTALL)
# Values without a quotation mark, a backslash or a control character stand in JSON as they are.
_TEXT, _NUMBER = rb'"[^"\n]*"', rb"(?:0|-?[1-9][0-9]{0,14})"


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

    def hold(self, bodies: Sequence[bytes], *, cases: int) -> bool:
        """Whether every one of these bodies, each framed by its columns, is canonical; `cases` of them have a case."""
        return self._know(bodies, cases) or all(map(self._reads, bodies))

    def _know(self, bodies: Sequence[bytes], cases: int) -> bool:
        count, text = len(bodies), b"\n".join(bodies)
        # With no control character and no escape in it, each line is one body and each text ends at the next mark.
        odd = text.translate(None, _PLAIN)
        marks = odd.count(_QUOTE)
        if len(odd) != count - 1 + marks or not _is_utf8(text):
            return False
        facts = b"\n".join([body[body.find(_BEFORE) + len(_BEFORE) : body.rfind(_AFTER)] for body in bodies])
        # The frames have at least these marks; one more in all of them would be within a column.
        framing = marks - facts.count(_QUOTE)
        return framing == _QUOTES * count + 2 * cases and len(self._pattern.findall(facts)) == count

    def _reads(self, body: bytes) -> bool:
        if not is_canonical(body):
            return False
        facts = body[body.find(_BEFORE) + len(_BEFORE) : body.rfind(_AFTER)]
        if b"\\" not in body and len(facts) <= _LONGEST and len(self._shapes) < _KNOWN:
            self._learn(_PART.sub(_shape_of, facts))
        return True

    def _learn(self, shape: bytes) -> None:
        if shape not in self._shapes:
            self._shapes.append(shape)
            self._pattern = re.compile(b"^(?:" + b"|".join(self._shapes) + b")$", re.MULTILINE)


def _shape_of(part: "re.Match[bytes]") -> bytes:
    """One part of canonical facts as the expression that fits any other value in its place."""
    if part["number"] is not None:
        return _NUMBER
    text = part.group()
    return _TEXT if text[:1] == _QUOTE and part["key"] is None else re.escape(text)


def _is_utf8(text: bytes) -> bool:
    try:
        return text.isascii() or bool(text.decode())
    except UnicodeDecodeError:
        return False
