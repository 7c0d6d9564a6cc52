"""Showing members of a case what the log of that case means: its commitments, resolved by the values that still stand.

The log itself holds none of them. What was erased, and what nobody of the case may see, stays a commitment.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from audit.models import Entry
from audit.private import commitments_of, private_models, values_of


def facts_of(entry: Entry) -> dict[str, Any]:
    """The entry's facts. Empty where its body was tampered with: the page must open to show the rest."""
    try:
        facts = json.loads(bytes(entry.body))["facts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a reader may be shown: the texts by their commitments, and what records are called, by kind and id."""

    texts: Mapping[str, str]
    called: Mapping[tuple[str, str], str]


def resolve(entries: Sequence[Entry], *, case_id: uuid.UUID, user: Any) -> Resolved:
    """What a member of the case with the user's role may know of the records that these entries are about.

    One query for a kind of record and one for each of its parts, however many entries there are.
    """
    texts: dict[str, str] = {}
    called: dict[tuple[str, str], str] = {}
    for label, model in private_models().items():
        declared = values_of(model)
        if not declared.shown or (declared.permission and not user.has_perm(declared.permission)):
            continue
        wanted = _named(entries, label=label, fact=declared.fact)
        if wanted:
            for row in _rows(model, wanted, case_id=case_id):
                texts |= commitments_of(row)
                if declared.called is not None:
                    called[label, str(row.pk)] = declared.called(row)
    return Resolved(texts, called)


def _named(entries: Sequence[Entry], *, label: str, fact: str) -> set[uuid.UUID]:
    """The records of one kind that the entries are about, or name among their facts."""
    named = [entry.subject_id for entry in entries if entry.subject_kind == label]
    if fact:
        named += [facts_of(entry).get(fact, "") for entry in entries]
    return {key for text in named if (key := _read(text)) is not None}


def _rows(model: type[Model], wanted: set[uuid.UUID], *, case_id: uuid.UUID) -> QuerySet[Model]:
    declared = values_of(model)
    held: Mapping[str, Any] = {declared.cases: case_id}
    # A subquery, not a join: a record that a case holds twice is one record.
    ours = model._default_manager.filter(**held).values("pk")
    return model._default_manager.filter(pk__in=wanted).filter(pk__in=ours).prefetch_related(*declared.parts)


def _read(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
