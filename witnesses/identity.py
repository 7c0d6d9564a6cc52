"""What is sealed of a person, and how it becomes bytes. Pure: no database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from audit.canonical import canonical_json
from witnesses.errors import BadIdentity, SealBroken
from witnesses.sealed import SealedText

FORMAT: Final = 1
FIELDS: Final = ("full_names", "date_of_birth", "contacts", "kin", "documents", "how_to_reach_safely")
LONGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class SealedName:
    """One name as written in one script ("fa", "latin", "other")."""

    text: str
    script: str = "fa"

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True, slots=True, repr=False)
class IdentityFacts:
    """Who a witness is. Its `repr` says nothing."""

    full_names: Sequence[SealedName]
    date_of_birth: str = ""
    contacts: str = ""
    kin: str = ""
    documents: str = ""
    how_to_reach_safely: str = ""

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedIdentity:
    """The fields that were asked for and approved, and no other. Its `repr` says nothing."""

    version: int
    fields: Mapping[str, object]

    def __repr__(self) -> str:
        return "<sealed>"

    @property
    def full_names(self) -> list[SealedName]:
        """The names, where they were asked for."""
        names = self.fields.get("full_names", [])
        return (
            [SealedName(SealedText(n["text"]), str(n["script"])) for n in names]
            if isinstance(names, list)
            else []
        )

    def text(self, name: str) -> SealedText:
        """One of the other fields; empty where it was not asked for or never filled."""
        return SealedText(self.fields.get(name) or "")


def identity_bytes(identity: IdentityFacts) -> bytes:
    """Canonical JSON with its format number. Raises BadIdentity without a name, or past 64 KiB."""
    names = [
        {"text": name.text.strip(), "script": name.script}
        for name in identity.full_names
        if name.text.strip()
    ]
    if not names:
        raise BadIdentity
    content = canonical_json(
        {
            "format": FORMAT,
            "full_names": names,
            "date_of_birth": identity.date_of_birth,
            "contacts": identity.contacts,
            "kin": identity.kin,
            "documents": identity.documents,
            "how_to_reach_safely": identity.how_to_reach_safely,
        }
    )
    if len(content) > LONGEST:
        raise BadIdentity(
            "The identity is longer than a seal takes (64 KiB). Shorten it; keep papers as evidence."
        )
    return content


def read_identity(content: bytes, *, version: int, fields: Sequence[str]) -> OpenedIdentity:
    """The chosen fields alone. Raises SealBroken for a format that this program does not know."""
    record = json.loads(content)
    if record.get("format") != FORMAT:
        raise SealBroken
    return OpenedIdentity(
        version, {name: record[name] for name in FIELDS if name in fields and name in record}
    )
