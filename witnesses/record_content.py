"""What an opened record of a witness is: the identity, a note of an interview, or words of danger. Pure."""

from collections.abc import Sequence

from witnesses.danger_content import kind_of, read_danger
from witnesses.identity import OpenedIdentity, read_identity
from witnesses.models.witness import IDENTITY
from witnesses.note_content import read_note


def read_record(content: bytes, *, part: str, version: int, fields: Sequence[str]) -> OpenedIdentity:
    """What was sealed as this part; of an identity the chosen fields alone. Raises SealBroken for another format."""
    if part == IDENTITY:
        return read_identity(content, version=version, fields=fields)
    kind = kind_of(part)
    if kind is None:
        return read_note(content, version=version)
    return read_danger(content, kind=kind, version=version)
