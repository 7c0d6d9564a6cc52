"""How an item can be looked at: chosen by what was made of it, never by what the original could do to a browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from evidence.derivative_failures import sentence
from evidence.derivative_words import UNFINISHED, DerivativeKind, DerivativeState
from evidence.models import Derivative, EvidenceItem
from evidence.shown_types import is_only_seen

Made = Mapping[str, Derivative]


class Face(StrEnum):
    """The ways of looking; each has a template of its own."""

    LEAVES = "leaves"
    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why nothing can be shown: a title, what it means and what to do; `failed` where a person can try again."""

    title: str
    why: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """The way in which an item is looked at, what is shown, and the texts that can be read beside it."""

    face: Face
    made: Made
    main: Derivative | None = None
    nothing: Nothing | None = None

    @property
    def template(self) -> str:
        """The template of the face."""
        return f"evidence/viewers/{self.face}.html"

    @property
    def large(self) -> Derivative | None:
        """The image for looking closer, where the picture has more in it than the first one shows."""
        return self.made.get(_LARGE)

    @property
    def poster(self) -> Derivative | None:
        """The still of a video."""
        return self.made.get(DerivativeKind.POSTER)

    @property
    def wave(self) -> Derivative | None:
        """The picture of a sound."""
        return self.made.get(DerivativeKind.WAVEFORM)

    @property
    def texts(self) -> list[Derivative]:
        """The texts that programs read from the item, apart from one that is the face itself."""
        found = (self.made.get(kind) for kind in (DerivativeKind.TEXT, DerivativeKind.OCR_TEXT))
        return [text for text in found if text is not None and text is not self.main]


# Pictures have a second preview where they are larger than the first.
_LARGE = "large_preview"
# In this order: a document of pages is read by page although its words were read too.
_FACES = (
    (DerivativeKind.PAGE_IMAGE, Face.LEAVES),
    (DerivativeKind.PLAYBACK, Face.AUDIO),
    (DerivativeKind.PREVIEW_IMAGE, Face.IMAGE),
    (DerivativeKind.TEXT, Face.TEXT),
    (DerivativeKind.OCR_TEXT, Face.TEXT),
)


def viewer_of(item: EvidenceItem, *, user: User) -> Viewer:
    """The way of looking at an item that the user sees. One query, however much was made of it."""
    if item.disposed_at is not None:
        return Viewer(Face.NOTHING, {}, nothing=_disposed_of())
    wanted = Q(number=1) | Q(number=2, kind=DerivativeKind.PREVIEW_IMAGE)
    rows = Derivative.objects.visible_to(user).filter(wanted, item=item, author=None)
    firsts = {str(row.kind) if row.number == 1 else _LARGE: row for row in rows}
    made = {kind: row for kind, row in firsts.items() if _can_be_seen(row)}
    for kind, face in _FACES:
        if kind in made:
            main = made[kind]
            is_video = kind == DerivativeKind.PLAYBACK and main.media_type.startswith("video/")
            return Viewer(Face.VIDEO if is_video else face, made, main)
    return Viewer(Face.NOTHING, made, nothing=_nothing(item, firsts))


def _disposed_of() -> Nothing:
    return Nothing(
        _("Disposed of"),
        _(
            "Its bytes and what was made of them cannot be read any more. Its custody says when, why and by whom."
        ),
    )


def _can_be_seen(row: Derivative) -> bool:
    # A program that was misled may leave what a browser would run; that is no preview.
    return row.state == DerivativeState.MADE and is_only_seen(row.media_type)


def _nothing(item: EvidenceItem, firsts: Made) -> Nothing:
    if not item.has_bytes:
        return Nothing(
            _("A thing, not a file"),
            _("Ask whoever holds it to let you see it. Photographs of it are items of their own."),
        )
    shown = [row for kind, row in firsts.items() if kind in dict(_FACES)]
    if any(row.state in UNFINISHED for row in shown):
        return Nothing(
            _("What can be looked at is being made"),
            _("It is made from a copy, away from the original. Reload this page in a moment."),
        )
    for state in (DerivativeState.FAILED, DerivativeState.MISSING):
        for row in shown:
            if row.state == state:
                return _not_made(row)
    return _of_no_kind(item)


def _not_made(row: Derivative) -> Nothing:
    return Nothing(
        _("Nothing could be made for looking at"),
        sentence(row.failure, row.failure_detail),
        failed=True,
    )


def _of_no_kind(item: EvidenceItem) -> Nothing:
    if item.inspected_at is None:
        return Nothing(
            _("Not examined yet"),
            _(
                "What can be looked at is made when the type of the file is known. Reload this page in a moment."
            ),
        )
    return Nothing(
        _("Files of this type are not shown here"),
        _(
            "The file may be hostile, and the browser is no place to open it. Download the original as evidence."
        ),
    )
