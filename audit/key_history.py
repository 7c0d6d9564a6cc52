"""Which keys were this log's, and when: from its first public key along the rotations that the database keeps."""

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from audit.errors import BadNote, LogKeyMissing, LogKeyWrong
from audit.key_files import read_key_file
from audit.keys import NEXT_FILE, PRIVATE_FILE, load_verifiers
from audit.models import Checkpoint
from audit.notes import Signer, Verifier
from audit.rotations import Generation, follow, generations_published
from audit.rows import as_text, stream
from audit.signature_kinds import MLDSA44


def rotation_notes() -> list[str]:
    """Return the notes of every rotation, oldest first."""
    # Past the ORM: a note that is no text leads nowhere, and must not end the reading of the others.
    note = "CAST(note AS BLOB)" if connection.vendor == "sqlite" else "note"
    sql = f"SELECT {note} FROM audit_keyrotation ORDER BY made_at, id"  # noqa: S608
    return [as_text(note) for (note,) in stream(sql, ())]


def own_generations(published: Sequence[Verifier] | None = None) -> tuple[list[Generation], list[str]]:
    """Return this log's generations of keys, oldest first, and the notes of rotations that lead nowhere.

    The first generation in `.pub` is what we trust; every later one must be introduced by the one before.
    Raises LogKeyMissing or LogKeyWrong where `.pub` cannot be read.
    """
    groups = generations_published(load_verifiers() if published is None else published)
    if not groups:
        return [], rotation_notes()
    chain, left = follow(groups[0], rotation_notes())
    return [_with_late_key(generation, groups) for generation in chain], left


def never_introduced(chain: Sequence[Generation]) -> list[Generation]:
    """Return the published generations that no stored rotation introduces, as keys of no known stretch.

    The row of a rotation is durable before its keys are published, so there are none unless it was taken away or an
    older copy of the database was put back.
    """
    known = {generation.keys[0] for generation in chain}
    groups = generations_published(load_verifiers())
    return [Generation(group) for group in groups if group[0] not in known]


def require_current(signers: Sequence[Signer]) -> Generation:
    """Return the generation that signs now. Raises LogKeyWrong where the signers are not it.

    A log that was signed by one key and goes on under another, without a rotation, would look forged to all who hold
    its checkpoints.
    """
    chain, _left = own_generations()
    keys = [signer.verifier for signer in signers]
    if chain and keys[0] in chain[-1].keys and all(key in chain[-1].keys for key in keys):
        _require_last_signed_by(chain)
        return chain[-1]
    if any(keys[0] in generation.keys for generation in chain[:-1]):
        raise _unfinished() if _waits(chain[-1]) else _of_before()
    raise _foreign()


def _waits(last: Generation) -> bool:
    """Whether the key of the last generation lies beside the one before, for somebody to put it in its place."""
    try:
        made = Signer.parse(read_key_file(settings.DADKHAH_KEYS_DIR / NEXT_FILE, secret=True))
    except (LogKeyMissing, LogKeyWrong, BadNote):
        return False
    return made.verifier in last.keys


def _unfinished() -> LogKeyWrong:
    return LogKeyWrong(
        _(
            "The signing key was replaced by a rotation that did not come to its end. Nothing was signed. "
            "Run rotate_log_key again; it finishes what was begun."
        )
    )


def _of_before() -> LogKeyWrong:
    return LogKeyWrong(
        _(
            "The signing key is of before the last change of keys. Nothing was signed. Put the newest copy of the key "
            "folder back; an older one signs no more."
        )
    )


def _require_last_signed_by(chain: Sequence[Generation]) -> None:
    last = Checkpoint.objects.filter(signatures__isnull=False).order_by("-size").first()
    if last is None:
        return
    known = {key.id for generation in chain if generation.covers(last.size) for key in generation.keys}
    rows = last.signatures.filter(key_name=settings.DADKHAH_LOG_ORIGIN).values_list("key_name", "key_hash")
    own = {(name, bytes.fromhex(key_hash)) for name, key_hash in rows}
    if not own or not own <= known:
        raise _foreign()


def _with_late_key(generation: Generation, groups: Sequence[Sequence[Verifier]]) -> Generation:
    """Add the ML-DSA-44 key that an installation made later than the Ed25519 key beside it."""
    if any(key.kind is MLDSA44 for key in generation.keys):
        return generation
    late = [group[1] for group in groups if group[0] == generation.keys[0] and len(group) > 1]
    return replace(generation, keys=(*generation.keys, *late))


def _foreign() -> LogKeyWrong:
    return LogKeyWrong(
        _(
            "The signing key is not the one that signed this log before. Nothing was signed. "
            "Put the right %(name)s back from your copy of the keys."
        )
        % {"name": PRIVATE_FILE}
    )
