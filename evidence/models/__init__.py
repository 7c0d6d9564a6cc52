"""The records of this app: the stored bytes and their readings, their receipts, their custody, what they speak to."""

from evidence.models.acquisition import Acquisition
from evidence.models.capture import CapturePart, CollectorTrace, OnlineCapture
from evidence.models.container import ContainerMember, Unpacking
from evidence.models.custody import CustodyEvent
from evidence.models.derivative import Derivative
from evidence.models.erasure import Erasure
from evidence.models.erasure_request import ErasureOutcome, ErasureRequest
from evidence.models.fixity import FixityAlarm, FixityReading, FixityReport, FixityRound
from evidence.models.found import FoundValue, ImageHash
from evidence.models.item import EvidenceCase, EvidenceItem, Intake
from evidence.models.link import EvidenceLink
from evidence.models.register_view import RegisterView
from evidence.models.stored import ObjectDigest, Removal, StoredObject
from evidence.models.thing import Thing
from evidence.models.upload import Upload

__all__ = [
    "Acquisition",
    "CapturePart",
    "CollectorTrace",
    "ContainerMember",
    "CustodyEvent",
    "Derivative",
    "Erasure",
    "ErasureOutcome",
    "ErasureRequest",
    "EvidenceCase",
    "EvidenceItem",
    "EvidenceLink",
    "FixityAlarm",
    "FixityReading",
    "FixityReport",
    "FixityRound",
    "FoundValue",
    "ImageHash",
    "Intake",
    "ObjectDigest",
    "OnlineCapture",
    "RegisterView",
    "Removal",
    "StoredObject",
    "Thing",
    "Unpacking",
    "Upload",
]
