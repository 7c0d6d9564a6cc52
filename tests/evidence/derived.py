"""Derivatives without the programs that make them: their bytes are given, the rest is as in the house."""

import io

from django.db import transaction

from evidence.derivative_failures import Failure
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.inspecting.records import (
    Made,
    Maker,
    Output,
    ask_for_derivatives,
    claim,
    record_made,
    record_without,
)
from evidence.models import Derivative, EvidenceItem
from evidence.store import vault

MAKER = Maker("a program", "1.0", {"pixels": 100})


def derive(item: EvidenceItem, kind: DerivativeKind, media_type: str, *contents: bytes) -> Derivative:
    """The first derivative of a kind; `contents` are numbered from 1."""
    lead, store = taken_up(item, kind), vault()
    outputs = [
        Output(number, media_type, store.commit(store.receive(io.BytesIO(content))))
        for number, content in enumerate(contents, 1)
    ]
    assert record_made(lead, Made(MAKER, outputs))
    return Derivative.objects.get(pk=lead.pk)


def fail(
    item: EvidenceItem, kind: DerivativeKind, state: DerivativeState, failure: Failure, detail: str = ""
) -> None:
    """A derivative that could not be made, and why."""
    assert record_without(taken_up(item, kind), state, failure=failure, detail=detail)


def ask(item: EvidenceItem, kind: DerivativeKind) -> Derivative:
    """A derivative that waits to be made, asked for now unless what was made before has asked for it."""
    with transaction.atomic():
        ask_for_derivatives(item, [kind])
    return Derivative.objects.get(item=item, kind=kind, number=1, author=None)


def taken_up(item: EvidenceItem, kind: DerivativeKind) -> Derivative:
    """A derivative that is being made."""
    lead = claim(ask(item, kind).pk)
    assert lead is not None
    return lead
