"""The life of a custodian's key: another passphrase, another pair, a passphrase that is lost and one found again."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.private import sealed
from witnesses.admission import admit, waiting_keys
from witnesses.bindings import held_share_binding, key_word
from witnesses.custodians import (
    acting_custodian,
    check_passphrase,
    current_key,
    new_key,
    stretched,
    unlock,
    wrap,
)
from witnesses.deciding import checked_reason
from witnesses.errors import KeyChanged, NoKey, SealBroken
from witnesses.grounds import fingerprint, verifying_key
from witnesses.models import (
    Custodian,
    CustodianEvent,
    CustodianKey,
    CustodianWord,
    KeyAdmission,
    KeyShare,
)
from witnesses.offices import lock_custodians, lock_office
from witnesses.removing import remover
from witnesses.sealed import SealedBytes
from witnesses.sealing import open_share, seal_share
from witnesses.signing import sign_word
from witnesses.trials import trial


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a change of keys did: the new key, how many shares came along, and how many did not open."""

    key: CustodianKey
    shares: int
    unreadable: int


@sensitive_variables()
def change_passphrase(*, passphrase: str, new_passphrase: str, actor: Actor) -> None:
    """Wraps the same private key by another passphrase; what the old one wrapped is overwritten.

    Raises NotPermitted, NotACustodian, NoKey, WeakPassphrase, WrongPassphrase, TooManyFailures, and KeyChanged where
    another window was first.
    """
    custodian = acting_custodian(actor)
    key = own_key(custodian)
    check_passphrase(new_passphrase, user=custodian.user)
    seed = _unlock(key, passphrase)
    before = bytes(key.wrapped_private_key or b"")
    key.wrapped_private_key, key.kdf = wrap(seed, key=key, by=stretched(new_passphrase))
    with transaction.atomic():
        # Whoever seals an identity takes the same lock: none is sealed to a key that is being replaced.
        lock_office(custodian)
        changed = CustodianKey.objects.filter(pk=key.pk, wrapped_private_key=before, retired_at__isnull=True)
        if not changed.update(
            wrapped_private_key=key.wrapped_private_key, kdf=key.kdf, proved_at=timezone.now()
        ):
            raise KeyChanged
        log.append(
            Action.CUSTODIAN_PASSPHRASE_CHANGED, subject=custodian, actor=actor, facts={"key": str(key.pk)}
        )


@sensitive_variables()
def rotate_key(*, passphrase: str, actor: Actor) -> Rotated:
    """Gives the custodian another key pair under the same passphrase, and seals every share that they hold to it.

    All in one transaction: a crash leaves the old key as it was. The old private key is erased, unless a share did not
    open with it. Raises what `change_passphrase` raises but for WeakPassphrase.
    """
    custodian = acting_custodian(actor)
    old = own_key(custodian)
    seed = _unlock(old, passphrase)
    before, by = bytes(old.wrapped_private_key or b""), stretched(passphrase)
    with transaction.atomic():
        lock_office(custodian)
        # Unless the passphrase is still what it was: else the new key would take back the one of before.
        same = CustodianKey.objects.filter(pk=old.pk, wrapped_private_key=before, retired_at__isnull=True)
        if not same.update(retired_at=timezone.now()):
            raise KeyChanged
        new = new_key(custodian, by, version=_next_version(custodian))
        moved, unreadable = _move(old, new, seed)
        if not unreadable:
            CustodianKey.objects.filter(pk=old.pk).update(wrapped_private_key=None)
        _sign_for_next(old, new, seed)
        admit(new, KeyAdmission.Because.ROTATED, actor=actor)
        log.append(
            Action.CUSTODIAN_KEY_ROTATED,
            subject=custodian,
            actor=actor,
            facts={
                "key": str(new.pk),
                "version": new.version,
                "replaced": str(old.pk),
                "shares": moved,
                "unreadable": unreadable,
            },
        )
    return Rotated(new, moved, unreadable)


@sensitive_variables()
def declare_lost(custodian: Custodian, *, reason: str, actor: Actor) -> None:
    """Says that the custodian's passphrase is lost: the key is asked for nothing more, and its shares are dead.

    The custodian says so, or whoever may remove one. The wrapped key is erased by the next sealing anew, not now: who
    says so falsely destroys nothing. Raises NotPermitted, NotACustodian, ReasonMissing, or NoKey.
    """
    by = remover(actor)
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_custodians()
        remover(actor)
        key = own_key(custodian)
        now = timezone.now()
        CustodianKey.objects.filter(pk=key.pk).update(retired_at=now, lost_at=now)
        event = CustodianEvent.objects.create(
            custodian=custodian, kind=CustodianEvent.Kind.LOST, by=by, reason=reason, salt=new_salt()
        )
        log.append(
            Action.CUSTODIAN_KEY_LOST,
            subject=custodian,
            actor=actor,
            facts={
                "key": str(key.pk),
                "custodian_event": str(event.pk),
                "reason": sealed(event, "reason"),
            },
        )


@sensitive_variables()
def declare_found(*, passphrase: str, actor: Actor) -> None:
    """The owner proves with the passphrase that it was not lost; the key and its shares live again.

    Possible while the wrapped key is there and no other was made. Raises NotPermitted, NotACustodian, NoKey,
    WrongPassphrase or TooManyFailures.
    """
    custodian = acting_custodian(actor)
    key = lost_key(custodian)
    if key is None:
        raise NoKey(_("There is no lost key of yours that could be used again."))
    _unlock(key, passphrase)
    with transaction.atomic():
        lock_office(custodian)
        again = lost_key(custodian)
        if again is None or again.pk != key.pk:
            raise KeyChanged
        # A new key that was made meanwhile, and that nobody let in, is needed no more.
        waiting_keys().filter(custodian=custodian).update(retired_at=timezone.now(), wrapped_private_key=None)
        CustodianKey.objects.filter(pk=key.pk).update(retired_at=None, lost_at=None, proved_at=timezone.now())
        CustodianEvent.objects.create(
            custodian=custodian, kind=CustodianEvent.Kind.FOUND, by=custodian.user, salt=new_salt()
        )
        log.append(Action.CUSTODIAN_KEY_FOUND, subject=custodian, actor=actor, facts={"key": str(key.pk)})


def own_key(custodian: Custodian) -> CustodianKey:
    """The key that shares are sealed to now. Raises NoKey between the loss of one and the next."""
    key = current_key(custodian)
    if key is None:
        raise NoKey
    return key


def lost_key(custodian: Custodian) -> CustodianKey | None:
    """A key that was said to be lost and could still be used: the newest let in, with its wrapped private half."""
    admitted = custodian.keys.filter(admission__isnull=False)
    newest = admitted.order_by("-version").select_related("custodian__user").first()
    return newest if newest and newest.lost_at and newest.wrapped_private_key else None


@sensitive_variables()
def open_to_sign(key: CustodianKey, passphrase: str) -> SealedBytes:
    """What signs a word, in memory. Raises NoKey for an old key, WrongPassphrase, TooManyFailures, KeysDoNotMatch."""
    require_signing(key)
    return _unlock(key, passphrase)


def require_signing(key: CustodianKey) -> None:
    """Raises NoKey for a key that was made before words were signed."""
    if not verifying_key(key):
        raise NoKey(_("Your key is of before words were signed. Change to a new key first, then come back."))


@sensitive_variables()
def _unlock(key: CustodianKey, passphrase: str) -> SealedBytes:
    with trial(key.custodian.user, subject=key, case_id=None, secret="passphrase"):  # noqa: S106 - its name
        return unlock(key, passphrase=passphrase)


@sensitive_variables()
def _sign_for_next(old: CustodianKey, new: CustodianKey, seed: SealedBytes) -> None:
    """The old key's word for the new one; a key of before words were signed gives none."""
    if verifying_key(old):
        word = key_word(CustodianWord.Kind.ROTATED, new, fingerprint=fingerprint(new), by=old)
        CustodianWord.objects.create(
            kind=CustodianWord.Kind.ROTATED, by_key=old, about_key=new, signature=sign_word(seed, word)
        )


@sensitive_variables()
def _move(old: CustodianKey, new: CustodianKey, seed: SealedBytes) -> tuple[int, int]:
    """Seals the living shares of the old key to the new one; how many, and how many did not open."""
    held = old.shares.filter(sealed_identity__successor__isnull=True).select_related(
        "sealed_identity__witness"
    )
    made, unreadable = [], 0
    for one in held.order_by(F("sealed_identity_id")):
        identity = one.sealed_identity
        try:
            share = open_share(
                bytes(one.sealed_share), index=one.index, seed=seed, binding=held_share_binding(identity, old)
            )
        except SealBroken:
            unreadable += 1
            continue
        again = seal_share(share, public_key=bytes(new.public_key), binding=held_share_binding(identity, new))
        made.append(
            KeyShare(sealed_identity=identity, custodian_key=new, index=one.index, sealed_share=again)
        )
    KeyShare.objects.bulk_create(made)
    return len(made), unreadable


def _next_version(custodian: Custodian) -> int:
    newest = custodian.keys.order_by("-version").first()
    return newest.version + 1 if newest else 1
