"""E-mail addresses and the names of messengers in a text. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from cases.folding import fold
from witnesses.leaks.letters import words
from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE: Final = re.compile(
    r"(?<!\w)@([\w.]{5,})|(?:t\.me|wa\.me|instagram\.com|facebook\.com|x\.com)/([\w.]{5,})"
)
_SHORTEST: Final = 5


def emails_in(text: str) -> list[str]:
    """The e-mail addresses of a line, folded."""
    return _EMAIL.findall(fold(text))


class NetNames:
    """The e-mail addresses and messengers' names that are looked for."""

    __slots__ = ("_emails", "_handles")

    def __init__(self) -> None:
        self._emails: dict[str, set[str]] = {}
        self._handles: dict[str, set[str]] = {}

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str, *, messenger: bool = False) -> None:
        """Takes what of a line is an address; of a messenger's row that has no @, its one word."""
        plain = fold(text)
        emails = _EMAIL.findall(plain)
        for email in emails:
            self._emails.setdefault(_squeezed(email), set()).add(label)
            mailbox = _squeezed(email.partition("@")[0])
            if _is_telling(mailbox):
                self._handles.setdefault(mailbox, set()).add(label)
        handles = [one or other for one, other in _HANDLE.findall(_EMAIL.sub(" ", plain))]
        bare = plain.split()
        if messenger and not handles and not emails and len(bare) == 1:
            handles = bare
        for handle in handles:
            if _is_telling(_squeezed(handle)):
                self._handles.setdefault(_squeezed(handle), set()).add(label)

    def leave_out(self, label: str, name: str) -> None:
        """Lets go of the label's mailboxes and handles that say no more than this name; whole addresses stay."""
        said = _squeezed(fold(name))
        for form, labels in self._handles.items():
            if form in said:
                labels.discard(label)

    def forget(self) -> None:
        """Lets go of all."""
        self._emails.clear()
        self._handles.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure; the same label several times."""
        if page.speaks_of_addresses:
            for form, labels in self._emails.items():
                if form in page.squeezed or form in page.without_at:
                    yield from ((label, Surety.SURE) for label in labels)
        for form, labels in self._handles.items():
            if form in page.squeezed:
                yield from ((label, Surety.LIKELY) for label in labels)


def _squeezed(text: str) -> str:
    return "".join(words(text)).replace(".", "")


def _is_telling(handle: str) -> bool:
    """Whether it can be looked for in the middle of other letters without being met everywhere."""
    has_digit = any(letter.isdigit() for letter in handle) and not handle.isdigit()
    return len(handle) >= (_SHORTEST + 1 if has_digit else 2 * _SHORTEST)
