"""What can go wrong in the witness vault, one sentence each. No sentence ever holds what a seal holds."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.errors import BadInput, Broken, Conflict, DomainError, NotFound, Refused, Unavailable


class WitnessError(DomainError):
    """Something that the witness vault refuses or could not do; says its own sentence unless given a closer one."""

    sentence: ClassVar[str | Promise] = _("The witness vault could not do this.")

    def __init__(self, sentence: str | Promise | None = None) -> None:
        super().__init__(sentence or self.sentence)

    def __str__(self) -> str:
        return str(self.args[0])


class BadIdentity(WitnessError, BadInput):
    """The identity lacks a name, or is longer than a seal takes."""

    sentence = _("Give at least one name of the witness; it is sealed at once.")


class BadOpeningRequest(WitnessError, BadInput):
    """The request names no field, an unknown one, or too short or too long a time."""


class ReasonMissing(WitnessError, BadInput):
    """An act of weight without a reason, or with one that is too long to be read."""

    sentence = _("Give the reason in one to 2,000 characters; those who check this later will read it.")


class WeakPassphrase(WitnessError, BadInput):
    """The passphrase would be guessed; the sentence says how to choose a better one."""


class UnknownWitness(WitnessError, NotFound):
    """No such witness, or none that this actor may know of."""

    sentence = _("There is no such witness, or you are not a member of the case.")


class UnknownOpening(WitnessError, NotFound):
    """No such request, or none that this actor may know of."""

    sentence = _("There is no such request, or it is not yours to see.")


class TooFewCustodians(WitnessError, Conflict):
    """Fewer custodians are enrolled and active than a quorum needs."""


class AlreadyEnrolled(WitnessError, Conflict):
    """The custodian has a key; a new one must not silently orphan the shares sealed to it."""

    sentence = _(
        "You are enrolled already. A second key would orphan the shares that are sealed to the first."
    )


class NoKey(WitnessError, Conflict):
    """A custodian without a current key: the old one is lost, and no new one was made."""

    sentence = _("This custodian has no key that could be used. Make a new key first.")


class NotWaiting(WitnessError, Conflict):
    """A key that waits for nobody's word: let in, refused or replaced meanwhile."""

    sentence = _("This key does not wait to be let in any more. Look at the list of custodians.")


class KeyChanged(WitnessError, Conflict):
    """The key was changed by another window or person while this went on."""

    sentence = _("The key was changed in the meantime. Nothing was done; look at its state and try again.")


class NotRemoved(WitnessError, Conflict):
    """A custodian who is to be removed was removed, or one who is to be brought back was not."""


class NotACustodian(WitnessError, Refused):
    """The actor holds no share of this identity, or no longer holds the office."""

    sentence = _("You hold no share of this identity, so you cannot decide on it. Ask a custodian who does.")


class WrongPerson(WitnessError, Refused):
    """The act belongs to another person: a requester never decides, nobody enrols for another."""

    sentence = _("You asked for this opening yourself, so others have to decide on it.")


class WrongPassphrase(WitnessError, Refused):
    """The passphrase is not the right one. Says no more than that."""

    sentence = _("This passphrase does not open your key. The attempt was recorded; check it and try again.")


class WrongOpeningCode(WrongPassphrase):
    """The opening code is not the right one."""

    sentence = _(
        "This opening code is not the one of this request. The attempt was recorded; if the code is lost, "
        "withdraw the request and ask again."
    )


class TooManyFailures(WitnessError, Refused):
    """The limit of wrong passphrases is reached; the next trial has to wait."""

    sentence = _("Too many wrong attempts. Wait an hour before the next; every attempt is recorded.")


class QuotaMet(WitnessError, Conflict):
    """As many identities were asked for or shown within a day as are allowed."""

    sentence = _("No more identities can be opened today. Wait, and come back.")


class AlreadyReviewed(WitnessError, Conflict):
    """Somebody has reviewed the emergency already."""

    sentence = _("This emergency was reviewed already. Read what was found.")


class NothingToReview(WitnessError, Conflict):
    """No identity was shown, so there is nothing to review."""

    sentence = _("Only an emergency in which an identity was shown is reviewed.")


class UnknownAlarm(WitnessError, NotFound):
    """No such alarm."""

    sentence = _("There is no such alarm. Choose one from the list of alarms.")


class RequestClosed(WitnessError, Conflict):
    """The request was opened, refused, withdrawn or has run out, or its state does not allow this act."""


class UnknownSession(WitnessError, NotFound):
    """No such session of a quorum, or none that this actor may know of."""

    sentence = _("There is no such request, or it is not yours to see.")


class UnknownCustodian(WitnessError, NotFound):
    """No such custodian."""

    sentence = _("There is no such custodian. Choose one from the list.")


class NothingToGather(WitnessError, Conflict):
    """A session that would cover nothing, or nothing that a quorum could still open."""

    sentence = _("There is nothing to do: no sealed identity needs it, or none can be opened by a quorum.")


class SessionRunning(WitnessError, Conflict):
    """A second session of the same kind while one is still open."""

    sentence = _("The same is asked for already. Decide on that request, or have it withdrawn first.")


class AlreadyDecided(WitnessError, Conflict):
    """The custodian has decided on this request before."""

    sentence = _("You have decided on this request already. Another custodian has to decide.")


class RequesterLostRight(WitnessError, Refused):
    """The requester may no longer open identities in this case."""

    sentence = _("The person who asked may no longer open identities in this case. Refuse the request.")


class ApproverLeft(WitnessError, Refused):
    """Too few of those who approved are still custodians."""

    sentence = _(
        "A custodian who approved this no longer holds the office. Withdraw the request and ask again."
    )


class AskedOtherwise(WitnessError, Broken):
    """The row of a request says something else than the log's entry of its making."""

    sentence = _(
        "This request was changed in the database since it was made. Nothing was opened or approved. Refuse or "
        "withdraw it, and tell the auditor."
    )


class SealBroken(WitnessError, Broken):
    """Sealed bytes, a share or a key do not open as what they claim to be: altered, moved or of another version."""

    sentence = _(
        "The sealed record or a share does not open: it was altered or belongs to another record. Tell the auditor."
    )


class KeysDoNotMatch(WitnessError, Broken):
    """A custodian's two stored halves are of different pairs, as after restoring a part of the database."""

    sentence = _(
        "The stored key of this custodian is of another time than the public key beside it. Restore the database "
        "as a whole from one backup, and tell the auditor."
    )


class KeyWithoutWords(WitnessError, Broken):
    """A key that stands among those that are let in without the signatures of those who had to let it in."""


class UnsafeParameters(WitnessError, Unavailable):
    """Stored key derivation parameters lie outside the bounds that this program accepts."""

    sentence = _(
        "What is stored beside the key is damaged. Ask the administrator to restore it from a backup."
    )


class PassphraseUnreadable(WitnessError, BadInput):
    """A passphrase could not be read from where it was to come, or was typed in two ways."""


class BadInterview(WitnessError, BadInput):
    """What is said of an interview is incomplete, outside the vocabulary, or nothing new."""


class UnjustifiedInterview(WitnessError, BadInput):
    """Another interview of a witness who was interviewed before, without the reason for asking them again."""

    sentence = _(
        "The witness was interviewed before. Say in at least 20 characters why they must be asked again."
    )


class RegisterMovedOn(WitnessError, Conflict):
    """The actor has not read all that the register holds by now."""

    sentence = _(
        "Somebody recorded more meanwhile. Nothing was saved: read what is new above, then send the form again."
    )


class UnknownInterview(WitnessError, NotFound):
    """No such interview, or none that this actor may know of."""

    sentence = _("There is no such interview, or you are not a member of the case.")


class BadNote(WitnessError, BadInput):
    """A note that is empty, cannot be written, or does not follow the version that its writer read."""

    sentence = _("The note holds a character that cannot be written. Type it again.")


class UnknownNote(WitnessError, NotFound):
    """No such note, or none that this actor may know of."""

    sentence = _("There is no such note, or you are not a member of the case.")


class BadStatement(WitnessError, BadInput):
    """What is said of a statement is incomplete, outside the vocabulary, or nothing new."""


class UnknownStatement(WitnessError, NotFound):
    """No such statement, or none that this actor may know of."""

    sentence = _("There is no such statement, or it is not open to you.")
