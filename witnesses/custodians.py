"""Custodians: their keys, and who of them can form a quorum today."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit.actors import Actor
from audit.digits import in_digits
from witnesses.admission import admitted_custodians, admitted_keys, custodians_in_office, proven
from witnesses.errors import (
    KeysDoNotMatch,
    NotACustodian,
    TooFewCustodians,
    UnknownCustodian,
    WeakPassphrase,
)
from witnesses.grounds import verifying_key
from witnesses.models import Custodian, CustodianKey, VerifyingKey
from witnesses.passphrase_strength import SHORTEST, weakness
from witnesses.passphrases import Stretching, unwrap_seed, wrap_seed
from witnesses.sealed import SealedBytes
from witnesses.sealing import Binding, new_key_pair, public_key_of
from witnesses.sharing import MOST_SHARES
from witnesses.signing import verifying_key_of

DECIDE: Final = "witnesses.decide_opening"
_WEAKNESSES: Final = {
    "short": _("The passphrase is too short: use at least %(shortest)d characters, best five or more words."),
    "common": _(
        "The passphrase is one of those that are guessed first. Choose words that nobody would expect."
    ),
    "named": _("The passphrase holds your name. Choose words that have nothing to do with you."),
    "repetitive": _("The passphrase repeats itself. Choose at least four different words."),
    "plain": _("The passphrase is too plain: use at least four words, or mix letters, digits and signs."),
}


def quorum() -> int:
    """How many custodians together open an identity."""
    return int(getattr(settings, "DADKHAH_QUORUM", 2))


def fewest_custodians() -> int:
    """How many must be enrolled before the first witness: one more than the quorum, so that one may be lost."""
    return max(int(getattr(settings, "DADKHAH_FEWEST_CUSTODIANS", 3)), quorum() + 1)


@sensitive_variables()
def check_passphrase(passphrase: str, *, user: User) -> None:
    """Raises WeakPassphrase with a sentence that says how to choose a better one."""
    found = weakness(passphrase, names=(user.username, user.full_name))
    if found:
        raise WeakPassphrase(in_digits(_WEAKNESSES[found] % {"shortest": SHORTEST}))


@sensitive_variables()
def unlock(key: CustodianKey, *, passphrase: str) -> SealedBytes:
    """The private key, in memory. Raises WrongPassphrase; call it inside `trials.trial`.

    Raises KeysDoNotMatch where it is not the other half of the public key beside it: shares were sealed to that.
    """
    wrapping_key = Stretching.stored(key.kdf).stretch(passphrase)
    seed = unwrap_seed(bytes(key.wrapped_private_key or b""), key=wrapping_key, binding=_key_binding(key))
    checks = verifying_key(key)
    if public_key_of(seed) != bytes(key.public_key) or (checks and verifying_key_of(seed) != checks):
        raise KeysDoNotMatch
    return seed


def acting_custodian(actor: Actor) -> Custodian:
    """The actor as the custodian that they are today. Raises NotPermitted without the office, or NotACustodian.

    Whoever waits for the custodians' word is none yet.
    """
    user = require(actor, DECIDE)
    custodian = custodians_in_office().filter(user=user).first()
    if custodian is None:
        others = Custodian.objects.exclude(pk__in=admitted_custodians().values("pk"))
        if others.filter(user=user, revoked_at__isnull=True).exists():
            raise NotACustodian(
                _("Your key was not let in yet. Read its words to the other custodians first.")
            )
        raise NotACustodian(
            _("You are no custodian, or were removed as one. Ask a custodian who holds the office.")
        )
    return custodian


def find_custodian(custodian_id: uuid.UUID) -> Custodian:
    """A custodian of any time. Raises UnknownCustodian."""
    found = Custodian.objects.select_related("user").filter(pk=custodian_id).first()
    if found is None:
        raise UnknownCustodian
    return found


def active_custodians(custodians: Iterable[Custodian] | None = None) -> list[Custodian]:
    """Those who were let in, hold the office and may sign in, asked of the database now."""
    # In one statement, however many there are; nobody here is a superuser.
    holders = ModelBackend().with_perm(DECIDE, include_superusers=False)
    chosen = custodians_in_office().filter(user__in=holders)
    if custodians is not None:
        chosen = chosen.filter(pk__in=[custodian.pk for custodian in custodians])
    return list(chosen.select_related("user"))


def current_key(custodian: Custodian) -> CustodianKey | None:
    """The key that shares are sealed to now; None between the loss of one and the next that is let in."""
    return admitted_keys().filter(custodian=custodian).select_related("custodian__user").first()


def keys_for_sealing() -> list[CustodianKey]:
    """The current keys of all active custodians.

    Raises TooFewCustodians with what is missing, KeysDoNotMatch, and KeyWithoutWords.
    """
    keys = _current_keys()
    if len(keys) < fewest_custodians():
        sentence = _(
            "Nothing can be sealed until %(needed)d custodians are enrolled; now there are %(found)d. "
            "Nothing was saved. Ask the custodians to enrol."
        )
        raise TooFewCustodians(in_digits(sentence % {"needed": fewest_custodians(), "found": len(keys)}))
    return keys


def keys_of_today(*, at_least: int) -> list[CustodianKey]:
    """The current keys of those who are left, for what must not wait until more are enrolled. Raises the same."""
    keys = _current_keys()
    if len(keys) < at_least:
        sentence = _(
            "This takes %(needed)d custodians with a key of their own; now there are %(found)d. Nothing was changed."
        )
        raise TooFewCustodians(in_digits(sentence % {"needed": at_least, "found": len(keys)}))
    return keys


def _current_keys() -> list[CustodianKey]:
    # Locked, so that a key that is being replaced at this moment is given no more shares.
    active = [custodian.pk for custodian in active_custodians()]
    list(Custodian.objects.select_for_update(no_key=True).filter(pk__in=active).order_by("pk"))
    current = (
        admitted_keys()
        .filter(custodian__in=active)
        .select_related("admission", "verifying", "custodian__user")
    )
    return proven(current.order_by("created_at", "id")[:MOST_SHARES])


@dataclass(frozen=True, slots=True)
class Stretched:
    """What a passphrase became, to wrap one private key with, and how."""

    key: bytes = field(repr=False)
    how: Stretching


@sensitive_variables()
def stretched(passphrase: str) -> Stretched:
    """Takes a good part of a second, more on a busy machine: do it before anything is locked that others wait for."""
    how = Stretching.fresh(settings.DADKHAH_ARGON2)
    return Stretched(how.stretch(passphrase), how)


@sensitive_variables()
def new_key(custodian: Custodian, by: Stretched, *, version: int) -> CustodianKey:
    """A fresh pair, its private half wrapped by the stretched passphrase; saved, for the caller to log."""
    pair = new_key_pair()
    key = CustodianKey(
        id=uuid.uuid4(),
        custodian=custodian,
        version=version,
        public_key=pair.public,
        proved_at=timezone.now(),
    )
    key.wrapped_private_key, key.kdf = wrap(SealedBytes(pair.seed), key=key, by=by)
    key.save(force_insert=True)
    VerifyingKey.objects.create(key=key, verifying_key=verifying_key_of(pair.seed))
    return key


@sensitive_variables()
def wrap(seed: SealedBytes, *, key: CustodianKey, by: Stretched) -> tuple[bytes, dict[str, str | int]]:
    """The private half wrapped by a stretched passphrase, and how that was stretched."""
    return wrap_seed(seed, key=by.key, binding=_key_binding(key)), by.how.row()


def _key_binding(key: CustodianKey) -> Binding:
    return {
        "purpose": "custodian",
        "key": str(key.pk),
        "custodian": str(key.custodian_id),
        "version": key.version,
    }
