"""Becoming a custodian: a key of one's own, and the word of those who are custodians already."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.private import sealed
from witnesses.admission import admit, find_waiting, without_a_word, words_needed
from witnesses.alarms import raise_enrolment_alarm
from witnesses.bindings import key_word
from witnesses.custodians import (
    DECIDE,
    acting_custodian,
    active_custodians,
    check_passphrase,
    fewest_custodians,
    new_key,
    quorum,
    stretched,
)
from witnesses.deciding import checked_reason
from witnesses.errors import AlreadyDecided, AlreadyEnrolled, NotACustodian, WrongPerson
from witnesses.grounds import Grounds, fingerprint
from witnesses.keeping_keys import open_to_sign, own_key
from witnesses.models import Custodian, CustodianEvent, CustodianKey, CustodianWord, KeyAdmission, KeyVouch
from witnesses.offices import lock_custodians, lock_office
from witnesses.sealed import SealedBytes
from witnesses.signing import sign_word


@sensitive_variables()
def enrol_custodian(user: User, *, passphrase: str, actor: Actor) -> Custodian:
    """Makes the custodian's key pair, its private half wrapped by the passphrase, which is stored nowhere.

    The key waits until custodians vouch for it, unless nothing is sealed yet and this is one of the first. Whoever
    lost a passphrase makes a new key in the same way; one that still waits is replaced. Raises NotPermitted without
    the office, WrongPerson where anybody but the custodian acts, WeakPassphrase, NotACustodian after a removal, and
    AlreadyEnrolled. Leaves no row behind.
    """
    if require(user, DECIDE).pk != getattr(actor, "pk", None):
        raise WrongPerson(_("Custodians enrol themselves, so that nobody else ever knows their passphrase."))
    check_passphrase(passphrase, user=user)
    by = stretched(passphrase)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        lock_custodians()
        custodian = _own_row(user)
        _make_room(custodian)
        because = without_a_word(custodian, founders=fewest_custodians())
        key = new_key(custodian, by, version=custodian.keys.count() + 1)
        log.append(
            Action.CUSTODIAN_ENROLLED,
            subject=custodian,
            actor=actor,
            facts={
                "key": str(key.pk),
                "version": key.version,
                "fingerprint": fingerprint(key).hex(),
                "waits": because is None,
            },
        )
        if because is not None:
            admit(key, because, actor=actor)
        if because is not KeyAdmission.Because.FOUNDED:
            raise_enrolment_alarm(user)
    return custodian


@sensitive_variables()
def vouch(key: CustodianKey, *, passphrase: str, actor: Actor) -> bool:
    """Gives a custodian's word that the key is the person's own; whether it was the last that was needed.

    The passphrase opens what signs it. Whoever gave their word while more were needed, and is one of few who are left
    since, gives it again. Raises NotPermitted, NotACustodian, WrongPerson for one's own key, NoKey, WrongPassphrase,
    TooManyFailures, AlreadyDecided, and NotWaiting.
    """
    voucher = _voucher(key, actor=actor)
    own = own_key(voucher)
    seed = open_to_sign(own, passphrase)
    with transaction.atomic():
        lock_custodians()
        lock_office(voucher)
        waiting = find_waiting(key.pk)
        before = waiting.vouches.filter(custodian=voucher).exists()
        if not before:
            _give_word(waiting, voucher, own=own, seed=seed, actor=actor)
        enough = are_enough(waiting)
        if before and not enough:
            raise AlreadyDecided(_("You have given your word for this key already."))
        CustodianKey.objects.filter(pk=own.pk).update(proved_at=timezone.now())
        if enough:
            admit(waiting, KeyAdmission.Because.VOUCHED, actor=actor)
    return enough


@sensitive_variables()
def turn_away(key: CustodianKey, *, reason: str, actor: Actor) -> None:
    """Refuses the key. One custodian is enough: nothing is lost by it, for nothing was sealed to the key.

    Raises NotPermitted, NotACustodian, WrongPerson, ReasonMissing, and NotWaiting.
    """
    voucher = _voucher(key, actor=actor)
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_custodians()
        lock_office(voucher)
        waiting = find_waiting(key.pk)
        CustodianKey.objects.filter(pk=waiting.pk).update(retired_at=timezone.now(), wrapped_private_key=None)
        event = CustodianEvent.objects.create(
            custodian=waiting.custodian,
            kind=CustodianEvent.Kind.TURNED_AWAY,
            by=voucher.user,
            reason=reason,
            salt=new_salt(),
        )
        log.append(
            Action.CUSTODIAN_TURNED_AWAY,
            subject=waiting.custodian,
            actor=actor,
            facts={
                "key": str(waiting.pk),
                "custodian_event": str(event.pk),
                "reason": sealed(event, "reason"),
            },
        )


@sensitive_variables()
def _give_word(
    waiting: CustodianKey, voucher: Custodian, *, own: CustodianKey, seed: SealedBytes, actor: Actor
) -> None:
    KeyVouch.objects.create(key=waiting, custodian=voucher)
    word = key_word(CustodianWord.Kind.VOUCHED, waiting, fingerprint=fingerprint(waiting), by=own)
    CustodianWord.objects.create(
        kind=CustodianWord.Kind.VOUCHED, by_key=own, about_key=waiting, signature=sign_word(seed, word)
    )
    log.append(
        Action.CUSTODIAN_VOUCHED,
        subject=waiting,
        actor=actor,
        facts={"custodian": str(waiting.custodian_id), "fingerprint": fingerprint(waiting).hex()},
    )


def are_enough(waiting: CustodianKey) -> bool:
    """Whether enough custodians of today gave their word, each signed."""
    vouchers = Custodian.objects.filter(pk__in=Grounds().vouchers(waiting))
    return len(active_custodians(vouchers)) >= words_needed(waiting.custodian, quorum=quorum())


def _own_row(user: User) -> Custodian:
    """The custodian that the user is, or becomes. Saved only where it is new: a removal of this moment stays."""
    # Locked and read in one: who removes changes this row.
    found = Custodian.objects.select_for_update(no_key=True).filter(user=user).first()
    return found or Custodian.objects.create(user=user)


def _make_room(custodian: Custodian) -> None:
    """A key that still waits makes room for the next one.

    Raises AlreadyEnrolled for somebody with a key that is let in; NotACustodian for somebody who was removed.
    """
    if custodian.revoked_at is not None:
        raise NotACustodian(_("You were removed as a custodian. Another person has to bring you back first."))
    if custodian.keys.filter(retired_at__isnull=True, admission__isnull=False).exists():
        raise AlreadyEnrolled
    custodian.keys.filter(retired_at__isnull=True).update(retired_at=timezone.now(), wrapped_private_key=None)


def _voucher(key: CustodianKey, *, actor: Actor) -> Custodian:
    voucher = acting_custodian(actor)
    if key.custodian_id == voucher.pk:
        raise WrongPerson(_("Nobody vouches for a key of their own. Ask the other custodians."))
    return voucher
