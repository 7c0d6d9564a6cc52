"""One form for two spellings of a condition or an index: as a migration writes it, and as a database prints it.

PostgreSQL prints parentheses around everything, casts that nobody wrote, `= ANY (ARRAY[…])` for IN and two comparisons
for BETWEEN, a little otherwise in each version. What is left in the form says what the condition demands: which words
stand in which order, and how AND, OR and NOT bind them. Of casts only those are left out that PostgreSQL itself writes
around texts; every other says something, for one that pads makes a length whatever its maker likes. A name of another
schema stays, for whoever asks has only the system's own names in the search path.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "[^"]+"
    | ::\s*(?:character\ varying|timestamp\ with(?:out)?\ time\ zone|double\ precision|\w+)(?:\(\d+\))?(?:\[\])?
    | [A-Za-z_][\w$]* | \d+(?:\.\d+)? | [<>=!~*+\-/%|&^@\#]+ | \S""",
    re.VERBOSE,
)
_INDEX = re.compile(r"CREATE (UNIQUE )?INDEX .+? ON .+? ?(?:USING (\w+) ?)?(\(.*)", re.DOTALL)
# Texts and names as SQL quotes them: what stands in them is no word of the statement.
QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_CHECK = re.compile(rf"{QUOTED.pattern}|(\bCHECK\s*\()", re.IGNORECASE)
_STEP = re.compile(rf"{QUOTED.pattern}|[()]")
_CLOSING = {")", "]"}
_WRITTEN_BY_POSTGRESQL = {"::text", "::text[]", "::character varying", "::character varying[]"}
# A leaf is its words; a node is its word and what stands under it.
_Node: TypeAlias = "tuple[str, ...] | _Bound"


class _Bound:
    """Conditions under one AND, OR or NOT."""

    def __init__(self, word: str, under: Sequence[_Node]) -> None:
        self.word = word
        self.under = [part for one in under for part in self._parts(one)]

    def _parts(self, one: _Node) -> Sequence[_Node]:
        return one.under if isinstance(one, _Bound) and one.word == self.word != "not" else [one]


@lru_cache(maxsize=1024)
def condition_form(text: str, no_texts: frozenset[str] = frozenset()) -> str:
    """Return the form of a condition; two spellings of one condition have the same.

    `no_texts` are the columns of which PostgreSQL would not make texts by itself.
    """
    reader = _Reader(list(_telling(_TOKEN.findall(text), no_texts)))
    try:
        return " ".join([_shown(reader.any_of()), *reader.rest()])
    except RecursionError:  # nothing that a migration wrote
        return text


def index_form(statement: str) -> str:
    """Return the form of an index by its whole statement, without its own name: `unique btree (level, tile_index)`."""
    found = _INDEX.fullmatch(" ".join(statement.split()))
    if found is None:
        return statement
    unique, method, rest = found.groups()
    columns, where, condition = rest.partition(" WHERE ")
    kind = f"{'unique ' if unique else ''}{method or 'btree'}"
    only = f" where {condition_form(condition)}" if where else ""
    return kind + " " + columns.replace('"', "") + only


def checks_in(statement: str) -> Iterator[str]:
    """Yield what each CHECK of a statement demands, as it is written there."""
    for found in _CHECK.finditer(statement):
        if not found[1]:
            continue
        depth, at = 1, found.end()
        for step in _STEP.finditer(statement, found.end()):
            depth += {"(": 1, ")": -1}.get(step[0], 0)
            if depth == 0:
                at = step.start()
                break
        yield statement[found.end() : at]


class _Reader:
    """Reads tokens from left to right; `OR` binds least, then `AND`, then `NOT`."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0

    def any_of(self) -> _Node:
        return self._bound("or", self._all_of)

    def _all_of(self) -> _Node:
        return self._bound("and", self._one)

    def rest(self) -> list[str]:
        """What is left over, which is nothing where the parentheses are whole."""
        return self._tokens[self._at : -1]

    def _bound(self, word: str, part: Callable[[], _Node]) -> _Node:
        found = [part()]
        while self._next == word:
            self._at += 1
            found.append(part())
        return found[0] if len(found) == 1 else _Bound(word, found)

    def _one(self) -> _Node:
        if self._next == "not":
            self._at += 1
            return _Bound("not", [self._one()])
        words: list[str] = []
        while self._next not in {"", "and", "or", *_CLOSING}:
            word = self._take()
            if word == "between":
                low = _as_words(self._one())
                self._at += 1  # its own AND
                high = _as_words(self._one())
                return _Bound("and", [(*words, ">=", *low), (*words, "<=", *high)])
            if word in {"(", "["}:
                group = self.any_of()
                self._at += 1  # what closes it
                if not words and isinstance(group, _Bound) and self._next in {"", "and", "or", *_CLOSING}:
                    return group
                words += _as_words(group)
            elif word == "in":
                words += ["=", *self._choices()]
            elif word != "array":
                words.append(word)
        return tuple(words)

    def _choices(self) -> list[str]:
        """The list after IN: of one value PostgreSQL makes a plain comparison."""
        self._at += 1
        group = _as_words(self.any_of())
        self._at += 1
        return ["any", *group] if "," in group else group

    @property
    def _next(self) -> str:
        return self._tokens[min(self._at, len(self._tokens) - 1)]

    def _take(self) -> str:
        token = self._next
        self._at += 1
        return token


def _telling(tokens: Sequence[str], no_texts: frozenset[str]) -> Iterator[str]:
    """The tokens without the casts that nobody wrote."""
    for at, token in enumerate(tokens):
        if not token.startswith("::"):
            yield _plain(token)
            continue
        cast = "::" + " ".join(token.removeprefix("::").split())
        closed = at > 1 and tokens[at - 1] == ")"
        of = tokens[at - 2] if closed else tokens[at - 1]
        if cast not in _WRITTEN_BY_POSTGRESQL or of.strip('"') in no_texts:
            yield cast


def _plain(token: str) -> str:
    if token[0] == "'":
        return token
    return {"!=": "<>"}.get(token, token.strip('"') if token[0] == '"' else token.lower())


def _as_words(node: _Node) -> list[str]:
    return [_shown(node)] if isinstance(node, _Bound) else list(node)


def _shown(node: _Node) -> str:
    if not isinstance(node, _Bound):
        return " ".join(node)
    if node.word == "not":
        return f"not ({_shown(node.under[0])})"
    return "(" + f" {node.word} ".join(_shown(one) for one in node.under) + ")"
