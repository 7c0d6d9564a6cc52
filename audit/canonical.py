"""Canonical JSON: one value, one sequence of bytes.

A subset of RFC 8785 on which every implementation agrees: keys are ASCII (so sorting by code point and by UTF-16
unit is the same), numbers are integers below 2^53 in magnitude (so no float is ever printed), strings are any
valid Unicode. Within it, Python's own encoder writes exactly what RFC 8785 section 3.2 asks for.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from audit.errors import BadFacts

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

MAX_DEPTH = 16
_BIGGEST = 2**53 - 1
# Made once: json.dumps builds an encoder anew at every call with options of its own.
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def canonical_json(value: Json) -> bytes:
    """Return the value's canonical UTF-8 bytes.

    Raises BadFacts for a key that is not ASCII text, a float, an integer of 2^53 or more, a lone surrogate,
    nesting deeper than 16 or any other type.
    """
    return as_utf8(canonical_text(value))


def canonical_text(value: Json, *, inside: int = 0) -> str:
    """Return the value's canonical form as text, to stand `inside` so many lists and maps. Raises BadFacts as above."""
    _check(value, MAX_DEPTH - inside)
    return _encode(value)


def quoted(text: str) -> str:
    """Return a text's canonical form, quotation marks and all. Only for what cannot hold a lone surrogate."""
    return _encode(text)


def as_utf8(text: str) -> bytes:
    """Return canonical text as bytes. Raises BadFacts for a lone surrogate."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadFacts("A fact holds half of a surrogate pair, which no canonical text can hold.") from error


def _check(value: object, depth: int) -> None:
    if depth < 0:
        raise BadFacts("Facts are nested too deeply for the log; flatten them.")
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if not -_BIGGEST <= value <= _BIGGEST:
            raise BadFacts("A whole number among the facts is 2^53 or more; write it as text.")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise BadFacts("A key among the facts is not ASCII text.")
            if type(inner) is not str:  # most are, and a call for each would cost more than the encoding
                _check(inner, depth - 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner, depth - 1)
    else:
        raise BadFacts(
            f"Facts hold only text, whole numbers, true, false, null, lists and maps; not {_kind(value)}."
        )


def _kind(value: object) -> str:
    return type(value).__name__
