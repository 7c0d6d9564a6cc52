"""What is sealed of words about danger, and how it becomes bytes. Pure: no database.

Two kinds of records: the words of an assessment with those of its measures, and the words of one version of an
incident. Each says in itself which it is, and its part, which is bound into the seal, says so too.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from audit.canonical import Json, canonical_json
from audit.errors import BadFacts
from witnesses.errors import SealBroken
from witnesses.identity import OpenedIdentity
from witnesses.risk_errors import UnwritableWords
from witnesses.sealed import SealedBytes, SealedMap, SealedText

FORMAT: Final = 1
# What a request names to see; the words come together, for nobody knows beforehand which of them is needed.
ASSESSMENT: Final = "assessment"
INCIDENT: Final = "incident"
WORDS: Final[Mapping[str, Sequence[str]]] = {
    ASSESSMENT: ("grounds", "measures"),
    INCIDENT: ("what", "happened", "place", "known_how", "answered_by", "correction"),
}
_ROWS: Final = "measures"
# Every assessment of a witness is a version of one part; each incident is a part of its own that begins so. No thread
# of a note begins with either, for it is hexadecimal.
ASSESSMENTS: Final = "risk"
INCIDENTS: Final = "harm"


def incident_part(thread: UUID) -> str:
    """What the sealed record of an incident names as the part of the witness's record that it is."""
    return f"{INCIDENTS}{thread.hex}"


def kind_of(part: str) -> str | None:
    """ASSESSMENT or INCIDENT, or None where the part holds no words of danger."""
    if part == ASSESSMENTS:
        return ASSESSMENT
    return INCIDENT if part.startswith(INCIDENTS) else None


@sensitive_variables()
def assessment_bytes(grounds: str, measures: Sequence[tuple[str, str, str]]) -> SealedBytes:
    """Canonical JSON; `measures` are kind, text and by whom, in their order. Raises UnwritableWords."""
    rows: list[Json] = [
        {"kind": str(kind), "text": str.__str__(text), "by_whom": str.__str__(by)}
        for kind, text, by in measures
    ]
    return _written({"grounds": str.__str__(grounds), "measures": rows}, ASSESSMENT)


@sensitive_variables()
def incident_bytes(words: Mapping[str, str]) -> SealedBytes:
    """Canonical JSON of the words by name; a name that is missing has none. Raises UnwritableWords."""
    return _written({name: str.__str__(words.get(name, "")) for name in WORDS[INCIDENT]}, INCIDENT)


@sensitive_variables()
def read_danger(content: bytes, *, kind: str, version: int) -> OpenedIdentity:
    """The words, by name. Raises SealBroken for another kind, or a format that this program does not know.

    Public keys are all that sealing takes, so what opens may be anybody's: it is read as strictly as what comes in.
    """
    record = json.loads(content, object_hook=SealedMap)
    if not isinstance(record, SealedMap) or record.get("format") != FORMAT or record.get("words_of") != kind:
        raise SealBroken
    words = SealedMap({name: _read(name, record.get(name)) for name in WORDS[kind]})
    return OpenedIdentity(version, words)


@sensitive_variables()
def _read(name: str, found: object) -> object:
    if name == _ROWS and isinstance(found, list):
        return [_measure(one) for one in found]
    return _text(found)


@sensitive_variables()
def _measure(one: object) -> SealedMap:
    if not isinstance(one, SealedMap):
        raise SealBroken
    text, by_whom = _text(one.get("text")), _text(one.get("by_whom"))
    said = SealedText(f"{text} · {by_whom}") if by_whom else text
    return SealedMap({"text": said, "kind": _text(one.get("kind"))})


def _text(found: object) -> SealedText:
    if not isinstance(found, str):
        raise SealBroken
    return SealedText(found)


@sensitive_variables()
def _written(words: dict[str, Json], kind: str) -> SealedBytes:
    try:
        return SealedBytes(canonical_json({"format": FORMAT, "words_of": kind, **words}))
    except BadFacts:
        raise UnwritableWords from None
