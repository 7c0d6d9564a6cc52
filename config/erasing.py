"""Erasing private values: wanted by a lawyer who is a member of the case, approved by an auditor, and logged.

Evidence itself, custody, decisions and the log stay as they are; what was erased can be named by none of them again.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.commitments import commit, new_salt
from audit.erasing import Erased, erase_values, is_append_only, is_forgettable, names_to_erase
from audit.errors import BadInput, NotErasable, TwoPeopleNeeded, UnknownRecord
from audit.guards import promised_tables
from audit.private import private_models, values_of
from cases.models import Case
from dossiers.queries import dossiers_holding
from evidence.erasing_words import begin_erasure
from evidence.hold_reach import lock_families, lock_family
from evidence.models import EvidenceItem, Intake

ERASE, APPROVE = "cases.manage_members", "audit.review_log"
SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is left in the hands of the two people: what was erased, and the salt that proves their reason."""

    record: str
    erased: Erased
    reason_salt: str
    # Dossiers that have the item and were compiled before: whoever holds them still has the words.
    dossiers: tuple[str, ...] = ()


def kinds() -> dict[str, type[Model]]:
    """The kinds of records that keep private values, by the short name that the command takes."""
    return {str(model._meta.model_name): model for model in private_models().values()}


def erasable_kinds() -> dict[str, type[Model]]:
    """The kinds of which values can be erased: the database refuses every change of the others. Asks no database.

    Of custody, acquisition, capture and things it lets words go, by a row that says who erased them.
    """
    guarded = promised_tables()
    return {
        name: model
        for name, model in kinds().items()
        if model._meta.db_table not in guarded or is_forgettable(model)
    }


def erase_private_values(
    kind: str,
    record_id: uuid.UUID,
    *,
    names: Collection[str] = (),
    reason: str,
    actor: Actor,
    approver: Actor,
    reason_salt: bytes | None = None,
) -> Receipt:
    """Erase the named private values of one record, or all of them, and its salt; then none can be resolved again.

    `reason_salt` is the one under which the log knows the reason already, where it was asked for before.

    Raises NotPermitted, TwoPeopleNeeded, UnknownRecord, NotErasable, or BadInput for a name that the kind does not
    have or a reason under ten characters; then nothing is changed.
    """
    user, second = _two_people(actor, approver)
    words = checked_reason(reason)
    salt = reason_salt or new_salt()
    with transaction.atomic():
        row, cases = require_erasable(kind, record_id, user=user)
        chosen, now, reason_sealed = _chosen(row, names), timezone.now(), commit(words, salt=salt)
        erasure = (
            begin_erasure(row, names=chosen, reason=reason_sealed, erased_by=user, approved_by=second, at=now)
            if is_append_only(row)
            else None
        )
        erased = erase_values(row, names=chosen, at=now)
        if not erased.count:
            raise NotErasable(_("There is nothing to erase: the values are empty or were erased before."))
        facts: dict[str, Json] = {
            "kind": row._meta.label_lower,
            "record": str(row.pk),
            "erased": list(erased.names),
            "commitments": erased.count,
            "kept": erased.kept,
            "approved_by": approver.audit_name,
            # Its salt goes to the two people and nowhere else: a reason often says what was to be forgotten.
            "reason": reason_sealed,
            **({"erasure": str(erasure.pk)} if erasure else {}),
        }
        for case_id in cases:
            log.append(Action.VALUES_ERASED, subject=_subject(row), actor=actor, facts=facts, case_id=case_id)
        left = _left_before(row, user)
    forget_pages()
    return Receipt(f"{kind} {row.pk}", erased, salt.hex(), left)


def _two_people(actor: Actor, approver: Actor) -> tuple[User, User]:
    user = require(actor, ERASE)
    second = require(approver, APPROVE)
    if user.pk == second.pk:
        raise TwoPeopleNeeded(
            _("Erasing takes two people: a lawyer of the case, and an auditor who approves it.")
        )
    return user, second


def require_erasable(kind: str, record_id: uuid.UUID, *, user: User) -> tuple[Any, list[uuid.UUID]]:
    """The record, locked until the transaction ends, and the cases that hold it, if the user may have it erased now.

    Raises BadInput for an unknown kind, UnknownRecord, or NotErasable.
    """
    model = kinds().get(kind)
    if model is None:
        raise BadInput(
            _("Name one of these kinds: %(kinds)s.") % {"kinds": ", ".join(sorted(erasable_kinds()))}
        )
    if kind not in erasable_kinds():
        # Before it is locked: the site's role may not even lock what it may not change.
        raise NotErasable(
            _(
                "This record is append-only: the database refuses to change it, because proof rests on it never "
                "changing. Erase the values of the records that it speaks of."
            )
        )
    row = _locked(model, record_id)
    cases = _cases_of(row, user)
    _wait_for_holds(row)
    _check_erasable(row)
    return row, cases


def checked_reason(reason: str) -> str:
    words = reason.strip()
    if len(words) < SHORTEST_REASON:
        raise BadInput(_("Say in at least 10 characters why this is erased."))
    return words


def _locked(model: type[Model], record_id: uuid.UUID) -> Any:
    # The row alone: what its order joins to can be of a table in which the site's role may lock nothing.
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=record_id).first()
    if row is None:
        raise _unknown()
    return row


def _cases_of(row: Any, user: User) -> list[uuid.UUID]:
    """The cases that hold the record. Whoever erases is a member of every one: it is their proof too."""
    path = values_of(row).cases
    holding = type(row)._default_manager.filter(pk=row.pk).values_list(path, flat=True)
    cases = sorted({key for key in holding if key is not None})
    mine = set(Case.objects.visible_to(user).filter(pk__in=cases).values_list("pk", flat=True))
    if not mine:
        raise _unknown()
    if len(mine) < len(cases):
        raise NotErasable(
            _("Other cases hold this record too. Have it erased by a lawyer who is a member of all of them.")
        )
    return cases


def _check_erasable(row: Any) -> None:
    declared = values_of(row)
    if declared.in_use is not None and declared.in_use(row):
        raise NotErasable(_("This record is still in use. Wait until it is finished, then erase."))
    if declared.on_hold is not None and declared.on_hold(row):
        raise NotErasable(
            _(
                "A legal hold is on an item that this record describes. Nothing of it can be erased until every "
                "hold is released."
            )
        )


def _chosen(row: Any, names: Collection[str]) -> tuple[str, ...]:
    known = names_to_erase(row)
    if set(names) - set(known):
        raise BadInput(_("This kind of record has these values: %(names)s.") % {"names": ", ".join(known)})
    return tuple(names) or known


def _wait_for_holds(row: Any) -> None:
    """A hold that is being placed now, on anything that keeps what the record is about, is waited for."""
    if isinstance(row, Intake):
        lock_families(row)
        return
    item = row if isinstance(row, EvidenceItem) else getattr(row, "item", None)
    if isinstance(item, EvidenceItem):
        lock_family(item)


def _left_before(row: Any, user: User) -> tuple[str, ...]:
    item = row if isinstance(row, EvidenceItem) else getattr(row, "item", None)
    return tuple(dossiers_holding(item, user=user)) if isinstance(item, EvidenceItem) else ()


def _subject(row: Any) -> Model | log.Subject:
    # What the log says of a link, it says of its item; so does the erasure.
    return getattr(row, "item", None) or log.as_subject(row)


def forget_pages() -> None:
    """Have SQLite's own journal let go of the old pages; they would wait there for the next checkpoint."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _unknown() -> UnknownRecord:
    return UnknownRecord(_("No such record is in your cases. Check its kind and id."))
