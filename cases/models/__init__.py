"""The records of this app: cases, persons, places and incidents."""

from cases.models.case import MEMBER, Case, CaseGroupObjectPermission, CaseUserObjectPermission
from cases.models.person import Involvement, NameKind, Part, Person, PersonName, Post, Script
from cases.models.place import CasePlace, Incident, Place, PlaceKind

__all__ = [
    "MEMBER",
    "Case",
    "CaseGroupObjectPermission",
    "CasePlace",
    "CaseUserObjectPermission",
    "Incident",
    "Involvement",
    "NameKind",
    "Part",
    "Person",
    "PersonName",
    "Place",
    "PlaceKind",
    "Post",
    "Script",
]
