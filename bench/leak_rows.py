"""The rows of the leak check: a dossier's text looked through for the identities of a case, beside reading the text.

Reading is what any look must do: the file decoded and parted into words. The text is invented, half of it Persian,
and full of given names of many, which the identities have too.
"""

import random
import re
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.rows import Row, medians, seconds
from witnesses.identity import FIELDS, IdentityFacts, SealedName, SealedRow, identity_bytes, read_identity
from witnesses.leaks.looking import look
from witnesses.leaks.needles import Needles
from witnesses.leaks.plain_words import GIVEN
from witnesses.leaks.texts import Piece, Place

_PAGE, _IDENTITIES, _MEMORY_MIB = 2000, 200, 64.0
_WORD: Final = re.compile(r"\w+")
_SYLLABLES: Final = {
    "latin": "ba ran sho ti ma el kar no vi da sim our pe zan gol hu af ter in con re mi tion ly st",
    "persian": "با ران شو تی ما ال کار نو وی دا سیم ور په زن گل هو اف تر این کن ری می شد یم ست",
}


def rows(*, pages: int) -> list[Row]:
    """Measure in one process; the identities are made first."""
    chance = random.Random(5)
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8", suffix=".txt") as file:
        words = [_vocabulary(chance, script) for script in _SYLLABLES]
        for number in range(pages):
            text = " ".join(chance.choices(words[number % 2], k=_PAGE // 4))
            file.write(text[: _PAGE - 1].ljust(_PAGE - 1) + "\n")
        file.flush()
        path, needles = Path(file.name), _needles(chance)

        def look_once() -> float:
            return seconds(lambda: sum(1 for _hit in look(_pieces(path), needles)))

        look_once()
        before = _peak()
        read, looked = medians(lambda: seconds(lambda: _read(path)), look_once)
        grown = _peak() - before
    note = f"the same text decoded and parted into words; {pages / looked:.0f} pages a second"
    return [
        Row(f"looking through {pages:,} pages for {_IDENTITIES} identities", looked, read, 20.0, "s", note),
        Row("memory that a second look adds", grown, _MEMORY_MIB, 1.0, "MiB", "the floor is the limit"),
    ]


def _pieces(path: Path) -> Iterator[Piece]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            yield Piece(Place("dossier.txt", f"page {number}"), line)


def _read(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return sum(len(_WORD.findall(line)) for line in file)


def _vocabulary(chance: random.Random, script: str) -> list[str]:
    """Twenty thousand words, the short ones often, as in a language; two of a hundred are names of many."""
    syllables = _SYLLABLES[script].split()
    made = ["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _n in range(20_000)]
    spoken = made + made[:500] * 40
    return spoken + chance.choices(_given(script), k=len(spoken) // 50)


def _given(script: str) -> list[str]:
    return sorted(name for name in GIVEN if name.isascii() == (script == "latin"))


def _family(chance: random.Random, script: str) -> str:
    return "".join(chance.choices(_SYLLABLES[script].split(), k=3)) + ("pour" if script == "latin" else "پور")


def _needles(chance: random.Random) -> Needles:
    needles = Needles()
    for number in range(_IDENTITIES):
        people = [
            f"{chance.choice(_given(script))} {_family(chance, script)}"
            for script in ("latin", "persian", "latin", "persian", "persian", "persian")
        ]
        facts = IdentityFacts(
            tuple(SealedName(name) for name in people[:3]),
            date_of_birth=f"13{chance.randrange(10, 70)}/0{chance.randrange(1, 7)}/1{chance.randrange(9)}",
            contacts=(
                SealedRow(f"+98 9{chance.randrange(10**8, 10**9)}", "phone"),
                SealedRow(f"{_family(chance, 'latin')}{number}@example.org", "email"),
                SealedRow(f"{_family(chance, 'latin')} street {number}", "address"),
            ),
            kin=tuple(SealedRow(name, "kin") for name in people[3:]),
            documents=(SealedRow(str(chance.randrange(10**9, 10**10)), "national_card"),),
        )
        needles.add(str(number), read_identity(identity_bytes(facts), version=1, fields=FIELDS))
    return needles


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
