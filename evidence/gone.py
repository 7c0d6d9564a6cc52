"""What the log tells of and the register has no longer: items and deliveries whose row is gone, and what hangs on them.

Nothing that stands can name what does not: so here the log is walked, and every row that points into the void.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Exists, ForeignKey, Model, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.actions import Action
from audit.models import Entry
from evidence.faults import Fault
from evidence.models import EvidenceItem, Intake, Removal
from evidence.references import delivery_reference
from evidence.store import vault

_AT_ONCE = 500


def gone_faults() -> Iterator[Fault]:
    """Every item and delivery that is gone, how many items are missing, every row of one that is not there, and bytes
    that are there although they were removed.
    """
    yield from _items_gone()
    yield from _deliveries_gone()
    yield from _orphans()
    yield from _removed_and_there()


def _items_gone() -> Iterator[Fault]:
    told = Entry.objects.filter(action=Action.EVIDENCE_RECEIVED.value)
    gone, count = 0, 0
    for batch in _batches(told.values_list("subject_id", "body").iterator(_AT_ONCE)):
        count += len(batch)
        there = _there(EvidenceItem, (subject for subject, _body in batch))
        for subject, body in batch:
            if subject not in there:
                gone += 1
                yield Fault(
                    _reference(bytes(body), subject),
                    "item_gone",
                    _("The log has an item that is gone: the register has no row of it."),
                )
    if gone:
        sentence = _("The audit log tells of %(told)d items; of these the register lacks %(gone)d.")
        yield Fault(_("The register"), "items_missing", sentence % {"told": count, "gone": gone})


def _deliveries_gone() -> Iterator[Fault]:
    told = Entry.objects.filter(action=Action.INTAKE_STARTED.value)
    for batch in _batches(told.values_list("subject_id", flat=True).iterator(_AT_ONCE)):
        there = _there(Intake, batch)
        for subject in batch:
            if subject not in there:
                key = _key(subject)
                yield Fault(
                    delivery_reference(key) if key else subject,
                    "delivery_gone",
                    _("The log has a delivery that is gone: the register has no row of it."),
                )


def _orphans() -> Iterator[Fault]:
    """The rows of evidence that name a row of evidence which is not there, counted by what they are."""
    for model in apps.get_app_config("evidence").get_models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(field, ForeignKey) or not isinstance(target, type):
                continue
            if target._meta.app_label == "evidence":
                yield from _orphans_by(model, field, target)


def _orphans_by(model: type[Model], field: Any, target: type[Model]) -> Iterator[Fault]:
    named = target._base_manager.filter(pk=OuterRef(field.attname))
    lost = model._base_manager.filter(**{f"{field.name}__isnull": False}).filter(~Exists(named))
    counted = lost.order_by(field.attname).values_list(field.attname).annotate(rows=Count("pk"))
    for key, rows in counted.iterator(_AT_ONCE):
        yield Fault(
            _called(target, key),
            "row_orphaned",
            ngettext(
                "%(rows)d row of %(table)s names it in “%(column)s”, and it is gone.",
                "%(rows)d rows of %(table)s name it in “%(column)s”, and it is gone.",
                rows,
            )
            % {"rows": rows, "table": model._meta.db_table, "column": field.name},
        )


def _removed_and_there() -> Iterator[Fault]:
    """Names under which bytes were removed and something stands again: put there by whoever was on the way then."""
    store = vault()
    for name in (
        Removal.objects.filter(gone_at__isnull=False).values_list("name", flat=True).iterator(_AT_ONCE)
    ):
        if store.holds(name):
            yield Fault(
                name,
                "removed_bytes_there",
                _(
                    "Bytes stand in the store under a name from which they were removed. The next looks remove them."
                ),
            )


def _called(target: type[Model], key: Any) -> str:
    """What people call the row that is gone: an item by its reference, which the log has, a delivery by its own."""
    if target is Intake:
        return delivery_reference(key)
    if target is EvidenceItem:
        received = Entry.objects.filter(subject_id=str(key), action=Action.EVIDENCE_RECEIVED.value).first()
        return _reference(bytes(received.body), str(key)) if received else str(key)
    return f"{target._meta.db_table} {key}"


def _reference(body: bytes, subject: str) -> str:
    """The reference that the entry gives; a tampered one says nothing, and the key stands for it."""
    try:
        return str(json.loads(body)["facts"]["reference"])
    except (ValueError, KeyError, TypeError):
        return subject


def _there(model: type[Model], subjects: Iterable[str]) -> set[str]:
    keys = [key for subject in subjects if (key := _key(subject))]
    return {str(key) for key in model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)}


def _key(subject: str) -> UUID | None:
    try:
        return UUID(subject)
    except ValueError:
        return None


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    ahead = iter(rows)
    while batch := list(islice(ahead, _AT_ONCE)):
        yield batch
