"""The rows of dossiers: what was compiled, and what was looked for in it before it left."""

from dossiers.models.dossier import (
    Dossier,
    DossierExhibit,
    DossierQuerySet,
    DossierState,
    DossierWithheld,
    ExhibitNumber,
)
from dossiers.models.leak import (
    LeakCheck,
    LeakExcused,
    LeakFinding,
    LeakResult,
    LeakStatement,
    PackageTexts,
    PackageUnread,
    Surety,
    TextsDropped,
    Unread,
)

__all__ = [
    "Dossier",
    "DossierExhibit",
    "DossierQuerySet",
    "DossierState",
    "DossierWithheld",
    "ExhibitNumber",
    "LeakCheck",
    "LeakExcused",
    "LeakFinding",
    "LeakResult",
    "LeakStatement",
    "PackageTexts",
    "PackageUnread",
    "Surety",
    "TextsDropped",
    "Unread",
]
