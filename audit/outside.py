"""Checkpoints that left the house and come back, such as one that a prosecutor kept from an earlier dossier."""

import base64
from collections.abc import Iterable

from django.utils.translation import gettext as _

from audit.errors import BadNote
from audit.key_history import own_generations
from audit.merkle import HASH_BYTES
from audit.models import Checkpoint
from audit.notes import open_note

_LARGEST_SIZE = 2**63 - 1


def read_notes(notes: Iterable[str]) -> list[Checkpoint]:
    """Return what each signed note says, as checkpoints that are stored nowhere.

    Raises BadNote where one is no checkpoint or this log's key did not sign it, LogKeyMissing without a key.
    """
    return [_read(note) for note in notes]


def _read(note: str) -> Checkpoint:
    try:
        text = open_note(note, [key for generation in own_generations()[0] for key in generation.keys])
        origin, size, root = text.split("\n")[:3]
        digest = base64.b64decode(root, validate=True)
        if len(digest) != HASH_BYTES or not size.isdecimal() or int(size) > _LARGEST_SIZE:
            raise ValueError
    except BadNote as error:
        raise BadNote(
            _(
                "This is no checkpoint that this log's key signed. Take the file “checkpoint” from the folder “log” "
                "of a dossier, and choose it unchanged."
            )
        ) from error
    except ValueError as error:
        raise BadNote(_("The note is signed, but it is no checkpoint: it names no size and root.")) from error
    return Checkpoint(origin=origin, size=int(size), root=digest)
