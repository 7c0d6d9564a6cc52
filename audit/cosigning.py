"""Taking in what a witness has cosigned, so that the next publication carries it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.cosignatures import TreeHead
from audit.errors import BadNote, NothingSigned
from audit.log import append
from audit.models import Checkpoint, CheckpointSignature
from audit.notes import Verifier, signed_by, split_note
from audit.sequencing import sequence_pending
from audit.signature_kinds import moment_of
from audit.witness_keys import WITNESSES_FILE, load_witnesses


def add_cosignatures(note: str, *, actor: Actor) -> list[Verifier]:
    """Add the signatures of known witnesses to our checkpoint and return the keys that were new under it.

    Raises BadNote where no known witness signed, or a known one's signature is wrong; NothingSigned where the note
    is of no checkpoint that this log ever signed; LogKeyMissing or LogKeyWrong for the witnesses' keys.
    """
    head = TreeHead.parse(split_note(note)[0])
    checkpoint = Checkpoint.objects.filter(size=head.size, signatures__isnull=False).first()
    if checkpoint is None or checkpoint.text != head.text:
        raise NothingSigned(
            _("This log never signed that checkpoint (%(size)d entries). Nothing was added.")
            % {"size": head.size}
        )
    try:
        signed = signed_by(note, load_witnesses())
    except BadNote as error:
        raise BadNote(
            _("No signature was added: %(reason)s The keys of our witnesses stand in %(name)s.")
            % {"reason": error, "name": WITNESSES_FILE}
        ) from error
    lines = {(name, raw): line for name, raw, line in _lines(note)}
    with transaction.atomic():
        added = [key for key, raw in signed if _add(checkpoint, key, raw, lines[key.name, raw], actor=actor)]
    sequence_pending()
    return added


def _add(checkpoint: Checkpoint, key: Verifier, raw: bytes, line: str, *, actor: Actor) -> bool:
    _row, created = CheckpointSignature.objects.get_or_create(
        checkpoint=checkpoint,
        key_name=key.name,
        key_hash=key.key_hash.hex(),
        defaults={"line": line, "made_at": timezone.now()},
    )
    if created:
        facts: dict[str, Json] = {
            "size": checkpoint.size,
            "key": f"{key.name}+{key.key_hash.hex()}",
            "signed_at": moment_of(key.kind, raw[4:]),
        }
        append(Action.COSIGNATURE_ADDED, subject=checkpoint, actor=actor, facts=facts)
    return created


def _lines(note: str) -> list[tuple[str, bytes, str]]:
    """Each signature with its line as it stands."""
    _text, signatures = split_note(note)
    lines = note.rsplit("\n\n", 1)[1].splitlines(keepends=True)
    return [(name, raw, line) for (name, raw), line in zip(signatures, lines, strict=True)]
