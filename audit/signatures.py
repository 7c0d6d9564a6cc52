"""Checking every signature under every checkpoint against the keys that were the log's at that size."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings

from audit.errors import AuditError, BadNote, LogKeyMissing, LogKeyWrong, SignatureUnsupported
from audit.faults import FaultKind, LogReport
from audit.key_history import never_introduced, own_generations
from audit.keys import PUBLIC_FILE
from audit.notes import Verifier, split_note
from audit.rotations import Generation
from audit.signed_rows import StoredCheckpoint, StoredSignature
from audit.witness_keys import WITNESSES_FILE, load_witnesses


def check_signatures(
    report: LogReport,
    checkpoints: Sequence[StoredCheckpoint],
    *,
    roots: Mapping[int, bytes],
    signed: Collection[str],
) -> None:
    """Add a fault for each signature line that is not what it should be, and for each rotation that leads nowhere.

    A checkpoint bears at least one signature by the log's own key of that time; cosignatures of witnesses come on
    top. Without checkpoints no key is needed. The last may be unsigned where the log, with this root at its size,
    does not say that it was signed: then its signing broke off. `signed` are the ids that the log says were signed.
    """
    try:
        chain, stray = own_generations()
        unknown = never_introduced(chain)
    except (LogKeyMissing, LogKeyWrong) as error:
        if checkpoints:
            report.add(FaultKind.KEY_MISSING, PUBLIC_FILE, str(error))
        return
    for generation in unknown:
        key = generation.keys[0]
        report.add(FaultKind.ROTATION_REMOVED, f"{key.name}+{key.key_hash.hex()}")
    for number, _note in enumerate(stray, start=1):
        report.add(FaultKind.BAD_ROTATION, f"rotation {number} of those that lead nowhere")
    witnesses = _witnesses(report) if checkpoints else []
    last = max((one.size for one in checkpoints if one.signatures), default=-1)
    for checkpoint in checkpoints:
        broke_off = (
            checkpoint.size > last
            and checkpoint.id not in signed
            and roots.get(checkpoint.size) == checkpoint.root
        )
        if broke_off:
            report.notice(FaultKind.UNFINISHED, checkpoint.place)
            continue
        before = report.fault_count
        _check(report, checkpoint, chain, witnesses)
        if report.fault_count == before:
            report.signed = max(report.signed, checkpoint.size)


def bears_ours(text: str, lines: Iterable[str], *, size: int, chain: Sequence[Generation]) -> bool:
    """Whether these lines sign the text with a key that was this log's at that size, and none of them falsely."""
    keys = {key.id: key for generation in chain if generation.covers(size) for key in generation.keys}
    said = {_is_good(text, line, keys) for line in lines}
    return True in said and False not in said


def _is_good(text: str, line: str, keys: Mapping[tuple[str, bytes], Verifier]) -> bool | None:
    """Whether a line is a good signature; None where it is by none of the keys, or cannot be checked here."""
    try:
        text, [(name, raw)] = split_note(f"{text}\n{line}")
        key = keys.get((name, raw[:4]))
        return None if key is None else key.verifies(text, raw)
    except (BadNote, ValueError, SignatureUnsupported):
        return None


def _witnesses(report: LogReport) -> list[Verifier] | None:
    """The keys of witnesses; None, which is named once, where they cannot be read."""
    try:
        return load_witnesses()
    except AuditError as error:
        report.add(FaultKind.KEY_MISSING, WITNESSES_FILE, str(error))
        return None


def _check(
    report: LogReport,
    checkpoint: StoredCheckpoint,
    chain: Sequence[Generation],
    witnesses: Sequence[Verifier] | None,
) -> None:
    own = {key.id for generation in chain for key in generation.keys}
    signed = False
    for signature in checkpoint.signatures:
        kind, key = _judge(checkpoint, signature, chain, witnesses)
        signed = signed or (key is not None and key.id in own)
        if kind is not None:
            report.add(kind, checkpoint.place, signature.key)
            signed = True  # its own fault says enough; it is not unsigned as well
    if not signed:
        report.add(FaultKind.UNSIGNED, checkpoint.place)


def _judge(
    checkpoint: StoredCheckpoint,
    signature: StoredSignature,
    chain: Sequence[Generation],
    witnesses: Sequence[Verifier] | None,
) -> tuple[FaultKind | None, Verifier | None]:
    """Return the fault of one line, if any, and the key that made it, if it is known."""
    try:
        text, [(name, raw)] = split_note(f"{checkpoint.text}\n{signature.line}")
    except (BadNote, ValueError):
        return FaultKind.BAD_SIGNATURE, None
    known = [(key, generation) for generation in chain for key in generation.keys]
    known_or_witness = [*known, *((key, None) for key in witnesses or ())]
    found = next((pair for pair in known_or_witness if pair[0].id == (name, raw[:4])), None)
    if found is None:
        is_unreadable = witnesses is None and name != settings.DADKHAH_LOG_ORIGIN
        return None if is_unreadable else FaultKind.FOREIGN_KEY, None
    key, generation = found
    # The columns must say the same as the line: they are what is looked up.
    named = (name, raw[:4].hex()) == (signature.key_name, signature.key_hash)
    try:
        fault = None if named and key.verifies(text, raw) else FaultKind.BAD_SIGNATURE
    except SignatureUnsupported:
        fault = FaultKind.UNCHECKED_SIGNATURE
    if fault is None and generation is not None and not generation.covers(checkpoint.size):
        fault = FaultKind.KEY_OUT_OF_TIME
    return fault, key
