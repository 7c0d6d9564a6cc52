"""What is sealed of a person, and how it becomes bytes. Pure: no database.

Format 2, canonical JSON: names with their script and kind; contacts, kin and documents as rows with a kind; the dates
and places as somebody wrote them; at most one photograph. Format 1 had one text where format 2 has rows, and still
reads.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.canonical import Json, canonical_json
from audit.errors import BadFacts
from witnesses.errors import BadIdentity, SealBroken
from witnesses.photographs import Photograph, read_photograph
from witnesses.sealed import SealedBytes, SealedMap, SealedText

FORMAT: Final = 2
TEXTS: Final = ("date_of_birth", "place_of_birth", "how_to_reach_safely")
ROWS: Final = ("contacts", "kin", "documents")
FIELDS: Final = (
    "full_names",
    "date_of_birth",
    "place_of_birth",
    "contacts",
    "kin",
    "documents",
    "photograph",
    "how_to_reach_safely",
)
LONGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class SealedName:
    """One name as written in one script ("fa", "latin", "other" …), and what kind of name it is ("birth" …)."""

    text: str
    script: str = "fa"
    kind: str = ""

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True, slots=True, repr=False)
class SealedRow:
    """One contact, relative or document: what it is, and its kind as a word of ours or of the writer's."""

    text: str
    kind: str = ""

    def __repr__(self) -> str:
        return "<sealed>"


# Whoever has one text and no rows may give the text.
Rows = str | Sequence[SealedRow]


@dataclass(frozen=True, slots=True, repr=False)
class IdentityFacts:
    """Who a witness is. Its `repr` says nothing."""

    full_names: Sequence[SealedName]
    date_of_birth: str = ""
    contacts: Rows = ""
    kin: Rows = ""
    documents: Rows = ""
    how_to_reach_safely: str = ""
    place_of_birth: str = ""
    photograph: Photograph | None = None

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedIdentity:
    """The fields that were asked for and approved, and no other. Its `repr` says nothing."""

    version: int
    fields: Mapping[str, object] = field(repr=False)

    def __repr__(self) -> str:
        return "<sealed>"

    @property
    def full_names(self) -> list[SealedName]:
        """The names, where they were asked for."""
        return [
            SealedName(SealedText(one["text"]), str(one.get("script", "")), str(one.get("kind", "")))
            for one in _listed(self.fields.get("full_names"))
        ]

    def rows(self, name: str) -> list[SealedRow]:
        """The contacts, kin, documents or measures; a record of format 1 has them as one row."""
        found = self.fields.get(name)
        if isinstance(found, str):
            return [SealedRow(SealedText(found))] if found else []
        return [SealedRow(SealedText(one["text"]), str(one.get("kind", ""))) for one in _listed(found)]

    def text(self, name: str) -> SealedText:
        """One of the other fields, rows as lines; empty where it was not asked for or never filled."""
        if name in ROWS or isinstance(self.fields.get(name), list):
            return SealedText("\n".join(str(row.text) for row in self.rows(name)))
        return SealedText(self.fields.get(name) or "")

    @property
    def photograph(self) -> Photograph | None:
        """The photograph, where it was asked for and there is one."""
        found = self.fields.get("photograph")
        if not isinstance(found, dict):
            return None
        try:
            content = base64.b64decode(found["content"], validate=True)
        except binascii.Error as error:
            raise SealBroken from error
        return Photograph(SealedBytes(content), str(found["media_type"]))


@sensitive_variables()
def identity_bytes(identity: IdentityFacts) -> SealedBytes:
    """Canonical JSON with its format number. Raises BadIdentity without a name, or past 64 KiB beside the photograph.

    No frame that raises holds a name in clear: a crash report may print the variables of each.
    """
    if not any(name.text.strip() for name in identity.full_names):
        raise BadIdentity
    content = _encoded(identity)
    if content is None:
        raise BadIdentity(_("A name or a text holds a character that cannot be written. Type it again."))
    if len(content) > LONGEST:
        raise BadIdentity(
            _("The identity is longer than a seal takes (64 KiB). Shorten it; keep papers as evidence.")
        )
    if identity.photograph is None:
        return content
    return _with_photograph(content, read_photograph(identity.photograph.content))


@sensitive_variables()
def read_identity(content: bytes, *, version: int, fields: Sequence[str]) -> OpenedIdentity:
    """The chosen fields alone. Raises SealBroken for a format that this program does not know."""
    record = json.loads(content, object_hook=_hidden)
    if record.get("format") not in (1, FORMAT):
        raise SealBroken
    return OpenedIdentity(
        version, SealedMap({name: record[name] for name in FIELDS if name in fields and name in record})
    )


def _hidden(found: dict[str, Any]) -> SealedMap:
    # Rows and names too: whoever holds one when something breaks prints it.
    return SealedMap({name: SealedText(one) if isinstance(one, str) else one for name, one in found.items()})


@sensitive_variables()
def _encoded(identity: IdentityFacts) -> SealedBytes | None:
    record: dict[str, Json] = {"format": FORMAT, "full_names": _names(identity.full_names)}
    record |= {name: getattr(identity, name) for name in TEXTS}
    record |= {name: _rows(getattr(identity, name)) for name in ROWS}
    try:
        return SealedBytes(canonical_json(record))
    except BadFacts:
        return None


@sensitive_variables()
def _with_photograph(content: bytes, photograph: Photograph) -> SealedBytes:
    image: Json = {
        "media_type": photograph.media_type,
        "content": base64.b64encode(photograph.content).decode("ascii"),
    }
    return SealedBytes(canonical_json(json.loads(content) | {"photograph": image}))


def _names(names: Sequence[SealedName]) -> list[Json]:
    kept = [name for name in names if name.text.strip()]
    return [{"text": name.text.strip(), "script": name.script, "kind": name.kind} for name in kept]


def _rows(rows: Rows) -> list[Json]:
    kept = [SealedRow(rows)] if isinstance(rows, str) else rows
    return [{"text": row.text.strip(), "kind": row.kind.strip()} for row in kept if row.text.strip()]


def _listed(found: object) -> list[Mapping[str, str]]:
    return found if isinstance(found, list) else []
