"""A name as parts that can be looked for: titles left out, what belongs together joined, the family name last. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cases.folding import fold
from witnesses.leaks.plain_words import BEGINNINGS, ENDINGS, RELATIONS, TITLES

_APART: Final = re.compile(r"[/؛;|\n\r:]")
_BRACKETED: Final = re.compile(r"[(\[«\"“]([^)\]»\"”]*)[)\]»\"”]")
_COMMA: Final = re.compile(r"[,،]")
_JOINED: Final = re.compile(r"['’‘ʼʻʿʾ`´′\-‐‑]")
_NOT_A_WORD: Final = re.compile(r"[\W\d_]+")
_MOST_PARTS, _SHORTEST = 6, 2
# Letters by which a name is shortened, in both scripts.
_INITIALS: Final = (
    ("اع", "aeiou"), ("ب", "b"), ("پ", "p"), ("تط", "t"), ("ثسصش", "s"), ("جژ", "jzg"), ("چ", "c"), ("حه", "h"),
    ("خ", "kx"), ("د", "d"), ("ذزضظ", "zd"), ("ر", "r"), ("غق", "gq"), ("ف", "fp"), ("ک", "kc"), ("گ", "g"),
    ("ل", "l"), ("م", "m"), ("ن", "n"), ("و", "vw"), ("ی", "yij"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Name:
    """Somebody's name, and the label it is told apart by. The last part is taken for the family name."""

    label: str
    parts: tuple[str, ...]

    def __repr__(self) -> str:
        return "<sealed>"

    @property
    def initials(self) -> frozenset[str]:
        """The letters that can stand for a part before the family name."""
        own = {part[0] for part in self.parts[:-1]}
        letters = set(own)
        for persian, latin in _INITIALS:
            letters |= set(latin) if own & set(persian) else set()
            letters |= set(persian) if own & set(latin) else set()
        return frozenset(letters)


def names_in(label: str, text: str) -> Iterator[Name]:
    """The names of a line in which somebody wrote a name, or several apart by strokes.

    What stands in brackets is another given name: it is taken with the family name too.
    """
    for chunk in _APART.split(text):
        family, *given = _COMMA.split(_BRACKETED.sub(" ", chunk), maxsplit=1)
        parts = _parts(" ".join((*given, family)))
        if parts:
            yield Name(label, parts)
        for inner in _BRACKETED.findall(chunk):
            called = _parts(inner)
            if called:
                yield Name(label, (*called, *parts[-1:]))


def kin_in(label: str, text: str) -> Iterator[Name]:
    """The name at the head of a line about a relative; what follows a comma or a digit is no name."""
    for line in re.split(r"[\n\r;؛/]", text):
        for chunk in re.split(r"[,،:()\d]", line):
            parts = tuple(part for part in _parts(chunk) if part not in RELATIONS)
            if parts:
                yield Name(label, parts)
                break


def _parts(text: str) -> tuple[str, ...]:
    split = [word for word in _NOT_A_WORD.split(fold(_JOINED.sub("", text))) if len(word) >= _SHORTEST]
    split = [word for word in split if word not in TITLES] or split
    joined: list[str] = []
    for word in split[:_MOST_PARTS]:
        if joined and (word in ENDINGS or joined[-1] in BEGINNINGS):
            joined[-1] += word
        else:
            joined.append(word)
    return tuple(joined)
