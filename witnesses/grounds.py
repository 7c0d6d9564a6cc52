"""Why a key was let in, proved: by signatures that take passphrases, not by rows that a right to write could add.

Rows say who vouched; whoever may write rows could say so of anybody. So each word is signed by the key of whoever gave
it, that key has grounds of its own, and so on back to the first ones, whom the database takes only while nothing is
sealed. What needs no signature, since nobody was left to ask, is judged by the removals that are on record.
"""

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from witnesses.bindings import key_word, kit_word
from witnesses.models import (
    CustodianEvent,
    CustodianKey,
    CustodianWord,
    KeyAdmission,
    RecoveryKit,
)
from witnesses.signing import is_signed

# A removal makes letting in easier only after this time: until then whoever was removed can be brought back.
REMOVAL_WAIT: Final = timedelta(days=3)
# The database takes no quorum of one, whatever is set.
_FEWEST_WORDS: Final = 2
OFFICE = (CustodianEvent.Kind.REMOVED, CustodianEvent.Kind.REINSTATED)
_AS_THEY_ARE = (KeyAdmission.Because.FOUNDED, KeyAdmission.Because.BEFORE)


def verifying_key(key: CustodianKey) -> bytes:
    """What checks the words of the key; empty for one that was made before words were signed."""
    return bytes(key.verifying.verifying_key) if hasattr(key, "verifying") else b""


def fingerprint(key: CustodianKey) -> bytes:
    """SHA-256 of the public half, and of what checks its words."""
    return hashlib.sha256(bytes(key.public_key) + verifying_key(key)).digest()


class Grounds:
    """The grounds of every key that was let in, read once, in a handful of statements."""

    def __init__(self) -> None:
        admissions = KeyAdmission.objects.select_related("key__verifying").order_by("at", "id")
        self._admissions = {one.key_id: one for one in admissions.defer("key__wrapped_private_key")}
        self._words: dict[UUID, list[CustodianWord]] = defaultdict(list)
        for word in CustodianWord.objects.all():
            if word.about_key_id is not None:
                self._words[word.about_key_id].append(word)
        self._events: dict[UUID, list[CustodianEvent]] = defaultdict(list)
        for event in CustodianEvent.objects.filter(kind__in=OFFICE).order_by("at", "id"):
            self._events[event.custodian_id].append(event)
        self._known: dict[UUID, bool] = {}

    def hold(self, key_id: UUID) -> bool:
        """Whether the key was let in by whom it had to be, and is still what was let in."""
        if key_id not in self._known:
            admission = self._admissions.get(key_id)
            self._known[key_id] = admission is not None and self._holds(admission)
        return self._known[key_id]

    def others(self, custodian_id: UUID, *, at: datetime) -> set[UUID]:
        """The other custodians who could be asked for their word at that time, the lately removed included."""
        earlier = {one.key.custodian_id for one in self._admissions.values() if one.at < at}
        return {one for one in earlier - {custodian_id} if not self._gone(one, at)}

    def vouchers(self, key: CustodianKey, *, before: datetime | None = None) -> set[UUID]:
        """The custodians whose signed word for the key holds."""
        words = [one for one in self._words[key.pk] if one.kind == CustodianWord.Kind.VOUCHED]
        signers = (self._signer(one, key, before=before) for one in words)
        return {
            one.custodian_id for one in signers if one is not None and one.custodian_id != key.custodian_id
        }

    def confirmers(self, kit: RecoveryKit, kit_fingerprint: bytes) -> set[UUID]:
        """The custodians whose signed word for the recovery kit holds."""
        found = set()
        for word in kit.words.all():
            by = self._key(word.by_key_id)
            if by is None:
                continue
            said = kit_word(kit, fingerprint=kit_fingerprint, by=by)
            if is_signed(said, bytes(word.signature), verifying_key=verifying_key(by)):
                found.add(by.custodian_id)
        return found

    def _holds(self, admission: KeyAdmission) -> bool:
        key = admission.key
        if fingerprint(key) != bytes(admission.fingerprint):
            return False
        if admission.because in _AS_THEY_ARE:
            return True
        if admission.because == KeyAdmission.Because.ROTATED:
            return self._is_proved(admission)
        others = self.others(key.custodian_id, at=admission.at)
        if admission.because == KeyAdmission.Because.ALONE:
            return not others
        given = self.vouchers(key, before=admission.at)
        return len(given) >= max(1, min(_FEWEST_WORDS, len(others)))

    def _is_proved(self, admission: KeyAdmission) -> bool:
        """By the word of an earlier key of theirs; the first change from a key that signs nothing needs none."""
        key = admission.key
        for word in self._words[key.pk]:
            by = self._signer(word, key, before=admission.at)
            if (
                by is not None
                and word.kind == CustodianWord.Kind.ROTATED
                and by.custodian_id == key.custodian_id
            ):
                return True
        own = [one for one in self._admissions.values() if one.key.custodian_id == key.custodian_id]
        older = [one for one in own if one.at < admission.at]
        return bool(older) and all(
            one.because == KeyAdmission.Because.BEFORE and not verifying_key(one.key) for one in older
        )

    def _signer(
        self, word: CustodianWord, key: CustodianKey, *, before: datetime | None
    ) -> CustodianKey | None:
        by = self._key(word.by_key_id, before=before)
        if by is None:
            return None
        said = key_word(CustodianWord.Kind(word.kind), key, fingerprint=fingerprint(key), by=by)
        return by if is_signed(said, bytes(word.signature), verifying_key=verifying_key(by)) else None

    def _key(self, key_id: UUID, *, before: datetime | None = None) -> CustodianKey | None:
        """A key with grounds, let in before that time: so no two keys are each other's grounds."""
        admission = self._admissions.get(key_id)
        if admission is None or (before is not None and admission.at >= before) or not self.hold(key_id):
            return None
        return admission.key

    def _gone(self, custodian_id: UUID, at: datetime) -> bool:
        last = None
        for event in self._events[custodian_id]:
            last = event if event.at <= at else last
        return last is not None and last.kind == CustodianEvent.Kind.REMOVED and last.at + REMOVAL_WAIT <= at
