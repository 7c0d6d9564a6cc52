"""What can go wrong in looking for names, one sentence each."""

from audit.canonical import Json
from audit.errors import BadInput, Conflict
from dossiers.errors import DossierError


class NotLookedThrough(DossierError, Conflict):
    """The package may not leave: it was not searched for names, or what was found is not answered for.

    `facts` are what the log takes: our own word for why.
    """

    def __init__(self, sentence: str, *, facts: dict[str, Json]) -> None:
        super().__init__(sentence)
        self.facts = facts


class BadStatement(DossierError, BadInput):
    """The statement about a report says too little, or there is nothing that it could be about."""


class ChecksUsedUp(DossierError, Conflict):
    """A case is searched for names only so often a week: each answer tells something to whoever planted a name."""
