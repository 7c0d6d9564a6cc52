"""What is to be made of an item: first by its type, then by what came of the first."""

from collections.abc import Sequence

from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.media_types import EMPTY
from evidence.models import Derivative, EvidenceItem

_PDF = "application/pdf"
# Pictures that are programs: they are shown as the text that they are, and never drawn.
_NEVER_DRAWN = ("image/svg",)
# Of a page, in UTF-8: two hundred letters of Persian.
_FEW_BYTES = 400
# A page of scanned paper, in bytes; a page of text alone is smaller.
_SMALLEST_SCAN = 5000
# Which reader a type wants, by its beginning; the first that fits.
_TEXT_READERS = (
    ("application/pdf", "pdf"),
    ("application/vnd.openxmlformats-officedocument", "office"),
    ("application/vnd.oasis.opendocument", "office"),
    ("application/epub+zip", "office"),
    ("text/html", "html"),
    ("application/xhtml", "html"),
    ("message/rfc822", "letter"),
    ("text/", "plain"),
    ("application/json", "plain"),
    ("application/x-ndjson", "plain"),
    ("application/csv", "plain"),
    ("image/svg", "plain"),
)


def first_kinds(media_type: str) -> Sequence[DerivativeKind]:
    """What a file of this type can yield; at least what it says of itself."""
    kinds = [DerivativeKind.METADATA]
    if media_type == EMPTY:
        return kinds
    if media_type.startswith("image/") and not media_type.startswith(_NEVER_DRAWN):
        kinds.append(DerivativeKind.PREVIEW_IMAGE)
    elif media_type == _PDF:
        kinds += [DerivativeKind.PAGE_IMAGE]
    elif media_type.startswith("audio/"):
        kinds += [DerivativeKind.WAVEFORM, DerivativeKind.PLAYBACK]
    elif media_type.startswith("video/"):
        kinds += [DerivativeKind.POSTER, DerivativeKind.PLAYBACK]
    if text_reader(media_type):
        kinds.append(DerivativeKind.TEXT)
    return [*kinds, DerivativeKind.MALWARE_SCAN]


def next_kinds(item: EvidenceItem) -> Sequence[DerivativeKind]:
    """What can be made now that could not before: of a redrawn picture, or of a PDF that is scanned paper."""
    states = dict(Derivative.objects.filter(item=item, author=None, number=1).values_list("kind", "state"))
    if states.get(DerivativeKind.PREVIEW_IMAGE) == DerivativeState.MADE:
        return [DerivativeKind.IMAGE_HASH, DerivativeKind.OCR_TEXT]
    drawn = states.get(DerivativeKind.PAGE_IMAGE) == DerivativeState.MADE
    text = states.get(DerivativeKind.TEXT)
    if drawn and (text == DerivativeState.NOTHING or (text == DerivativeState.MADE and _says_little(item))):
        return [DerivativeKind.OCR_TEXT]
    return []


def _says_little(item: EvidenceItem) -> bool:
    """Whether the text of a PDF is too little for its pages: scanned paper with a number stamped on each."""
    made = Derivative.objects.filter(item=item, author=None, state=DerivativeState.MADE)
    pages = made.filter(kind=DerivativeKind.PAGE_IMAGE).count()
    text = made.filter(kind=DerivativeKind.TEXT, object__size__lt=pages * _FEW_BYTES)
    return item.stored.size > pages * _SMALLEST_SCAN and text.exists()


def text_reader(media_type: str) -> str | None:
    """Which reader takes text out of a file of this type; None where none can."""
    return next((reader for beginning, reader in _TEXT_READERS if media_type.startswith(beginning)), None)
