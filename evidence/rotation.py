"""Changing the vault's key: every stored object gets a new opening, and the log says of each that it did.

An object's body stays as it was sealed; only the wrapping of its file key is made anew. So a rotation shuts out
whoever took the old key but not yet the objects; it cannot take back what somebody with both has read.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.log import Subject
from evidence.digests import Digest
from evidence.errors import ObjectAltered, ObjectMissing, VaultUnavailable
from evidence.fixity import stored_facts
from evidence.key_change import next_key, retire_old_key, switch_keys
from evidence.keys import load_vault_keys
from evidence.models import StoredObject
from evidence.removal import give_up
from evidence.store import named_store, vault
from evidence.stored_objects import let_go
from evidence.turns import turn_of
from evidence.vault.facts import StoredFacts
from evidence.vault.objects import Vault

ROTATE = "accounts.manage_users"
# Arrivals that were put in place under the old key have this long to write their rows.
GRACE_SECONDS = 30.0
_AT_ONCE = 500

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class RotationReport:
    """What became of the objects. `left` counts old copies that a lock holds or that could not be removed."""

    old_key: str
    new_key: str
    sealed_anew: int = 0
    left: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    retired_as: str = ""

    @property
    def ok(self) -> bool:
        """Whether the old key is needed no more."""
        return not self.failed


def rotate_vault_key(
    *, actor: Actor, progress: Progress | None = None, grace: float = GRACE_SECONDS
) -> RotationReport:
    """Change the vault's key, or go on with a change that was cut short; the old key retires when none needs it.

    An object that is damaged or gone is named in the report, and the old key stays until it is restored and this
    is run again. Raises NotPermitted, LogUnavailable, VaultKeyMissing, VaultKeyWrong, VaultFull, VaultUnavailable.
    """
    user = require(actor, ROTATE)
    folder = Path(settings.DADKHAH_KEYS_DIR)
    # Opened first: keys that are not this vault's change nothing.
    vault()
    store = named_store()
    report = _begin(folder, user)
    switch_keys(store, folder)
    time.sleep(grace)
    _seal_all_anew(report, user, progress or _untold)
    if report.ok:
        with transaction.atomic():
            facts: dict[str, Json] = {
                "from": report.old_key,
                "objects": report.sealed_anew,
                "old_copies_left": report.left,
            }
            log.append(Action.VAULT_KEY_ROTATED, subject=_vault_key(report), actor=user, facts=facts)
        report.retired_as = retire_old_key(store, folder)
    return report


def _begin(folder: Path, user: Actor) -> RotationReport:
    keys = load_vault_keys(folder)
    old = keys.retiring or keys.identity
    report = RotationReport(old.recipient.key_id, next_key(folder).recipient.key_id)
    with transaction.atomic():
        log.append(
            Action.VAULT_KEY_CHANGE_BEGUN,
            subject=_vault_key(report),
            actor=user,
            facts={"from": report.old_key},
        )
    return report


def _seal_all_anew(report: RotationReport, user: Actor, progress: Progress) -> None:
    opened = vault()
    tried: set[UUID] = set()
    total = _sealed_otherwise(report).count()
    # Asked again until nothing new turns up: what came in under the old key just before the change is among it.
    while batch := list(
        _sealed_otherwise(report).exclude(pk__in=tried).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]
    ):
        for pk in batch:
            tried.add(pk)
            _seal_anew(opened, pk, report, user)
            done = report.sealed_anew + len(report.failed)
            progress(done, max(total, done))
        # What is done is no longer asked for; only what failed need be remembered.
        tried = set(_sealed_otherwise(report).filter(pk__in=tried).values_list("pk", flat=True))


def _sealed_otherwise(report: RotationReport) -> QuerySet[StoredObject]:
    """What is not sealed to the new key; what is to be removed needs no new key."""
    return StoredObject.objects.filter(removal_asked_at=None).exclude(key_id=report.new_key)


def _seal_anew(opened: Vault, pk: UUID, report: RotationReport, user: Actor) -> None:
    old = stored_facts(StoredObject.objects.get(pk=pk))
    try:
        new = opened.rewrap(old)
    except (ObjectMissing, ObjectAltered) as error:
        report.failed.append((old.name, str(error)))
        return
    if not record_sealed_anew(pk, new, actor=user):
        return
    report.sealed_anew += 1
    if old.name == new.name:
        return
    try:
        removed = opened.remove_old(old.name)
    except VaultUnavailable:
        removed = False
    report.left += not removed


def record_sealed_anew(pk: UUID, new: StoredFacts, *, actor: Actor) -> bool:
    """Have the row name the object that is sealed to the new key, and the log say so, in one transaction.

    False where the bytes were disposed of meanwhile, or are under another name by now: the new object goes as well.
    """
    with transaction.atomic():
        row = StoredObject.objects.select_for_update().get(pk=pk)
        if (row.name, row.key_id) == (new.name, new.key_id):
            # Another process was first.
            return True
        if row.is_going and row.removal_begun_at is None:
            give_up(row)
        if turn_of(new.sha256) != new.turn:
            let_go(row, new.name, turn=new.turn)
            return False
        facts = {
            "sha256": row.sha256.hex,
            "from": row.key_id,
            "to": new.key_id,
            "blake3_before": row.stored_blake3.hex,
            "blake3_after": new.blake3.hex(),
        }
        row.name, row.key_id, row.stored_size = new.name, new.key_id, new.stored_size
        row.stored_blake3 = Digest("blake3", new.blake3)
        row.save(update_fields=["name", "key_id", "stored_size", "stored_blake3"])
        log.append(Action.OBJECT_SEALED_ANEW, subject=row, actor=actor, facts=facts)
    return True


def _facts(report: RotationReport) -> dict[str, Json]:
    return {"from": report.old_key, "objects": report.sealed_anew, "old_copies_left": report.left}


def _vault_key(report: RotationReport) -> Subject:
    return Subject("evidence.vault_key", report.new_key)


def _untold(_done: int, _total: int) -> None:
    """Nobody is told how far it is."""
