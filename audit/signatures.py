"""Checking every signature under every checkpoint against the keys that were the log's at that size."""

from collections.abc import Sequence

from audit.errors import AuditError, BadNote, LogKeyMissing, LogKeyWrong, SignatureUnsupported
from audit.faults import FaultKind, LogReport
from audit.key_history import own_generations
from audit.keys import PUBLIC_FILE
from audit.models import Checkpoint, CheckpointSignature
from audit.notes import Verifier, split_note
from audit.rotations import Generation
from audit.witness_keys import WITNESSES_FILE, load_witnesses


def check_signatures(report: LogReport, checkpoints: Sequence[Checkpoint]) -> None:
    """Add a fault for each signature line that is not what it should be, and for each rotation that leads nowhere.

    A checkpoint bears at least one signature by the log's own key of that time; cosignatures of witnesses come on
    top. Without checkpoints no key is needed.
    """
    if not checkpoints:
        return
    try:
        chain, stray = own_generations()
    except (LogKeyMissing, LogKeyWrong) as error:
        report.add(FaultKind.KEY_MISSING, PUBLIC_FILE, str(error))
        return
    for number, _note in enumerate(stray, start=1):
        report.add(FaultKind.BAD_ROTATION, f"rotation {number} of those that lead nowhere")
    witnesses = _witnesses(report)
    for checkpoint in checkpoints:
        _check(report, checkpoint, chain, witnesses)


def _witnesses(report: LogReport) -> list[Verifier]:
    try:
        return load_witnesses()
    except AuditError as error:
        report.add(FaultKind.KEY_MISSING, WITNESSES_FILE, str(error))
        return []


def _check(
    report: LogReport,
    checkpoint: Checkpoint,
    chain: Sequence[Generation],
    witnesses: Sequence[Verifier],
) -> None:
    place = f"checkpoint of size {checkpoint.size}"
    own = {key.id for generation in chain for key in generation.keys}
    signed = False
    for signature in checkpoint.signatures.all():
        kind, key = _judge(checkpoint, signature, chain, witnesses)
        signed = signed or (key is not None and key.id in own)
        if kind is not None:
            report.add(kind, place, f"{signature.key_name}+{signature.key_hash}")
            signed = True  # its own fault says enough; it is not unsigned as well
    if not signed:
        report.add(FaultKind.UNSIGNED, place)


def _judge(
    checkpoint: Checkpoint,
    signature: CheckpointSignature,
    chain: Sequence[Generation],
    witnesses: Sequence[Verifier],
) -> tuple[FaultKind | None, Verifier | None]:
    """Return the fault of one line, if any, and the key that made it, if it is known."""
    try:
        text, [(name, raw)] = split_note(f"{checkpoint.text}\n{signature.line}")
    except (BadNote, ValueError):
        return FaultKind.BAD_SIGNATURE, None
    known = [(key, generation) for generation in chain for key in generation.keys]
    known_or_witness = [*known, *((key, None) for key in witnesses)]
    found = next((pair for pair in known_or_witness if pair[0].id == (name, raw[:4])), None)
    if found is None:
        return FaultKind.FOREIGN_KEY, None
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
