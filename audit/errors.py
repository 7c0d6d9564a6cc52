"""The root of every app's error tree, the kinds of failure, and what can go wrong in the log.

An error says one clear sentence that tells the reader what to do. Its kind says how bad it is; what a kind means
as an HTTP status or an exit code is decided in one place, `config.error_map`.
"""


class DomainError(Exception):
    """A foreseen failure: `str()` is one sentence for a person, free of secrets and of witnesses' names."""

    @property
    def details(self) -> "list[dict[str, str]]":
        """What the sentence says, row by row, for programs; empty where the sentence is all there is."""
        return []


class Answered(SystemExit):
    """A command has said its whole answer, as JSON where that was asked for; what remains is its exit code."""


class BadInput(DomainError):
    """What was given cannot be used as it is."""


class Refused(DomainError):
    """The actor may not do this."""


class NotFound(DomainError):
    """Nothing of that name is there, or nothing that this actor may know of."""


class Conflict(DomainError):
    """The state of the record does not allow this now."""


class Broken(DomainError):
    """Something that must never change has changed, or is gone."""


class Unavailable(DomainError):
    """A disk, key, database or service that is needed is not to be had now."""


class AuditError(DomainError):
    """Something that the log refuses or could not do."""


class NotInTransaction(AuditError):
    """An entry was to be appended outside a transaction, where it could part from the act it records."""


class LogUnavailable(AuditError, Unavailable):
    """The entry could not be written, so the act that it records is refused."""


class BadFacts(AuditError, BadInput):
    """An entry's facts have no canonical form, or are too large for one entry."""


class NotAReviewer(AuditError, Refused):
    """Somebody without the right to review the log asked for it."""


class UnknownEntry(AuditError, NotFound):
    """No entry has this id."""


class UnknownRun(AuditError, NotFound):
    """No verification has this id."""


class NotInTree(AuditError, Conflict):
    """The entry has no place in the tree of that size (yet)."""


class LogKeyMissing(AuditError, Unavailable):
    """The key that signs the log, or its public half, is not where it should be."""


class LogKeyUnsafe(AuditError, Unavailable):
    """Others than its owner can read the key that signs the log."""


class LogKeyWrong(AuditError, Unavailable):
    """The key file holds something else than this log's key."""


class LogKeyExists(AuditError, Conflict):
    """A key is there already and is never overwritten."""


class BadNote(AuditError, BadInput):
    """The text is not a signed note (C2SP signed-note), or not signed by the key that was asked for."""


class SignatureUnsupported(AuditError, Unavailable):
    """This machine's cryptography cannot make or check this kind of signature."""


class NothingSigned(AuditError, Conflict):
    """There is no signed checkpoint yet to be published or cosigned."""


class FolderBusy(AuditError, Conflict):
    """Another process is at work in the same folder."""


class PublicationRefused(AuditError, Conflict):
    """The folder holds something else than what this log published there before."""


class PublishedLogUnreadable(AuditError, Unavailable):
    """A published log does not answer, or answers with something else than it should."""


class WitnessRefused(AuditError, Broken):
    """A published log contradicts what its witness saw before, or is not signed by its key; nothing was cosigned."""


class FirstSight(AuditError, Conflict):
    """A log was never seen by this witness, and nobody said that its first sight may be trusted."""


class WitnessBusy(AuditError, Conflict):
    """The same log was witnessed by another process at the same moment."""


class WitnessKeyMissing(AuditError, Unavailable):
    """The keys with which this house cosigns other logs, or those of its own witnesses, are not to be had."""


class EntryBroken(AuditError, Broken):
    """An entry, or its way to the signed root, is not what it was."""


class VerificationBusy(AuditError, Conflict):
    """A verification is going on that cannot answer this request as well."""


class LanguageReplaced(AuditError, Broken):
    """The language that the guards are written in no longer runs them; none was put back."""


class LogForked(AuditError, Broken):
    """The log is smaller than, or contradicts, what was signed before; nothing more is signed."""


class EntriesHidden(AuditError, Broken):
    """Entries of the log are not found by its indexes, so nothing is signed that was made with them."""


class UnknownRecord(AuditError, NotFound):
    """No record of that kind and id is open to whoever wants its private values erased."""


class NotErasable(AuditError, Conflict):
    """The private values of this record cannot be erased, or not now."""


class TwoPeopleNeeded(AuditError, Refused):
    """One person alone, or two without the right, wanted to erase private values."""


class FontsMissing(AuditError, Unavailable):
    """The fonts for printed documents are not where they belong; nothing was written."""


class AuthoritiesUnusable(AuditError, Unavailable):
    """The file of the time-stamp authorities, or a certificate that it names, cannot be used as it is."""


class UnknownAuthority(AuditError, NotFound):
    """No time-stamp authority of this name is configured."""


class StampFilesUnusable(AuditError, BadInput):
    """A folder of carried time-stamp requests, or a file in it, cannot be used as it is."""


class PlaceRefused(AuditError, BadInput):
    """The log was to be taken out into no folder at all, or into one of ours."""


class ReviewerNeeded(AuditError, BadInput):
    """Entries were to be handed out in nobody's name."""


class TargetExists(AuditError, Conflict):
    """What was to be written is there already and is never overwritten."""


class UnknownReviewer(AuditError, NotFound):
    """No account has this name."""


class NotTheOwner(AuditError, Refused):
    """Only the owner of the log's tables can give rights on them or put their guards back."""
