"""The one change that an append-only table may allow: named columns become empty, and everything else stays.

For sealed bytes that must be got rid of, while the row goes on saying that they were there. The same condition stands
in the trigger of both databases; it names every other column, so a column that is added later needs it made anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass


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
