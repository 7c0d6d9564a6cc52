"""E-mail addresses and the names of messengers in a text. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from cases.folding import fold
from witnesses.leaks.letters import words_as_they_stand
from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety

_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE: Final = re.compile(
    r"(?<!\w)@([\w.]{5,})|(?:t\.me|wa\.me|instagram\.com|facebook\.com|x\.com)/([\w.]{5,})"
)
_SHORTEST: Final = 5
# Of forms so long a text is asked at every so manieth letter for so many letters.
_STEPS: Final = ((10, 6, 5), (6, 2, 5), (3, 1, 3))


def emails_in(text: str) -> list[str]:
    """The e-mail addresses of a line, folded."""
    return _EMAIL.findall(fold(text))


class _Forms:
    """What is looked for in the middle of other letters, with the labels of each."""

    __slots__ = ("_grams", "labels")

    def __init__(self) -> None:
        self.labels: dict[str, set[str]] = defaultdict(set)
        # By step and number of letters, then by letters of a form: the form, and where in it they stand.
        self._grams: dict[tuple[int, int], dict[str, list[tuple[str, int]]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, form: str, label: str) -> None:
        """Takes a form of the label."""
        for shortest, step, letters in () if form in self.labels else _STEPS:
            if len(form) >= shortest:
                # Wherever the text is asked, the letters at one of these places of the form are met.
                for at in range(step):
                    self._grams[step, letters][form[at : at + letters]].append((form, at))
                break
        self.labels[form].add(label)

    def clear(self) -> None:
        """Lets go of all."""
        self.labels.clear()
        self._grams.clear()

    def met(self, text: str) -> Iterator[str]:
        """The forms that stand in the text."""
        for (step, letters), grams in self._grams.items():
            for start in range(0, len(text), step):
                for form, at in grams.get(text[start : start + letters], ()):
                    if start >= at and text.startswith(form, start - at):
                        yield form


class NetNames:
    """The e-mail addresses and messengers' names that are looked for."""

    __slots__ = ("_emails", "_handles")

    def __init__(self) -> None:
        self._emails, self._handles = _Forms(), _Forms()

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str, *, messenger: bool = False) -> None:
        """Takes what of a line is an address; of a messenger's row that has no @, its one word."""
        plain = fold(text)
        emails = _EMAIL.findall(plain)
        for email in emails:
            self._emails.add(_squeezed(email), label)
            mailbox = _squeezed(email.partition("@")[0])
            if _is_telling(mailbox):
                self._handles.add(mailbox, label)
        handles = [one or other for one, other in _HANDLE.findall(_EMAIL.sub(" ", plain))]
        bare = plain.split()
        if messenger and not handles and not emails and len(bare) == 1:
            handles = bare
        for handle in handles:
            if _is_telling(_squeezed(handle)):
                self._handles.add(_squeezed(handle), label)

    def leave_out(self, label: str, name: str) -> None:
        """Lets go of the label's mailboxes and handles that say no more than this name; whole addresses stay."""
        said = _squeezed(fold(name))
        for form, labels in self._handles.labels.items():
            if form in said:
                labels.discard(label)

    def forget(self) -> None:
        """Lets go of all."""
        self._emails.clear()
        self._handles.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure; the same label several times."""
        if page.speaks_of_addresses:
            for form in {*self._emails.met(page.squeezed), *self._emails.met(page.without_at)}:
                yield from ((label, Surety.SURE) for label in self._emails.labels[form])
        for form in self._handles.met(page.squeezed):
            yield from ((label, Surety.LIKELY) for label in self._handles.labels[form])


def _squeezed(text: str) -> str:
    return "".join(words_as_they_stand(text)).replace(".", "")


def _is_telling(handle: str) -> bool:
    """Whether it can be looked for in the middle of other letters without being met everywhere."""
    has_digit = any(letter.isdigit() for letter in handle) and not handle.isdigit()
    return len(handle) >= (_SHORTEST + 1 if has_digit else 2 * _SHORTEST)
