"""What is looked for: the names and numbers of open identities, in memory until they are forgotten."""

import re
from typing import Final

from django.views.decorators.debug import sensitive_variables

from cases.folding import fold
from witnesses.identity import OpenedIdentity

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SHORTEST_NUMBER: Final = 7


class Needles:
    """Add each identity under a label by which the caller tells them apart; forget them all at the end."""

    __slots__ = ("emails", "names", "numbers")

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = []
        self.numbers: list[tuple[str, str]] = []
        self.emails: list[tuple[str, str]] = []

    def __repr__(self) -> str:
        return "<sealed>"

    @sensitive_variables()
    def add(self, label: str, opened: OpenedIdentity) -> None:
        """Takes what of the identity can be looked for. The same label may be added again, for another version."""
        self.names += [(label, fold(name.text)) for name in opened.full_names if " " in fold(name.text)]
        for row in (*opened.rows("contacts"), *opened.rows("documents")):
            text = fold(row.text)
            self.emails += [(label, email) for email in _EMAIL.findall(text)]
            digits = "".join(letter for letter in text if letter.isdecimal()).lstrip("0")
            if len(digits) >= _SHORTEST_NUMBER:
                self.numbers.append((label, digits.removeprefix("98")))

    def forget(self) -> None:
        """Lets go of everything. Best effort: Python frees text, it does not overwrite it."""
        for held in (self.names, self.numbers, self.emails):
            held.clear()
