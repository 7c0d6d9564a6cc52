"""What can go wrong with accounts, one sentence each."""

from audit.errors import BadInput, Conflict, DomainError, NotFound, Refused


class AccountError(DomainError):
    """Something that the accounts app refuses or could not do."""


class UnknownActor(AccountError, NotFound):
    """No active user has this name."""


class NotPermitted(AccountError, Refused):
    """The actor's role does not include this act."""


class WeakPassword(AccountError, BadInput):
    """The password breaks a rule; the sentence says which."""


class PasswordUnreadable(AccountError, BadInput):
    """The file that should hold a password cannot be read."""


class BadUserName(AccountError, BadInput):
    """The sign-in name cannot be used."""


class NameTaken(AccountError, Conflict):
    """Another user has this sign-in name."""


class OwnAccount(AccountError, Conflict):
    """Nobody closes their own account: the office could be left without an administrator."""
