"""What can go wrong in evidence, one sentence each.

A class says what kind of failure it is; the sentence, with what to do, is given where it is raised.
"""

from audit.errors import BadInput, Broken, Conflict, DomainError, NotFound, Refused, Unavailable


class EvidenceError(DomainError):
    """Something that the evidence app refuses or could not do."""


# The source


class SourceUnreadable(EvidenceError, BadInput):
    """What was given to be taken in is missing, is not a file, or cannot be read."""


class SourceChanged(EvidenceError, BadInput):
    """The file shrank, grew or was rewritten while it was read; nothing was taken in."""


class DigestMismatch(EvidenceError, BadInput):
    """The bytes that arrived are not those that were announced; nothing was taken in."""


class BadRecipient(EvidenceError, BadInput):
    """The text is not an age recipient that we can seal to."""


class BadIntake(EvidenceError, BadInput):
    """A fact about an arrival (source, date, declared digest, manifest line) cannot be used."""


class BadAcquisition(EvidenceError, BadInput):
    """What is known of an item's source and acquisition cannot be recorded as it was given."""


class BadCapture(EvidenceError, BadInput):
    """What is known of an item's capture online cannot be recorded as it was given."""


class BadReceipt(EvidenceError, BadInput):
    """A receipt was asked for in a form or language that there is not."""


class BadCustody(EvidenceError, BadInput):
    """A custody event lacks what a court will ask for."""


class BadView(EvidenceError, BadInput):
    """A view of the register cannot be kept as asked."""


class TooMany(EvidenceError, BadInput):
    """An act was asked for more items than can be done at once."""


class BadReason(EvidenceError, BadInput):
    """An act that must be justified lacks its reason."""


class NotTheHolder(EvidenceError, Conflict):
    """Only who holds an exhibit may hand it over or say what became of it."""


class AlreadyAnswered(EvidenceError, Conflict):
    """An offer, a request or a hold was settled by somebody who was quicker."""


class CustodyBroken(EvidenceError, Broken):
    """The exhibit's bytes are not what was received, so it cannot change hands; the damage is recorded."""


class OnHold(EvidenceError, Conflict):
    """A legal hold is on the exhibit; nobody disposes of it."""


class StoreHolds(EvidenceError, Conflict):
    """The store's own lock keeps the bytes; they cannot be removed before a day."""


class BytesGoing(EvidenceError, Conflict):
    """The same bytes were removed while they came in again; nothing was recorded."""


class DisposedOf(EvidenceError, Conflict):
    """The exhibit was disposed of; its record is there, its bytes are not to be had."""


class BadLink(EvidenceError, BadInput):
    """A link from an exhibit to a case, person, incident or place cannot be made as asked."""


class BadDerivative(EvidenceError, BadInput):
    """A derivative (copy, redaction, translation, transcript) cannot be added or made anew as asked."""


class NoCapture(EvidenceError, BadInput):
    """A web capture was asked for of an item that is none."""


class BadUnpacking(EvidenceError, BadInput):
    """What is inside an item cannot be listed or taken out as asked."""


# Uploads in parts


class BadUpload(EvidenceError, BadInput):
    """A request about an upload is not what the protocol asks for."""


class OtherVersion(EvidenceError, BadInput):
    """A request speaks another version of the upload protocol than ours, or does not say which."""


class WrongPartType(EvidenceError, BadInput):
    """A part is not announced as one."""


class TooManyUploads(EvidenceError, Conflict):
    """So many files of one person are on their way already that no further one is begun."""


class ChecksumMismatch(EvidenceError, BadInput):
    """A part that arrived is not the part that was sent; nothing of it was kept."""


class UploadTooLarge(EvidenceError, BadInput):
    """The file is larger than what is taken in, or more came than was announced."""


class WrongOffset(EvidenceError, Conflict):
    """A part does not begin where the last one ended."""


class UploadBusy(EvidenceError, Conflict):
    """Another request is at work on the same upload at this moment."""


class UploadIsIn(EvidenceError, Conflict):
    """The upload is taken in already and can no longer be called off."""


class UploadGone(EvidenceError, Conflict):
    """The upload was called off, has lapsed or was not taken in; nothing of it is here."""


class UnknownUpload(EvidenceError, NotFound):
    """No upload of that address, or none of this actor's."""


class UploadDamaged(EvidenceError, Broken):
    """What had arrived of an upload is no longer what arrived."""


# The records


class UnknownEvidence(EvidenceError, NotFound):
    """No exhibit of that reference, or none that this actor may know of."""


class NoSuchRange(EvidenceError, BadInput):
    """Bytes were asked of a file where it has none."""


class UnknownDelivery(EvidenceError, NotFound):
    """No delivery of that name, or none of which anything is open to this actor."""


class EvidenceRefused(EvidenceError, Refused):
    """This actor may not do this with this exhibit."""


class AlreadyLinked(EvidenceError, Conflict):
    """The exhibit already belongs where it was to be put."""


class AlreadyUnpacking(EvidenceError, Conflict):
    """What is inside the item is being listed or taken out, or was."""


class HasNoBytes(EvidenceError, Conflict):
    """A file was asked for of a physical item, which has none."""


class AlarmClosed(EvidenceError, Conflict):
    """The alarm was closed already."""


class RoundGoesOn(EvidenceError, Conflict):
    """A round of reading cannot be reported on before it has ended."""


class ReceiptNotWritten(EvidenceError, BadInput):
    """A receipt cannot be written where it was asked for; what is there was left as it is."""


class RecordsUnavailable(EvidenceError, Unavailable):
    """The database cannot be written; nothing was recorded."""


# The vault


class VaultUnavailable(EvidenceError, Unavailable):
    """The vault's folder is not there, is not writable or failed while it was written; nothing half-made is
    left.
    """


class VaultDiskFailed(VaultUnavailable):
    """The vault's disk failed, or is read-only; nothing half-made is left."""


class VaultRefuses(VaultUnavailable):
    """The storage server does not let us do it; nothing half-made is left."""


class VaultFull(VaultUnavailable):
    """The disk or the quota that holds the vault is exhausted; nothing half-made is left."""


class VaultKeyMissing(EvidenceError, Unavailable):
    """A key file of the vault is not where it should be; nothing was written."""


class VaultKeyWrong(EvidenceError, Unavailable):
    """A key file is damaged, readable by others, or is not this vault's key; nothing was written."""


class VaultKeysExist(EvidenceError, Conflict):
    """Keys were to be made where keys already are; they were left as they are."""


class ObjectMissing(EvidenceError, Broken):
    """A stored object is gone."""


class ObjectAltered(EvidenceError, Broken):
    """A stored object is not what was stored: its authentication fails."""


# age files


class AgeError(EvidenceError, Broken):
    """A file is not a good age v1 file for this key."""


class AgeHeaderInvalid(AgeError):
    """The header breaks the age v1 grammar."""


class AgeHeaderForged(AgeError):
    """The header's authentication code does not match: the header was changed."""


class AgeNoMatch(AgeError):
    """The file is not sealed to any of the keys that were tried."""


class AgePayloadDamaged(AgeError):
    """A chunk fails its authentication, is missing, is out of place, or something follows the last one."""
