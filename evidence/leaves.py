"""A document page by page: the image of a page, and the words on it."""

import json
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from audit.digits import in_digits
from evidence.derivative_reading import open_derivative
from evidence.derivative_words import IN_ALL, DerivativeKind, DerivativeState
from evidence.errors import EvidenceError, UnknownEvidence
from evidence.lines import Line, page_lines
from evidence.models import Derivative, EvidenceItem

_TEXTS = (DerivativeKind.TEXT, DerivativeKind.OCR_TEXT)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a document. `text` is None where no words of it were read; `trouble` says what kept them away.

    `read_by_program` where they were read from the image: such words are a help, and no quotation.
    """

    number: int
    count: int
    image: Derivative
    text: tuple[Line, ...] | None
    trouble: str = ""
    read_by_program: bool = False

    @property
    def previous(self) -> int:
        """The page before this one, if this is not the first."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The page after this one, if this is not the last."""
        return self.number + 1

    @property
    def in_all(self) -> int | None:
        """How many pages the document has, images or not; None where nobody counted."""
        said = self.image.finding.removeprefix(IN_ALL)
        return int(said) if said != self.image.finding and said.isdigit() else None

    @property
    def is_cut(self) -> bool:
        """Whether the document has, or may have, pages of which no image was made."""
        if self.in_all is not None:
            return self.in_all > self.count
        most: int | None = json.loads(self.image.parameters).get("most_pages")
        return most == self.count

    @property
    def pinpoint(self) -> str:
        """The page as a citation says it, in the reader's language."""
        return _("page %(number)s") % {"number": self.number}


def leaves_of(item: EvidenceItem, *, user: User) -> QuerySet[Derivative]:
    """The images of the item's pages that the user may see."""
    return _made_of(item, user).filter(kind=DerivativeKind.PAGE_IMAGE)


def leaf_of(item: EvidenceItem, number: int, *, user: User) -> Leaf:
    """One page of an item that the user sees, its words in the log as read. Raises UnknownEvidence for no such page.

    Words that cannot be read keep nobody from the image: `trouble` says what is wrong with them.
    """
    rows, images = _made_of(item, user), leaves_of(item, user=user)
    count = images.count()
    image = images.filter(number=number).first()
    if image is None:
        raise UnknownEvidence(
            _("The document has %(count)s pages, and this is none of them. Choose one.")
            % {"count": in_digits(count)}
        )
    try:
        words, guessed = _words_on(number, rows, user)
        return Leaf(number, count, image, words, read_by_program=guessed)
    except EvidenceError as error:
        return Leaf(number, count, image, None, trouble=str(error))


def _made_of(item: EvidenceItem, user: User) -> QuerySet[Derivative]:
    return Derivative.objects.visible_to(user).filter(item=item, author=None, state=DerivativeState.MADE)


def _words_on(number: int, rows: QuerySet[Derivative], user: User) -> tuple[tuple[Line, ...] | None, bool]:
    """The words of the page: those in the file, or those that were read from its image, and whether it is these."""
    texts = {row.kind: row for row in rows.filter(kind__in=_TEXTS, number=1)}
    found = next((texts[kind] for kind in _TEXTS if kind in texts), None)
    if found is None:
        return None, False
    with open_derivative(found, actor=user).content as content:
        return page_lines(content, number), found.kind == DerivativeKind.OCR_TEXT
