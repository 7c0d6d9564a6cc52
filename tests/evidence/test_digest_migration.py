"""A further digest is computed only in a reading in which the old one verifies."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actors import Channel, SystemActor
from audit.models import Entry
from evidence import digest_migration
from evidence.digest_migration import migrate_digests
from evidence.fixity import check_fixity, check_object
from evidence.models import EvidenceItem, FixityAlarm, ObjectDigest, StoredObject
from evidence.vault.facts import ObjectState
from evidence.vocabulary import MoreDigest
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.test_fixity_rounds import path_of
from tests.tampering import tamper

BY_HAND = SystemActor("fixity", Channel.COMMAND)
BOTH = [MoreDigest.SHA512, MoreDigest.SHA3_256]


@pytest.mark.parametrize("to", BOTH)
@pytest.mark.parametrize("content", [b"", LETTER, b"long" * 700_000])
def test_the_digest_is_that_of_the_original(take_in: TakeIn, to: MoreDigest, content: bytes) -> None:
    item = take_in(content)
    report = migrate_digests(to, actor=BY_HAND)
    assert (report.added, report.ok) == (1, True)
    kept = ObjectDigest.objects.get()
    assert kept.hex == hashlib.new(to.in_hashlib, content).hexdigest()
    assert item.custody.filter(kind="fixity_checked", outcome="verified").exists()
    facts = json.loads(bytes(Entry.objects.get(action="vault.digest_added").body))["facts"]
    assert (facts["algorithm"], facts["value"]) == (to.value, kept.hex)
    assert facts["verified_sha256"] == item.stored.sha256.hex


def test_what_does_not_verify_gets_none_and_is_alarmed(take_in: TakeIn, house: Path) -> None:
    good, bad = take_in(b"good"), take_in(b"bad")
    path = path_of(house, bad)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    report = migrate_digests(MoreDigest.SHA512, actor=BY_HAND)
    assert (report.added, report.failed) == (1, [(bad.reference, "altered_stored")])
    assert ObjectDigest.objects.get().object_id == good.object_id
    assert FixityAlarm.objects.get().object_id == bad.object_id


def test_a_kill_loses_nothing_and_a_second_run_reads_only_what_is_left(
    take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [take_in(f"letter {number}".encode()) for number in range(3)]
    read: list[StoredObject] = []

    def dies_at_the_second(stored: StoredObject, *, also: tuple[str, ...]) -> object:
        if len(read) == 1:
            raise KeyboardInterrupt
        read.append(stored)
        return check_object(stored, also=also)

    monkeypatch.setattr(digest_migration, "check_object", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        migrate_digests(MoreDigest.SHA512, actor=BY_HAND)
    monkeypatch.setattr(digest_migration, "check_object", check_object)
    report = migrate_digests(MoreDigest.SHA512, actor=BY_HAND)
    assert (report.added, report.had_it, ObjectDigest.objects.count()) == (2, 1, len(items))


def test_from_then_on_a_reading_compares_it_too(take_in: TakeIn, auditor: User) -> None:
    item = take_in()
    migrate_digests(MoreDigest.SHA512, actor=BY_HAND)
    assert check_fixity(item, actor=auditor).outcome == "verified"
    value = "X'" + "00" * 64 + "'" if connection.vendor == "sqlite" else "decode(repeat('00', 64), 'hex')"
    tamper(f"UPDATE evidence_objectdigest SET value = {value}")
    assert check_object(StoredObject.objects.get()).state is ObjectState.ALTERED_CONTENT


def test_a_digest_is_written_once_and_has_its_length(take_in: TakeIn) -> None:
    item = take_in()
    migrate_digests(MoreDigest.SHA512, actor=BY_HAND)
    for change in (
        lambda: ObjectDigest.objects.update(value=b"0" * 64),
        lambda: ObjectDigest.objects.all().delete(),
        lambda: ObjectDigest.objects.create(object=item.stored, algorithm="sha3-256", value=b"short"),
        lambda: ObjectDigest.objects.create(object=item.stored, algorithm="md5", value=b"0" * 16),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_only_who_may_check_may_ask(custodian_a: User) -> None:
    with pytest.raises(NotPermitted):
        migrate_digests(MoreDigest.SHA512, actor=custodian_a)


def test_the_command_and_the_page_say_it(
    take_in: TakeIn, lawyer: User, client_for: Callable[[User | None], Client]
) -> None:
    item: EvidenceItem = take_in()
    out = io.StringIO()
    call_command("migrate_digests", to="sha3-256", json=True, stdout=out)
    assert json.loads(out.getvalue())["added"] == 1
    page = client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "SHA3-256" in page
    assert hashlib.sha3_256(LETTER).hexdigest() in page
