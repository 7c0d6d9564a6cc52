"""Opening a record on the offline machine, with the words of enough sheets and nothing else."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.canonical import Json
from audit.paper.sheets import visible
from witnesses.bindings import identity_binding, recovery_binding
from witnesses.errors import SealBroken, UnknownWitness
from witnesses.identity import FIELDS, OpenedIdentity
from witnesses.identity_words import WORD_LABELS
from witnesses.models import RecoveryKit, SealedIdentity, Witness
from witnesses.models.witness import IDENTITY
from witnesses.pseudonyms import read_pseudonym
from witnesses.record_content import read_record
from witnesses.recovery.carried import EXPORT, HANDED_OVER, Carried, bytes_of, read_carried, text_of, to_carry
from witnesses.recovery.errors import BadKitFile, KitBroken
from witnesses.sealed import SealedBytes
from witnesses.sealing import Binding, Sealed, open_data_key, open_identity_seal, seal_data_key


@sensitive_variables()
def open_exported(content: bytes, sheets: list[str], *, pseudonym: str) -> list[OpenedIdentity]:
    """The newest version of the witness's identity, then that of each other sealed record; in memory alone.

    Raises BadKitFile, WordsDoNotOpen, UnknownWitness, and KitBroken where a record does not open with this kit.
    """
    carried = read_carried(content, kind=EXPORT)
    records = _records(carried, read_pseudonym(pseudonym))
    seed = carried.seed(sheets)
    return [_opened(record, kit, sealed_key, seed) for record, kit, sealed_key in records]


@sensitive_variables()
def check_sheets(content: bytes, sheets: list[str]) -> int:
    """How many records of the file the sheets open, each in memory and let go. Raises what `open_exported` does."""
    carried = read_carried(content, kind=EXPORT)
    seed = carried.seed(sheets)
    rows = [_row(line) for line in carried.lines]
    return sum(bool(_opened(record, kit, sealed_key, seed)) for record, kit, sealed_key in rows)


@sensitive_variables()
def lines_of(opened: OpenedIdentity) -> Iterator[str]:
    """What was opened, as lines for the screen; a photograph is only said to be there."""
    for name in opened.fields:
        label = str(WORD_LABELS[name])
        if name == "full_names":
            for one in opened.full_names:
                yield f"{label}: {visible(str(one.text))}"
        elif name == "photograph":
            yield f"{label}: {_('there is one')}"
        else:
            for line in str(opened.text(name)).splitlines():
                yield f"{label}: {visible(line)}"


@sensitive_variables()
def hand_over(content: bytes, sheets: list[str]) -> bytes:
    """The data keys of the file's records, sealed to the session that it names: the file for `bring-back`.

    Raises what `open_exported` raises, and BadKitFile where no session of a quorum waits for it.
    """
    carried = read_carried(content, kind=EXPORT)
    if not carried.session:
        raise BadKitFile(
            _("When this file was written, no custodians waited for it. Ask them first, then export.")
        )
    seed = carried.seed(sheets)
    lines = [_handed_over(_row(line), seed, carried) for line in carried.lines]
    return to_carry(HANDED_OVER, carried.kit, lines, session=carried.session, key=carried.session_key)


@sensitive_variables()
def _handed_over(row: "Row", seed: SealedBytes, carried: Carried) -> dict[str, Json]:
    record, kit, sealed_key = row
    binding = hand_over_binding(carried.session, str(record.pk))
    try:
        key = open_data_key(sealed_key, seed=seed, binding=recovery_binding(record, kit))
        sealed = seal_data_key(key, public_key=carried.session_key, binding=binding)
        return {"sealed_identity": str(record.pk), "key": text_of(sealed)}
    except SealBroken:
        raise KitBroken from None


def hand_over_binding(session: str, record: str) -> Binding:
    """For the data key of a record, sealed to a session that takes it over."""
    return {"purpose": "hand-over", "session": session, "sealed_identity": record}


Row = tuple[SealedIdentity, RecoveryKit, bytes]


def _records(carried: Carried, pseudonym: str) -> list[Row]:
    newest: dict[str, Row] = {}
    for line in carried.lines:
        if line.get("pseudonym") == pseudonym:
            row = _row(line)
            if row[0].part not in newest or newest[row[0].part][0].version < row[0].version:
                newest[row[0].part] = row
    if not newest:
        raise UnknownWitness(_("The file holds no witness of this pseudonym."))
    return sorted(newest.values(), key=lambda row: (row[0].part != IDENTITY, row[0].version))


def _row(line: dict[str, Any]) -> Row:
    """The rows as they were on the server, as far as seals are bound to them; none of them is ever saved."""
    try:
        witness = Witness(pk=UUID(line["witness"]), case_id=UUID(line["case"]), pseudonym=line["pseudonym"])
        record = SealedIdentity(
            pk=UUID(line["sealed_identity"]),
            witness=witness,
            version=int(line["version"]),
            part=str(line["part"]),
            nonce=bytes_of(line["nonce"]),
            ciphertext=bytes_of(line["ciphertext"]),
        )
        return record, RecoveryKit(pk=UUID(line["kit"])), bytes_of(line["sealed_key"])
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BadKitFile from error


@sensitive_variables()
def _opened(record: SealedIdentity, kit: RecoveryKit, sealed_key: bytes, seed: SealedBytes) -> OpenedIdentity:
    content = _content(record, kit, sealed_key, seed)
    if content is None:
        raise KitBroken
    return read_record(content, part=record.part, version=record.version, fields=FIELDS)


@sensitive_variables()
def _content(
    record: SealedIdentity, kit: RecoveryKit, sealed_key: bytes, seed: SealedBytes
) -> SealedBytes | None:
    try:
        key = open_data_key(sealed_key, seed=seed, binding=recovery_binding(record, kit))
        sealed = Sealed(bytes(record.nonce), bytes(record.ciphertext))
        return open_identity_seal(sealed, key=key, binding=identity_binding(record))
    except SealBroken:
        return None
