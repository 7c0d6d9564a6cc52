"""A document page by page: the image of a page, and the words on it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from evidence.derivative_reading import open_derivative
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.errors import EvidenceError, UnknownEvidence
from evidence.lines import Line, stretch_of
from evidence.models import Derivative, EvidenceItem


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a document. `text` is None where no words of it were read; `trouble` says what kept them away."""

    number: int
    count: int
    image: Derivative
    text: tuple[Line, ...] | None
    trouble: str = ""

    @property
    def previous(self) -> int:
        """The page before this one, if this is not the first."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The page after this one, if this is not the last."""
        return self.number + 1

    @property
    def pinpoint(self) -> str:
        """The page as a citation says it, in the reader's language."""
        return _("page %(number)s") % {"number": self.number}


def leaf_of(item: EvidenceItem, number: int, *, user: User) -> Leaf:
    """One page of an item that the user sees, its words in the log as read. Raises UnknownEvidence for no such page.

    Words that cannot be read keep nobody from the image: `trouble` says what is wrong with them.
    """
    rows = Derivative.objects.visible_to(user).filter(item=item, author=None, state=DerivativeState.MADE)
    images = rows.filter(kind=DerivativeKind.PAGE_IMAGE)
    count = images.count()
    image = images.filter(number=number).first()
    if image is None:
        raise UnknownEvidence(
            _("The document has %(count)s pages, and this is none of them. Choose one.") % {"count": count}
        )
    words = rows.filter(kind=DerivativeKind.TEXT, number=number).first()
    try:
        return Leaf(number, count, image, _words_on(words, user))
    except EvidenceError as error:
        return Leaf(number, count, image, None, trouble=str(error))


def _words_on(page: Derivative | None, user: User) -> tuple[Line, ...] | None:
    if page is None:
        return None
    with open_derivative(page, actor=user).content as content:
        return stretch_of(content).lines
