"""Rotations of the log's keys: the key in use signs its successor, so that whoever trusts a key can follow. Pure.

The text, of version 1, is six or seven lines, and no checkpoint, whose second line is a number:

    dadkhah/key-rotation/v1
    <origin of the log>
    <size of the log at that moment, signed under the old keys>
    <its root, base64>
    <the new Ed25519 key, as a line name+hash+base64>
    <the new ML-DSA-44 key, likewise; left out where the machine cannot make one>

The note is signed by the old Ed25519 key and, where there was one, by the old ML-DSA-44 key (see
`audit.cosignatures.head_signed`). A generation is one Ed25519 key with the ML-DSA-44 key beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from audit.cosignatures import ROTATION, TreeHead
from audit.errors import BadNote
from audit.notes import Verifier, signed_by, split_note
from audit.signature_kinds import ED25519, MLDSA44


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation says: where the log stood, and the keys from then on."""

    head: TreeHead
    keys: tuple[Verifier, ...]

    @property
    def text(self) -> str:
        """The text that the old keys sign."""
        return f"{ROTATION}\n{self.head.text}" + "".join(f"{key.line}\n" for key in self.keys)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a rotation's text. Raises BadNote for any other form."""
        lines = text.split("\n")
        if lines[0] != ROTATION or not 6 <= len(lines) <= 7:
            raise BadNote("This is not a rotation of keys in the form dadkhah/key-rotation/v1.")
        head = TreeHead.parse("\n".join(lines[1:4]) + "\n")
        rotation = cls(head, tuple(Verifier.parse(line) for line in lines[4:-1]))
        kinds = [key.kind for key in rotation.keys]
        if kinds not in ([ED25519], [ED25519, MLDSA44]) or any(k.name != head.origin for k in rotation.keys):
            raise BadNote("A rotation names a new Ed25519 key of this log, and at most one ML-DSA-44 key.")
        if rotation.text != text:
            raise BadNote("A rotation is not written in its one canonical form.")
        return rotation


@dataclass(frozen=True, slots=True)
class Generation:
    """The keys that sign one stretch of the log: checkpoints larger than `since`, up to and with `until` entries."""

    keys: tuple[Verifier, ...]
    since: int = -1
    until: int | None = None

    def covers(self, size: int) -> bool:
        """Say whether a checkpoint of this size is these keys' to sign."""
        return self.since < size and (self.until is None or size <= self.until)


def generations_published(keys: Sequence[Verifier]) -> list[tuple[Verifier, ...]]:
    """Return a file's keys as generations, oldest first: each Ed25519 key with the ML-DSA-44 key behind it."""
    groups: list[list[Verifier]] = []
    for key in keys:
        if key.kind is ED25519:
            groups.append([key])
        elif groups and key.kind is MLDSA44 and all(held.kind is not MLDSA44 for held in groups[-1]):
            groups[-1].append(key)
    return [tuple(group) for group in groups]


def follow(first: Sequence[Verifier], notes: Iterable[str]) -> tuple[list[Generation], list[str]]:
    """Follow the rotations from the keys that are trusted, and return the generations and the notes that lead nowhere.

    A note leads on only where the Ed25519 key in use signed it, and the ML-DSA-44 key too where there is one that
    this machine can check. Of two notes by one key the first is followed: the second is left over, a fork of keys.
    """
    chain = [Generation(tuple(first))]
    waiting = list(notes)
    while True:
        found = next((note for note in waiting if _leads_on(note, chain[-1])), None)
        if found is None:
            return chain, waiting
        waiting.remove(found)
        rotation = Rotation.parse(split_note(found)[0])
        chain[-1] = replace(chain[-1], until=rotation.head.size)
        chain.append(Generation(rotation.keys, since=rotation.head.size))


def _leads_on(note: str, generation: Generation) -> bool:
    try:
        text, lines = split_note(note)
        rotation = Rotation.parse(text)
        signers = [key for key, _signature in signed_by(note, generation.keys)]
    except BadNote:
        return False
    old = next((key for key in generation.keys if key.kind is MLDSA44), None)
    named = {(name, signature[:4]) for name, signature in lines}
    return (
        any(key.kind is ED25519 for key in signers)
        and (old is None or old.id in named)
        and rotation.head.size > generation.since
        and all(key.name == rotation.head.origin for key in signers)
    )
