"""What is sealed of a note, and how it becomes bytes. Pure: no database."""

import json
from typing import Final

from django.views.decorators.debug import sensitive_variables

from audit.canonical import canonical_json
from audit.errors import BadFacts
from witnesses.errors import BadNote, SealBroken
from witnesses.identity import OpenedIdentity
from witnesses.sealed import SealedBytes, SealedMap, SealedText

FORMAT: Final = 1
# The one field of a note, where a request names what it wants to see.
NOTE: Final = "note"


@sensitive_variables()
def note_bytes(text: str) -> SealedBytes:
    """Canonical JSON with its format number. Raises BadNote for what cannot be written."""
    try:
        return SealedBytes(canonical_json({"format": FORMAT, NOTE: str.__str__(text)}))
    except BadFacts:
        raise BadNote from None


@sensitive_variables()
def read_note(content: bytes, *, version: int) -> OpenedIdentity:
    """The note. Raises SealBroken for a format that this program does not know."""
    record = SealedMap(json.loads(content))
    if record.get("format") != FORMAT or not isinstance(record.get(NOTE), str):
        raise SealBroken
    return OpenedIdentity(version, SealedMap({NOTE: SealedText(record[NOTE])}))
