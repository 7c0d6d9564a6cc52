"""What can go wrong in dossiers, one sentence each."""

from collections.abc import Sequence
from typing import Any

from audit.errors import BadInput, Broken, Conflict, DomainError, NotFound, Unavailable
from cases.small_groups import SmallGroup


class DossierError(DomainError):
    """Something that the dossiers app refuses or could not do."""


class BadDossierRequest(DossierError, BadInput):
    """The purpose, the recipient's key or the place to write to cannot be used; nothing was written."""


class NothingToDisclose(DossierError, Conflict):
    """The case has no evidence; there is nothing to hand over."""


class DossierBusy(DossierError, Conflict):
    """The dossier is not in the state that this act needs, or another run is at the same place."""


class UnknownDossier(DossierError, NotFound):
    """No dossier of that id, or none that this actor may know of."""


class ExhibitBroken(DossierError, Broken):
    """An original is gone or is not what was received; the dossier is refused and names the exhibit."""


class DossierNotWritten(DossierError, Unavailable):
    """The disk refused while the dossier was written; nothing half-made is left."""


class CustodyUnwritten(DossierError, Unavailable):
    """The database did not take what custody has to say of a hand-out; nothing was handed out."""


class NarrowsWitnesses(DossierError, SmallGroup):
    """What would go out narrows pseudonyms to few people, and nobody confirmed exactly that with a reason.

    `rows` say it pseudonym by pseudonym.
    """

    def __init__(self, told: str, *, code: str, rows: Sequence[Any]) -> None:
        super().__init__(told, code=code)
        self.rows = rows

    @property
    def details(self) -> list[dict[str, str]]:
        """The code and the rows for JSON."""
        return [*super().details, *(row.as_json() for row in self.rows)]


class ConsentMissing(DossierError, Conflict):
    """Witnesses did not consent to what the dossier would do; the sentence names exhibits, pseudonyms and reasons.

    `rows` say the same one by one, for a page or a program; `facts` are what the log takes, with nobody's words.
    """

    def __init__(self, sentence: str, *, rows: Sequence[Any], facts: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.rows = rows
        self.facts = facts

    @property
    def details(self) -> list[dict[str, str]]:
        """The rows for JSON."""
        return [row.as_json() for row in self.rows]
