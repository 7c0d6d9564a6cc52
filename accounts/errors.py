"""What can go wrong in accounts, one sentence each."""

from audit.errors import DomainError


class AccountError(DomainError):
    """Something that the accounts app refuses or could not do."""
