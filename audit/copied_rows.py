"""The rows that lie beside the entries in a copy of the log: checkpoints with their signatures, and stamps.

They are read past the ORM: a moment that no calendar has must not end a copy that is taken of a broken log.

What came after the copy ends is left to the next one: between the signing of a copy and the view in which it is read
others can sign the log, give it new keys, cosign or stamp. The copy's own program holds each against the entry that
tells of it, and could not tell it from one put there by somebody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from audit.actions import Action
from audit.errors import BadNote
from audit.key_history import rotation_notes
from audit.models import Leaf, Unsequenced
from audit.notes import split_note
from audit.rotations import Rotation
from audit.rows import as_id, as_text, stream
from audit.signed_rows import record_of, stored_checkpoints

_ADDED = (Action.COSIGNATURE_ADDED.value, Action.LOG_STAMPED.value)


@dataclass(frozen=True, slots=True)
class CopiedStamp:
    """A stamp as it is handed out: by whom, over the checkpoint of which size, what was asked and what came back."""

    size: int
    authority: str
    request: bytes
    response: bytes


class CopiedRows:
    """What belongs in a copy of the first `size` entries; with `to_the_end` also what reaches beyond them.

    That is for a log that is broken: a checkpoint larger than the log tells that its end is gone.
    """

    def __init__(self, size: int, *, to_the_end: bool) -> None:
        self._size = None if to_the_end else size
        records = [record for body in _bodies_behind(size) if (record := record_of(body)) is not None]
        self._later = {
            (record.subject_id, record.facts.get("key") or record.facts.get("authority"))
            for record in records
        }

    def notes(self) -> Iterator[tuple[int, str]]:
        """Yield size and note of each checkpoint that was signed."""
        for checkpoint in stored_checkpoints():
            if self._size is not None and checkpoint.size > self._size:
                break
            lines = [
                signature.line
                for signature in sorted(checkpoint.signatures, key=lambda one: str(one.made_at))
                if (checkpoint.id, signature.key) not in self._later
            ]
            if lines:
                yield checkpoint.size, f"{checkpoint.text}\n{''.join(lines)}"

    def rotations(self) -> list[str]:
        """Return the note of each change of keys, oldest first."""
        return [note for note in rotation_notes() if not self._is_later(note)]

    @cached_property
    def later_keys(self) -> set[bytes]:
        """The lines of keys that came into use after the copy ends."""
        later = [_rotation(note) for note in rotation_notes() if self._is_later(note)]
        return {key.line.encode() for rotation in later if rotation for key in rotation.keys}

    def _is_later(self, note: str) -> bool:
        # The entry about a change of keys stands behind the checkpoint that it was made at.
        rotation = _rotation(note)
        return self._size is not None and rotation is not None and rotation.head.size >= self._size

    def stamps(self) -> Iterator[CopiedStamp]:
        """Yield each stamp, by the size of its checkpoint and the name of its authority."""
        as_bytes = connection.vendor == "sqlite"
        columns = ", ".join(
            f"CAST({name} AS BLOB)" if as_bytes else f"{name}::text"
            for name in ("s.checkpoint_id", "s.authority")
        )
        sql = f"""
            SELECT {columns}, c.size, s.request, s.response
            FROM audit_timestamp s JOIN audit_checkpoint c ON c.id = s.checkpoint_id ORDER BY c.size, s.authority
        """  # noqa: S608
        for checkpoint, name, size, request, response in stream(sql, ()):
            authority = as_text(name)
            if (as_id(checkpoint), authority) not in self._later:
                yield CopiedStamp(size, authority, bytes(request), bytes(response))


def _bodies_behind(size: int) -> Iterator[bytes]:
    """Yield the entries of cosignatures and stamps that stand behind the first `size`, or have no place yet."""
    placed = Leaf.objects.filter(index__gte=size, entry__action__in=_ADDED)
    waiting = Unsequenced.objects.filter(entry__action__in=_ADDED)
    for rows in (placed, waiting):
        for body in rows.values_list("entry__body", flat=True):
            yield bytes(body)


def _rotation(note: str) -> Rotation | None:
    """Read a change of keys; None for what is none, which the copy's own program names."""
    try:
        return Rotation.parse(split_note(note)[0])
    except BadNote:
        return None
