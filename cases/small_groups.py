"""Words of a case that could betray who a witness is: whoever knows that is asked before they are kept.

The rule stands above this app, so the settings name it. It is asked where words are written down, whichever page or
command brought them, and it refuses until somebody confirms exactly what it found.
What they confirmed comes with who acts (`User.confirming`), act by act, and from nowhere else.
"""

from argparse import ArgumentParser
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit.errors import Conflict
from cases.errors import CaseError

# As a form sends it, and as an answer for programs calls it.
CONFIRMED: Final = "small_group"


class SmallGroup(CaseError, Conflict):
    """What was written fits so few people that it could betray a witness, and nobody confirmed it.

    `code` stands for what was found, without saying it: other words have another one.
    """

    def __init__(self, told: str, *, code: str) -> None:
        super().__init__(
            _("%(told)s To save it all the same, confirm %(code)s.") % {"told": told, "code": code}
        )
        self.told, self.code = told, code

    @property
    def details(self) -> list[dict[str, str]]:
        """The code, for a program."""
        return [{CONFIRMED: self.code}]


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """Words that are kept together, and the items that they are about. Its `repr` says nothing."""

    texts: Sequence[str]
    items: frozenset[UUID] = frozenset()

    def __repr__(self) -> str:
        return "<private>"


class Weigher(Protocol):
    """Raises SmallGroup where words narrow a witness to few people and nobody confirmed it; logs that somebody did."""

    def __call__(self, written: Iterable[Written], *, actor: User) -> None: ...


def take_confirmations(parser: ArgumentParser) -> None:
    """Let a command be told, code by code, what is to be written all the same."""
    parser.add_argument(
        "--despite-small-group",
        action="append",
        default=[],
        metavar="CODE",
        help="write words that fit so few people that they could betray a witness: the code that the refusal named; "
        "may be said again",
    )


def is_confirmed(code: str, *, by: User) -> bool:
    """Whether the actor of this act confirmed what this code stands for. See `User.confirming`."""
    return code in by.confirmed


@sensitive_variables()
def weigh_words(texts: Iterable[str], *, items: Collection[UUID] = (), actor: User) -> None:
    """Ask of words that are about to be kept: about witnesses whom they name, and on whom these items rest.

    Belongs into the transaction that keeps them. Raises SmallGroup.
    """
    weigh_each([Written(list(texts), frozenset(items))], actor=actor)


@sensitive_variables()
def weigh_each(written: Iterable[Written], *, actor: User) -> None:
    """As `weigh_words`, of many at once. What is written of one witness counts together."""
    weigh: Weigher = import_string(settings.DADKHAH_WORDS_WEIGHER)
    weigh(written, actor=actor)
