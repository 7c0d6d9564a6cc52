"""Words of a case that could betray who a witness is: whoever knows that is asked before they are kept.

The rule stands above this app, so the settings name it. It is asked where words are written down, whichever page or
command brought them, and it refuses until somebody confirms exactly what it found.
"""

from argparse import ArgumentParser
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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
# What was confirmed belongs to one act of one person, so it lives no longer than the block that does it.
_confirmed: ContextVar[frozenset[str]] = ContextVar("confirmed_small_groups", default=frozenset())


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


class Weigher(Protocol):
    """Raises SmallGroup where words narrow a witness to few people and nobody confirmed it; logs that somebody did."""

    def __call__(self, texts: Iterable[str], *, items: Collection[UUID], actor: User) -> None: ...


@contextmanager
def despite(codes: Iterable[str]) -> Iterator[None]:
    """Within it, what these codes stand for is written all the same, and the log says so."""
    before = _confirmed.set(frozenset(codes))
    try:
        yield
    finally:
        _confirmed.reset(before)


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


def is_confirmed(code: str) -> bool:
    """Whether somebody confirmed what this code stands for, for what is being done now."""
    return code in _confirmed.get()


@sensitive_variables()
def weigh_words(texts: Iterable[str], *, items: Collection[UUID] = (), actor: User) -> None:
    """Ask of words that are about to be kept: about witnesses whom they name, and on whom these items rest.

    Belongs into the transaction that keeps them. Raises SmallGroup.
    """
    weigh: Weigher = import_string(settings.DADKHAH_WORDS_WEIGHER)
    weigh(texts, items=items, actor=actor)
