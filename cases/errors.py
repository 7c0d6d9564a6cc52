"""What can go wrong in cases, one sentence each."""

from django.utils.translation import gettext as _

from audit.errors import BadInput, Conflict, DomainError, NotFound, Refused


class CaseError(DomainError):
    """Something that the cases app refuses or could not do."""


class BadDate(CaseError, BadInput):
    """A date that cannot be read, or could be read in two ways."""


class BadText(CaseError, BadInput):
    """A line of text that cannot be shown as it is, is missing or too long."""


class BadName(CaseError, BadInput):
    """The names of a person or place do not make one record."""


class BadCoordinates(CaseError, BadInput):
    """A position that is not on the earth, is half given or has no source."""


class BadReference(CaseError, BadInput):
    """A case reference in a form that cannot be typed, sorted and printed everywhere."""


class ReferenceTaken(CaseError, Conflict):
    """Another case has this reference."""


class NotSignedIn(CaseError, Refused):
    """Somebody without an account asked for case records."""


class NotEligible(CaseError, BadInput):
    """An account that cannot be a member of a case."""


class AlreadyMember(CaseError, Conflict):
    """The account is a member of the case already."""


class AlreadyInvolved(CaseError, Conflict):
    """The person has this role in the case already."""


class LastMember(CaseError, Conflict):
    """Without this member nobody could reach the case again."""


class UnknownCase(CaseError, NotFound):
    """There is no such case, or none that this actor may know of: the sentence is the same for both."""

    def __init__(self) -> None:
        super().__init__(
            _("No such case is open to you. Check the reference, or ask a lawyer to add you to the case.")
        )


class NotAMember(UnknownCase):
    """The actor is no member of the case, and is told what a stranger to an unknown case is told."""


class UnknownPerson(CaseError, NotFound):
    """There is no such person in the cases of this actor."""

    def __init__(self) -> None:
        super().__init__(_("No such person is in your cases. Choose one from the people of the case."))


class UnknownPlace(CaseError, NotFound):
    """There is no such place, or its position is kept from this actor."""

    def __init__(self) -> None:
        super().__init__(_("No such place is open to your cases. Choose one from the list, or register it."))
