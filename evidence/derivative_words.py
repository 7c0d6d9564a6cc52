"""The closed words of derivatives: what can be made of an item, by whom, and how far the making has come."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from evidence.vocabulary import CustodyKind


class DerivativeKind(models.TextChoices):
    """What a derivative is. The first ones are made by programs, the last ones by people."""

    METADATA = "metadata", _("What the file says of itself")
    PREVIEW_IMAGE = "preview_image", _("Image for looking at")
    PAGE_IMAGE = "page_image", _("Image of a page")
    POSTER = "poster", _("Still of the video")
    WAVEFORM = "waveform", _("Picture of the sound")
    PLAYBACK = "playback", _("Copy for playing")
    TEXT = "text", _("Text in the file")
    OCR_TEXT = "ocr_text", _("Text read from images")
    IMAGE_HASH = "image_hash", _("Fingerprint of the picture")
    MALWARE_SCAN = "malware_scan", _("Search for malware")
    WORKING_COPY = "working_copy", _("Working copy")
    REDACTION = "redaction", _("Redacted copy")
    TRANSLATION = "translation", _("Translation")
    TRANSCRIPT = "transcript", _("Transcript")


# What people make and bring, and how custody calls it.
BY_PEOPLE: dict[DerivativeKind, CustodyKind] = {
    DerivativeKind.WORKING_COPY: CustodyKind.COPIED,
    DerivativeKind.REDACTION: CustodyKind.REDACTED,
    DerivativeKind.TRANSLATION: CustodyKind.TRANSLATED,
    DerivativeKind.TRANSCRIPT: CustodyKind.TRANSCRIBED,
}
BY_PROGRAMS: tuple[DerivativeKind, ...] = tuple(kind for kind in DerivativeKind if kind not in BY_PEOPLE)
# Words in a language, which must be named where a person brings them.
IN_A_LANGUAGE = (DerivativeKind.TRANSLATION, DerivativeKind.TRANSCRIPT)


class DerivativeState(models.TextChoices):
    """How far the making has come. Made, nothing and missing need no more tries; failed can be tried again."""

    WAITING = "waiting", _("Waits to be made")
    RUNNING = "running", _("Being made")
    MADE = "made", _("Made")
    # Looked, and there was none: no text in a PDF of scans, no position in a picture.
    NOTHING = "nothing", _("Nothing of this kind is in it")
    MISSING = "missing", _("Not done: a program is not on this machine")
    FAILED = "failed", _("Could not be made")


# What the reconciler looks for. A running one whose program died is found by the age of its claim.
UNFINISHED = (DerivativeState.WAITING, DerivativeState.RUNNING)

# Begins the finding of a document's page images: how many pages it has, whether images were made of all or not.
IN_ALL = "in-all "
