"""Which keys of custodians are let in: records are sealed to these alone.

An administrator hands out the custodian's role, so the role alone must not make anybody a holder of shares: two
invented custodians would be a quorum. A key is let in by the word of custodians, or because it was proved with the
one before it. Only the first ones, before anything is sealed, are let in as they come.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import log
from audit.actions import Action
from audit.actors import Actor
from witnesses.errors import KeysDoNotMatch, KeyWithoutWords, NotWaiting
from witnesses.grounds import OFFICE, REMOVAL_WAIT, Grounds, fingerprint
from witnesses.models import Custodian, CustodianEvent, CustodianKey, KeyAdmission, SealedIdentity
from witnesses.recovery.words import words_of

SPOKEN_WORDS: Final = 8


def spoken(key: CustodianKey) -> str:
    """80 bits of the fingerprint as eight words, to be compared by voice. They open nothing."""
    return " ".join(words_of(fingerprint(key), count=SPOKEN_WORDS))


def admit(key: CustodianKey, because: KeyAdmission.Because, *, actor: Actor) -> None:
    """Let the key in, and log it with the fingerprint. In the caller's transaction."""
    KeyAdmission.objects.create(key=key, fingerprint=fingerprint(key), because=because)
    log.append(
        Action.CUSTODIAN_KEY_ADMITTED,
        subject=key,
        actor=actor,
        facts={
            "custodian": str(key.custodian_id),
            "because": because.value,
            "fingerprint": fingerprint(key).hex(),
        },
    )


def admitted_custodians() -> QuerySet[Custodian]:
    """Who was let in once, with a key of today or of before: they speak for themselves and for others."""
    return Custodian.objects.filter(Exists(KeyAdmission.objects.filter(key__custodian=OuterRef("pk"))))


def custodians_in_office() -> QuerySet[Custodian]:
    """Those who were let in and not removed.

    By the last word on record as well, which stays for good: the office's own row has to change with it, and whoever
    can write to the database could take a removal out of that alone.
    """
    words = CustodianEvent.objects.filter(custodian=OuterRef("pk"), kind__in=OFFICE).order_by("-at", "-id")
    return (
        admitted_custodians()
        .filter(revoked_at__isnull=True)
        .alias(word=Coalesce(Subquery(words.values("kind")[:1]), Value("")))
        .exclude(word=CustodianEvent.Kind.REMOVED)
    )


def admitted_keys() -> QuerySet[CustodianKey]:
    """The current keys that are let in."""
    return CustodianKey.objects.filter(retired_at__isnull=True, admission__isnull=False)


def waiting_keys() -> QuerySet[CustodianKey]:
    """The current keys that wait for the custodians' word, the oldest first."""
    waiting = CustodianKey.objects.filter(
        retired_at__isnull=True, admission__isnull=True, custodian__revoked_at__isnull=True
    )
    return waiting.select_related("custodian__user", "verifying").order_by("created_at", "id")


def find_waiting(key_id: UUID) -> CustodianKey:
    """Raises NotWaiting for a key that was let in, refused or replaced, and for none."""
    found = waiting_keys().filter(pk=key_id).first()
    if found is None:
        raise NotWaiting
    return found


def proven(keys: Iterable[CustodianKey]) -> list[CustodianKey]:
    """The keys, each compared with what was let in, and with the signatures of those who let it in.

    Raises KeysDoNotMatch for one whose public half was exchanged since, and KeyWithoutWords for one that a row alone
    lets in: whatever is sealed to either, somebody else opens.
    """
    checked, grounds = list(keys), Grounds()
    for key in checked:
        if bytes(key.admission.fingerprint) != fingerprint(key):
            raise KeysDoNotMatch
        if not grounds.hold(key.pk):
            raise KeyWithoutWords(
                _(
                    "The key of %(user)s was let in without the signatures of the custodians who have to do that. "
                    "Nothing was sealed. Remove this custodian from office, and tell the auditor."
                )
                % {"user": key.custodian.user.username}
            )
    return checked


def without_a_word(custodian: Custodian, *, founders: int) -> KeyAdmission.Because | None:
    """Why a new key of theirs needs nobody's word, or None where it waits.

    The first `founders` come as they are as long as nothing is sealed. Where every other custodian was removed, and
    nobody brought one back for `grounds.REMOVAL_WAIT`, the next begins anew, and every alarm says so.
    """
    if not SealedIdentity.objects.exists() and admitted_custodians().count() < founders:
        return KeyAdmission.Because.FOUNDED
    return None if Grounds().others(custodian.pk, at=timezone.now()) else KeyAdmission.Because.ALONE


def words_needed(custodian: Custodian, *, quorum: int) -> int:
    """How many custodians have to vouch: a quorum, or all who are left where fewer are.

    Who was shut out of their account, or whose passphrase was said to be lost, still counts: whoever could say so of
    all of them would let themselves in. Only a removal makes it easier: that alarms everybody, and it counts after
    `grounds.REMOVAL_WAIT`, in which the removed can be brought back.
    """
    return min(quorum, len(Grounds().others(custodian.pk, at=timezone.now())))


def begins_anew_at(custodian: Custodian) -> datetime | None:
    """From when on a new key of theirs needs nobody's word, for every other custodian was removed; else None."""
    others = admitted_custodians().exclude(pk=custodian.pk)
    if others.filter(revoked_at__isnull=True).exists():
        return None
    removals = CustodianEvent.objects.filter(kind=CustodianEvent.Kind.REMOVED, custodian__in=others)
    last = removals.order_by("-at").first()
    return last.at + REMOVAL_WAIT if last else None
