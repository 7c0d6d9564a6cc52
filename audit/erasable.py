"""The one change that an append-only table may allow: named columns become empty, and everything else stays.

For sealed bytes that must be got rid of, and for words that somebody has the right to have forgotten, while the row
goes on saying that they were there. The same condition stands in the trigger of both databases; it names every other
column, so a column that is added later needs it made anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

# What an erased word's column holds before the day. A code point that no text may hold (Unicode, 23.7 Noncharacters),
# so no keyboard and no import writes it.
MARK = "\ufdd0erased:"


@dataclass(frozen=True, slots=True)
class Erasable:
    """Which columns of bytes may become empty, all of them together, and which must be as they were: all the others."""

    empty: tuple[str, ...]
    kept: tuple[str, ...]

    def sqlite(self) -> str:
        """When SQLite's trigger refuses an update."""
        return f" WHEN NOT ({self._holds('IS', 'x' + chr(39) * 2, ('rowid', *self.kept))})"

    def body(self, refused: str) -> str:
        """The body of PostgreSQL's function; `refused` is what it does with everything else."""
        holds = self._holds("IS NOT DISTINCT FROM", "''", self.kept)
        return f" BEGIN IF TG_OP = 'UPDATE' AND {holds} THEN RETURN NEW; END IF; {refused} END "

    def _holds(self, same: str, nothing: str, kept: Sequence[str]) -> str:
        quoted = [name if name == "rowid" else f'"{name}"' for name in kept]
        return " AND ".join(
            [
                *(f'NEW."{name}" = {nothing}' for name in self.empty),
                *(f"NEW.{name} {same} OLD.{name}" for name in quoted),
            ]
        )


@dataclass(frozen=True, slots=True)
class Forgettable:
    """Which words of an append-only row may give way to the marker of their erasure, each step to a row of `record`.

    A row of `record` names the table (`kind`), the row, the `number` of the erasure and its `day`, and is append-only
    itself. It permits one change: to the state that counts this number in `erasures`, under another salt. `emptied`
    and `nulled` are columns that go with a word; `kept` are all the others.
    """

    table: str
    record: str
    words: tuple[str, ...]
    kept: tuple[str, ...]
    emptied: tuple[str, ...] = ()
    nulled: tuple[str, ...] = ()

    @property
    def empty(self) -> tuple[str, ...]:
        """Every column that may change."""
        return (*self.words, *self.emptied, *self.nulled, "salt", "erasures")

    def sqlite(self) -> str:
        """When SQLite's trigger refuses an update."""
        return f" WHEN NOT COALESCE({self._holds('IS', 'e.day', ('rowid', *self.kept))}, 0)"

    def body(self, refused: str) -> str:
        """The body of PostgreSQL's function; `refused` is what it does with everything else."""
        holds = self._holds("IS NOT DISTINCT FROM", "to_char(e.day, 'YYYY-MM-DD')", self.kept)
        return f" BEGIN IF TG_OP = 'UPDATE' AND {holds} THEN RETURN NEW; END IF; {refused} END "

    def _holds(self, same: str, day: str, kept: Sequence[str]) -> str:
        marker = f"'{MARK}' || {day}"
        words = [
            f'(NEW."{name}" = OLD."{name}" OR OLD."{name}" <> \'\' AND NEW."{name}" = {marker})'
            for name in self.words
        ]
        known = " AND ".join(
            ["e.record = OLD.id", "e.number = NEW.erasures", f"e.kind = '{self.table}'", *words]
        )
        return " AND ".join(
            [
                *(f'NEW."{name}" {same} OLD."{name}"' for name in kept),
                *(f'(NEW."{name}" = OLD."{name}" OR NEW."{name}" = \'\')' for name in self.emptied),
                *(f'(NEW."{name}" {same} OLD."{name}" OR NEW."{name}" IS NULL)' for name in self.nulled),
                "NEW.salt <> OLD.salt AND length(NEW.salt) = 16",
                "NEW.erasures = COALESCE(OLD.erasures, 0) + 1",
                f'EXISTS (SELECT 1 FROM "{self.record}" e WHERE {known})',  # noqa: S608
            ]
        )


Change: TypeAlias = Erasable | Forgettable
