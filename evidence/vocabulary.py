"""The closed words of evidence: what may happen to an item, how a link argues, and how a check ends."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustodyKind(models.TextChoices):
    """Everything that can happen to an item in custody."""

    COLLECTED = "collected", _("Collected")
    RECEIVED = "received", _("Received")
    INGESTED = "ingested", _("Taken into the store")
    FIXITY_CHECKED = "fixity_checked", _("Checked against its digest")
    COPIED = "copied", _("Copied")
    FORMAT_IDENTIFIED = "format_identified", _("Type identified from content")
    MIGRATED = "migrated", _("Migrated to another format")
    TRANSCRIBED = "transcribed", _("Transcribed")
    TRANSLATED = "translated", _("Translated")
    REDACTED = "redacted", _("Redacted")
    VIEWED = "viewed", _("Viewed")
    EXPORTED = "exported", _("Working copy handed out")
    TRANSFER_OFFERED = "transfer_offered", _("Transfer offered")
    TRANSFER_ACCEPTED = "transfer_accepted", _("Transfer accepted")
    TRANSFER_REFUSED = "transfer_refused", _("Transfer refused")
    MOVED = "moved", _("Moved")
    SEALED = "sealed", _("Sealed")
    UNSEALED = "unsealed", _("Seal opened")
    CHECKED_OUT = "checked_out", _("Checked out")
    RETURNED = "returned", _("Returned")
    TIMESTAMPED = "timestamped", _("Time-stamped")
    CONSENT_CHANGED = "consent_changed", _("Consent changed")
    DISCLOSED = "disclosed", _("Disclosed in a dossier")
    DISPOSED = "disposed", _("Disposed of")
    CORRECTED = "corrected", _("Record corrected")
    TRANSFER_WITHDRAWN = "transfer_withdrawn", _("Offer withdrawn")
    CONFIRMED = "confirmed", _("Confirmed by a second person")
    HOLD_PLACED = "hold_placed", _("Legal hold placed")
    HOLD_RELEASED = "hold_released", _("Legal hold released")
    DISPOSAL_REQUESTED = "disposal_requested", _("Disposal asked for")
    DISPOSAL_REFUSED = "disposal_refused", _("Disposal turned down")
    PACKED = "packed", _("Packed into a dossier")


# Somebody gives and somebody takes: such an event must say why, in words that a court can read.
HAND_OVERS = (
    CustodyKind.EXPORTED,
    CustodyKind.TRANSFER_OFFERED,
    CustodyKind.TRANSFER_ACCEPTED,
    CustodyKind.TRANSFER_REFUSED,
    CustodyKind.CHECKED_OUT,
    CustodyKind.RETURNED,
    CustodyKind.DISCLOSED,
    CustodyKind.DISPOSED,
    CustodyKind.TRANSFER_WITHDRAWN,
    CustodyKind.HOLD_PLACED,
    CustodyKind.HOLD_RELEASED,
    CustodyKind.DISPOSAL_REQUESTED,
    CustodyKind.DISPOSAL_REFUSED,
)
SHORTEST_PURPOSE = 10
# What was done with an item for one case: whoever works on another one does not read for whom and why.
FOR_A_DOSSIER = (CustodyKind.PACKED, CustodyKind.DISCLOSED)

# What each kind answers. An event is answered once: the table has a unique key on it.
ANSWERED_BY = {
    CustodyKind.TRANSFER_ACCEPTED: (CustodyKind.TRANSFER_OFFERED,),
    CustodyKind.TRANSFER_REFUSED: (CustodyKind.TRANSFER_OFFERED,),
    CustodyKind.TRANSFER_WITHDRAWN: (CustodyKind.TRANSFER_OFFERED,),
    CustodyKind.RETURNED: (CustodyKind.CHECKED_OUT, CustodyKind.TRANSFER_ACCEPTED),
    CustodyKind.UNSEALED: (CustodyKind.SEALED, CustodyKind.RECEIVED),
    CustodyKind.HOLD_RELEASED: (CustodyKind.HOLD_PLACED,),
    CustodyKind.DISPOSED: (CustodyKind.DISPOSAL_REQUESTED,),
    CustodyKind.DISPOSAL_REFUSED: (CustodyKind.DISPOSAL_REQUESTED,),
}
# A seal may be found open that nobody here put on; every other answer has its question.
MUST_ANSWER = tuple(kind for kind in ANSWERED_BY if kind is not CustodyKind.UNSEALED)
# Whoever does one of these says no, and why in the note; the purpose stays that of what they were asked.
TURNED_DOWN = (
    CustodyKind.TRANSFER_REFUSED,
    CustodyKind.TRANSFER_WITHDRAWN,
    CustodyKind.DISPOSAL_REFUSED,
)
# After one of these somebody else answers for the item, or nobody.
TAKING = (
    CustodyKind.RECEIVED,
    CustodyKind.TRANSFER_ACCEPTED,
    CustodyKind.RETURNED,
    CustodyKind.DISPOSED,
)


class CustodyOutcome(models.TextChoices):
    """How an act that can fail ended; an act that cannot fail has none."""

    VERIFIED = "verified", _("Verified")
    BROKEN = "broken", _("Broken")


class ReadingMethod(models.TextChoices):
    """How a stored object is read again."""

    FULL = "full", _("Opened and read in full")
    SCRUB = "scrub", _("Stored bytes read without a key")


class MoreDigest(models.TextChoices):
    """Algorithms to which stored files can be given a further digest; SHA-256 stays what they are known by."""

    SHA512 = "sha512", "SHA-512"
    SHA3_256 = "sha3-256", "SHA3-256"

    @property
    def in_hashlib(self) -> str:
        """Python's name for it."""
        return self.value.replace("-", "_")

    @property
    def size(self) -> int:
        """The digest's length in bytes."""
        return {"sha512": 64, "sha3-256": 32}[self.value]


class Finding(models.TextChoices):
    """What a reading came to, as rounds count it."""

    VERIFIED = "verified", _("Verified")
    MISMATCH = "mismatch", _("Changed")
    TRUNCATED = "truncated", _("Cut short")
    MISSING = "missing", _("Missing")
    UNREADABLE = "unreadable", _("Unreadable")


class AlarmState(models.TextChoices):
    """What an alarm is about: one object, or the store as a whole."""

    MISMATCH = "mismatch", _("Changed")
    TRUNCATED = "truncated", _("Cut short")
    MISSING = "missing", _("Missing")
    UNREADABLE = "unreadable", _("Unreadable")
    STORE_AWAY = "store_away", _("The store is not reachable")


class Stance(models.TextChoices):
    """What an item does for the fact that it is linked to."""

    SUPPORTS = "supports", _("Supports")
    CONTRADICTS = "contradicts", _("Contradicts")
    NEUTRAL = "neutral", _("Neither supports nor contradicts")


class SourceKind(models.TextChoices):
    """What kind of source an item came from."""

    PERSON = "person", _("A person, under a pseudonym")
    ORGANISATION = "organisation", _("An organisation")
    PUBLIC = "public", _("A public source")


class Reliability(models.TextChoices):
    """How far the source can be relied on: the letters of the Admiralty grading."""

    A = "A", _("A: completely reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: reliability cannot be judged")


class Credibility(models.TextChoices):
    """How credible the information itself is: the digits of the Admiralty grading."""

    CONFIRMED = "1", _("1: confirmed by other sources")
    PROBABLE = "2", _("2: probably true")
    POSSIBLE = "3", _("3: possibly true")
    DOUBTFUL = "4", _("4: doubtful")
    IMPROBABLE = "5", _("5: improbable")
    UNKNOWN = "6", _("6: truth cannot be judged")


class Language(models.TextChoices):
    """The languages that an item may be in, by their BCP 47 codes."""

    PERSIAN = "fa", _("Persian")
    KURDISH = "ku", _("Kurdish")
    AZERBAIJANI = "az", _("Azerbaijani Turkish")
    BALOCHI = "bal", _("Balochi")
    TURKMEN = "tk", _("Turkmen")
    ARABIC = "ar", _("Arabic")
    ARMENIAN = "hy", _("Armenian")
    ENGLISH = "en", _("English")
    SWEDISH = "sv", _("Swedish")
    GERMAN = "de", _("German")
    FRENCH = "fr", _("French")
    DUTCH = "nl", _("Dutch")
    OTHER = "mis", _("Another language")
    NONE = "zxx", _("No language, such as a picture")


class Relation(models.TextChoices):
    """What an item is to the item that it came from; an item of its own has none."""

    ATTACHMENT = "attachment", _("Attachment of a message")
    ARCHIVE_MEMBER = "archive_member", _("File from an archive")
    CAPTURE_PART = "capture_part", _("Part of a web capture")
    PHOTOGRAPH = "photograph", _("Photograph of a thing")


class UploadState(models.TextChoices):
    """How far a file on its way has come, or how it ended."""

    ARRIVING = "arriving", _("On its way")
    ARRIVED = "arrived", _("Here, not yet taken in")
    TAKEN_IN = "taken_in", _("Taken in")
    REFUSED = "refused", _("Not taken in")
    CALLED_OFF = "called_off", _("Called off")
    EXPIRED = "expired", _("Lapsed")


LIVE = (UploadState.ARRIVING, UploadState.ARRIVED)

OBJECT_FORMAT = "age-v1"
