"""Being the witness of somebody else's log: compare what it shows with what was seen before, then cosign it.

What was seen is durable before it is cosigned, and one log is looked at by one process at a time as far as its row in
`WitnessedLog` goes: two at once cannot sign two histories. A refusal is logged with what was shown, so that a signed
contradiction is kept as the proof that it is; and whatever the other side sends, it is logged.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.cosignatures import TreeHead
from audit.errors import (
    AuditError,
    BadFacts,
    BadNote,
    DomainError,
    FirstSight,
    PublishedLogUnreadable,
    WitnessBusy,
    WitnessRefused,
)
from audit.log import append
from audit.merkle import consistency_proof, root, verify_consistency
from audit.models import WitnessedLog
from audit.notes import LARGEST_NOTE, Signer, Verifier, joined_note, signed_by, split_note
from audit.published_tiles import PublishedNodes, Source
from audit.rotations import Generation, follow
from audit.sequencing import lock_tree, sequence_pending
from audit.signature_kinds import ED25519
from audit.tile_paths import CHECKPOINT, ROTATIONS
from audit.witness_keys import load_witness_signers
from audit.witness_memory import Seen, number, recall, subject_of

_LARGEST_ROTATIONS = 1 << 20


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a log shows now, the key of the log that signed it, and the proof of both: the text and that one line."""

    head: TreeHead
    key: Verifier
    proof: str


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a log shows now, what it showed when it was seen last (None the first time), and the cosigned note."""

    shown: TreeHead
    before: TreeHead | None
    note: str


def witness_log(
    source: Source, *, origin: str, keys: Sequence[Verifier], first: bool = False, actor: Actor
) -> Witnessed:
    """Check a published log against what was last seen of it, remember it, and return its checkpoint cosigned.

    `keys` are the log's keys as they reached us by another way, one generation; later ones are followed by the
    rotations that the log publishes. Raises, after logging the refusal and without cosigning: WitnessRefused for a
    fork, a rollback, another origin, a wrong key, or a memory that our own log contradicts;
    FirstSight for a log never seen, unless `first`;
    PublishedLogUnreadable for files that are missing, short, too large or not the tree that was signed.
    Raises WitnessKeyMissing before anything is read, and WitnessBusy where somebody else was faster.
    """
    signers = load_witness_signers()
    shown: _Shown | None = None
    try:
        note = _read_text(source, CHECKPOINT, LARGEST_NOTE)
        seen = recall(origin)
        shown = _signed_head(source, note, origin, keys, seen)
        before = seen.head if seen else None
        _require_consistent(source, shown.head, before, first=first)
    except (AuditError, BadNote) as error:
        _record_refusal(origin, shown, error, actor=actor)
        raise
    _remember(shown, before, note, actor=actor)
    return Witnessed(shown.head, before, _cosigned(note, signers))


def _cosigned(note: str, signers: Sequence[Signer]) -> str:
    """The note with our signatures of now, in place of our earlier ones."""
    text, signatures = split_note(note)
    own = {signer.verifier.id for signer in signers}
    lines = note.rsplit("\n\n", 1)[1].splitlines(keepends=True)
    kept = [line for line, (name, raw) in zip(lines, signatures, strict=True) if (name, raw[:4]) not in own]
    return text + "\n" + "".join(kept) + "".join(signer.signature_line(text) for signer in signers)


def _signed_head(
    source: Source, note: str, origin: str, keys: Sequence[Verifier], seen: Seen | None
) -> _Shown:
    """Return what the note says, signed by the log's key of that size."""
    chain = _generations(source, keys)
    try:
        head = TreeHead.parse(split_note(note)[0])
        known = [key for generation in chain for key in generation.keys]
        signed = {key: raw for key, raw in signed_by(note, known) if key.kind is ED25519}
    except BadNote as error:
        raise WitnessRefused(
            _("The checkpoint is not signed by the log's key (%(reason)s). It was not cosigned.")
            % {"reason": error}
        ) from error
    if head.origin != origin:
        raise WitnessRefused(
            _("The checkpoint is of the log “%(found)s”, not of “%(wanted)s”. It was not cosigned.")
            % {"found": head.origin, "wanted": origin}
        )
    current = next((g for g in chain if g.covers(head.size) and set(g.keys) & set(signed)), None)
    if current is None or chain.index(current) < _first_allowed(chain, seen):
        raise WitnessRefused(
            _("The checkpoint is signed by a key of the log that was replaced before. It was not cosigned.")
        )
    key = next(key for key in current.keys if key in signed)
    # Nothing but the line that verified: whoever fills a note with other lines must not fill our log with them.
    return _Shown(head, key, joined_note(head.text, [(key.name, signed[key])]))


def _generations(source: Source, keys: Sequence[Verifier]) -> list[Generation]:
    raw = source.read(ROTATIONS, most=_LARGEST_ROTATIONS)
    try:
        notes = json.loads(raw) if raw is not None else []
        if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
            raise ValueError("no list of texts")
    except (ValueError, RecursionError) as error:
        raise PublishedLogUnreadable(
            _("The published file %(path)s cannot be used: %(reason)s.")
            % {"path": ROTATIONS, "reason": _("it is no list of rotations")}
        ) from error
    chain, _stray = follow(keys, notes)
    return chain


def _first_allowed(chain: Sequence[Generation], seen: Seen | None) -> int:
    """Where in the chain the key stands that signed what was seen last: an older one may be stolen."""
    if seen is None or not seen.keys:
        return 0
    known = [at for at, generation in enumerate(chain) if seen.keys & {key.id for key in generation.keys}]
    if not known:
        raise WitnessRefused(
            _(
                "This house has seen the log signed by another key, and no published change of keys leads to that one "
                "from the key that was given: a change of keys is hidden, or the log was made anew under other keys. "
                "It was not cosigned. Keep the published files as proof."
            )
        )
    return known[-1]


def _require_consistent(source: Source, shown: TreeHead, before: TreeHead | None, *, first: bool) -> None:
    if before is None and not first:
        raise FirstSight(
            _(
                "This house has never seen the log “%(origin)s” and has nothing to compare it with. It shows "
                "%(size)d entries. If you trust this first sight, say --first."
            )
            % {"origin": shown.origin, "size": shown.size}
        )
    if before is not None and shown.size < before.size:
        raise _contradiction(
            _("The log was rolled back: it shows %(shown)s, but was seen with %(seen)s."), shown, before
        )
    if before is not None and shown.size == before.size and shown.root != before.root:
        raise _contradiction(
            _("The log is forked: it shows %(shown)s, but was seen with another root: %(seen)s."),
            shown,
            before,
        )
    nodes = PublishedNodes(source, shown.size)
    if root(shown.size, nodes) != shown.root:
        raise PublishedLogUnreadable(
            _("The published tiles are not the tree that the checkpoint signs. It was not cosigned.")
        )
    if before is None:
        return
    path = consistency_proof(before.size, shown.size, nodes)
    if not verify_consistency(before.size, shown.size, before.root, shown.root, path):
        raise _contradiction(
            _("The log is forked: it shows %(shown)s, which does not begin with what was seen: %(seen)s."),
            shown,
            before,
        )


def _contradiction(sentence: str, shown: TreeHead, before: TreeHead) -> WitnessRefused:
    words = {"shown": _in_words(shown), "seen": _in_words(before)}
    verdict = _("It was not cosigned. Keep the published files as proof.")
    return WitnessRefused(f"{sentence % words} {verdict}")


def _in_words(head: TreeHead) -> str:
    return _("%(size)d entries, root %(root)s") % {"size": head.size, "root": head.root.hex()}


def _remember(shown: _Shown, before: TreeHead | None, note: str, *, actor: Actor) -> None:
    head = shown.head
    with transaction.atomic(durable=True):
        lock_tree(wait=True)
        seen = recall(head.origin)
        if (seen.head if seen else None) != before:
            raise WitnessBusy(_("Somebody else witnessed this log at this moment. Run the command again."))
        if before is None or head.size > before.size:
            WitnessedLog.objects.create(
                origin=head.origin, size=head.size, root=head.root, note=note, seen_at=timezone.now()
            )
        facts: dict[str, Json] = {
            "size": number(head.size),
            "root": head.root.hex(),
            "key": f"{shown.key.name}+{shown.key.key_hash.hex()}",
            "seen_size": number(before.size) if before else None,
            "seen_root": before.root.hex() if before else None,
        }
        append(Action.LOG_WITNESSED, subject=subject_of(head.origin), actor=actor, facts=facts)
    sequence_pending()


def _record_refusal(origin: str, shown: _Shown | None, error: DomainError, *, actor: Actor) -> None:
    facts: dict[str, Json] = {
        "kind": type(error).__name__,
        "size": number(shown.head.size) if shown else None,
        "root": shown.head.root.hex() if shown else None,
    }
    try:
        _append_refusal(origin, {**facts, "signed": shown.proof if shown else None}, actor=actor)
    except BadFacts:
        # A proof that no entry can hold must not keep the refusal out of the log.
        _append_refusal(origin, facts, actor=actor)
    sequence_pending()


def _append_refusal(origin: str, facts: dict[str, Json], *, actor: Actor) -> None:
    with transaction.atomic(durable=True):
        append(Action.WITNESSING_REFUSED, subject=subject_of(origin), actor=actor, facts=facts)


def _read_text(source: Source, path: str, most: int) -> str:
    raw = source.read(path, most=most)
    if raw is None:
        raise PublishedLogUnreadable(_("There is no published log here: it has no checkpoint."))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PublishedLogUnreadable(
            _("The published file %(path)s cannot be used: %(reason)s.")
            % {"path": path, "reason": _("it is no text")}
        ) from error
