"""Nobody becomes a custodian on an administrator's word: keys wait for custodians, and an exchanged key is noticed."""

import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.roles import Role
from audit.actions import Action
from audit.models import Entry
from audit.unlogged import unlogged_rows
from tests.tampering import tamper
from tests.witnesses.conftest import IDENTITY, PASSPHRASES, let_in
from witnesses.admission import admit, spoken
from witnesses.custodians import active_custodians, keys_for_sealing
from witnesses.enrolling import enrol_custodian, turn_away, vouch
from witnesses.errors import (
    AlreadyDecided,
    AlreadyEnrolled,
    KeysDoNotMatch,
    NoKey,
    NotACustodian,
    NotWaiting,
    ReasonMissing,
    WrongPassphrase,
    WrongPerson,
)
from witnesses.grounds import fingerprint
from witnesses.health import Standing, custody_of
from witnesses.keeping_keys import declare_found, declare_lost, rotate_key
from witnesses.models import (
    AlarmKind,
    Custodian,
    CustodianEvent,
    CustodianKey,
    KeyAdmission,
    KeyShare,
    KeyVouch,
    WitnessAlarm,
)
from witnesses.quorum.drill import begin_drill
from witnesses.register import register_witness
from witnesses.removing import remove_custodian

NEW = "nine copper bells over Tabriz"
REFUSED = r"append-only|permission denied"
WHY = "Nobody of us knows them"


@pytest.fixture
def puppet(hire):
    return hire("puppet", Role.CUSTODIAN)


@pytest.fixture
def waiting(custodians, witness, puppet):
    """A key that somebody with the role made, once identities are sealed."""
    enrol_custodian(puppet, passphrase=NEW, actor=puppet)
    return key_of(puppet)


def key_of(user):
    return CustodianKey.objects.get(custodian__user=user, retired_at__isnull=True)


def test_the_first_ones_come_as_they_are_and_no_alarm_is_raised(custodians):
    assert set(KeyAdmission.objects.values_list("because", flat=True)) == {KeyAdmission.Because.FOUNDED}
    assert not WitnessAlarm.objects.exists()
    assert len(keys_for_sealing()) == 3


def test_a_fourth_waits_though_nothing_is_sealed_yet(custodians, puppet):
    enrol_custodian(puppet, passphrase=NEW, actor=puppet)
    assert not KeyAdmission.objects.filter(key=key_of(puppet)).exists()


def test_nothing_is_sealed_to_a_key_that_waits_and_its_holder_is_no_custodian(
    waiting, puppet, case, lawyer, custodians
):
    later = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    assert not KeyShare.objects.filter(sealed_identity__witness=later, custodian_key=waiting).exists()
    assert puppet not in [one.user for one in active_custodians()]
    with pytest.raises(NotACustodian, match="not let in yet"):
        begin_drill(reason=WHY, actor=puppet)
    with pytest.raises(NotACustodian):
        remove_custodian(Custodian.objects.get(user=custodians[0]), reason=WHY, actor=puppet)
    with pytest.raises(NotACustodian):
        rotate_key(passphrase=NEW, actor=puppet)
    standing = {one.custodian.user_id: one.standing for one in custody_of().custodians}
    assert standing[puppet.pk] == Standing.WAITING
    alarm = WitnessAlarm.objects.get()
    assert (alarm.kind, alarm.person) == (AlarmKind.ENROLMENT, puppet)


def test_two_invented_custodians_do_not_let_each_other_in(waiting, hire):
    second = hire("puppet_2", Role.CUSTODIAN)
    enrol_custodian(second, passphrase=NEW, actor=second)
    with pytest.raises(NotACustodian):
        vouch(waiting, passphrase=NEW, actor=second)
    with pytest.raises(NotACustodian):
        turn_away(waiting, reason=WHY, actor=second)
    assert not KeyVouch.objects.exists()


def test_a_quorum_lets_a_key_in_and_each_word_is_logged(waiting, custodians, puppet, case, lawyer):
    assert not vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    assert len(active_custodians()) == 3
    with pytest.raises(AlreadyDecided):
        vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    assert vouch(waiting, passphrase=PASSPHRASES["custodian_b"], actor=custodians[1])
    assert puppet in [one.user for one in active_custodians()]
    with pytest.raises(NotWaiting):
        vouch(waiting, passphrase=PASSPHRASES["custodian_c"], actor=custodians[2])
    later = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    assert KeyShare.objects.filter(sealed_identity__witness=later, custodian_key=waiting).exists()
    assert Entry.objects.filter(action=Action.CUSTODIAN_VOUCHED).count() == 2
    entry = Entry.objects.get(action=Action.CUSTODIAN_KEY_ADMITTED, subject_id=str(waiting.pk))
    assert json.loads(bytes(entry.body))["facts"]["fingerprint"] == fingerprint(waiting).hex()


def test_a_word_takes_the_right_passphrase_and_another_person(waiting, custodians, puppet, administrator):
    with pytest.raises(WrongPassphrase):
        vouch(waiting, passphrase=NEW, actor=custodians[0])
    with pytest.raises(NotPermitted):
        vouch(waiting, passphrase=NEW, actor=administrator)
    let_in(puppet, by=custodians[:2])
    declare_lost(Custodian.objects.get(user=puppet), reason=WHY, actor=puppet)
    enrol_custodian(puppet, passphrase=NEW, actor=puppet)
    with pytest.raises(WrongPerson):
        vouch(key_of(puppet), passphrase=NEW, actor=puppet)


def test_one_refusal_is_enough_and_says_why(waiting, custodians, puppet):
    vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    with pytest.raises(ReasonMissing):
        turn_away(waiting, reason=" ", actor=custodians[1])
    turn_away(waiting, reason=WHY, actor=custodians[1])
    waiting.refresh_from_db()
    assert waiting.retired_at
    assert waiting.wrapped_private_key is None
    with pytest.raises(NotWaiting):
        vouch(waiting, passphrase=PASSPHRASES["custodian_c"], actor=custodians[2])
    event = CustodianEvent.objects.get()
    assert (event.kind, event.reason) == (CustodianEvent.Kind.TURNED_AWAY, WHY)
    assert WHY not in str([bytes(entry.body) for entry in Entry.objects.all()])


def test_a_key_made_again_starts_without_a_word(waiting, custodians, puppet):
    vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    enrol_custodian(puppet, passphrase=PASSPHRASES["custodian_c"], actor=puppet)
    again = key_of(puppet)
    assert again.pk != waiting.pk
    assert not vouch(again, passphrase=PASSPHRASES["custodian_b"], actor=custodians[1])
    with pytest.raises(NotWaiting):
        vouch(waiting, passphrase=PASSPHRASES["custodian_b"], actor=custodians[1])


def test_who_takes_over_the_account_of_a_custodian_gets_no_share_by_losing_the_passphrase(
    custodians, witness, case, lawyer, administrator
):
    declare_lost(Custodian.objects.get(user=custodians[0]), reason=WHY, actor=administrator)
    enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0])
    with pytest.raises(NoKey):
        rotate_key(passphrase=NEW, actor=custodians[0])
    assert key_of(custodians[0]) not in CustodianKey.objects.filter(admission__isnull=False)
    assert WitnessAlarm.objects.filter(kind=AlarmKind.ENROLMENT, person=custodians[0]).exists()


def test_a_passphrase_found_again_makes_the_waiting_key_needless(custodians, witness):
    declare_lost(Custodian.objects.get(user=custodians[0]), reason=WHY, actor=custodians[0])
    lost = CustodianKey.objects.get(custodian__user=custodians[0])
    enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0])
    declare_found(passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    assert key_of(custodians[0]) == lost
    with pytest.raises(AlreadyEnrolled):
        enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0])


def test_shutting_custodians_out_of_their_accounts_makes_it_no_easier(waiting, custodians):
    for user in custodians[1:]:
        type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert not vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])


def test_saying_that_every_passphrase_is_lost_makes_it_no_easier(custodians, witness, puppet, administrator):
    for user in custodians:
        declare_lost(Custodian.objects.get(user=user), reason=WHY, actor=administrator)
    enrol_custodian(puppet, passphrase=NEW, actor=puppet)
    assert not KeyAdmission.objects.filter(key=key_of(puppet)).exists()
    declare_found(passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    assert not vouch(key_of(puppet), passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])


def test_where_one_is_left_one_word_is_enough(waiting, custodians, administrator, no_waiting_time):
    for user in custodians[1:]:
        remove_custodian(Custodian.objects.get(user=user), reason=WHY, actor=administrator)
    assert vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])


def test_where_nobody_is_left_the_next_begins_anew_and_everybody_is_alarmed(
    custodians, witness, puppet, administrator, no_waiting_time
):
    for user in custodians:
        remove_custodian(Custodian.objects.get(user=user), reason=WHY, actor=administrator)
    enrol_custodian(puppet, passphrase=NEW, actor=puppet)
    assert KeyAdmission.objects.get(key=key_of(puppet)).because == KeyAdmission.Because.ALONE
    assert WitnessAlarm.objects.filter(kind=AlarmKind.ENROLMENT, person=puppet).exists()


def test_a_public_half_that_was_exchanged_is_given_no_share(custodians, case, lawyer):
    foreign = bytes(key_of(custodians[1]).public_key)
    CustodianKey.objects.filter(custodian__user=custodians[0]).update(public_key=foreign)
    with pytest.raises(KeysDoNotMatch):
        register_witness(case=case, identity=IDENTITY, actor=lawyer)


@pytest.mark.parametrize("because", ["vouched", "rotated", "founded", "alone", "before"])
def test_the_database_lets_no_key_in_without_its_ground(waiting, puppet, because):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        admit(waiting, KeyAdmission.Because(because), actor=puppet)


def test_the_database_takes_no_word_for_oneself_nor_from_who_was_never_let_in(waiting, puppet, hire):
    second = hire("puppet_2", Role.CUSTODIAN)
    enrol_custodian(second, passphrase=NEW, actor=second)
    for custodian in (puppet.custodian, second.custodian):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            KeyVouch.objects.create(key=waiting, custodian=custodian)


@pytest.mark.parametrize("table", ["witnesses_keyadmission", "witnesses_keyvouch"])
def test_words_and_admissions_are_neither_changed_nor_removed(waiting, puppet, custodians, table):
    let_in(puppet, by=custodians[:2])
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
        refused = pytest.raises(DatabaseError, match=REFUSED)
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_pages_lead_from_the_newcomer_to_those_who_let_them_in(client, waiting, puppet, custodians):
    client.force_login(puppet)
    shown = client.get(reverse("witnesses:enrol")).content.decode()
    assert spoken(waiting) in shown
    assert client.get(reverse("witnesses:let_in", args=[waiting.pk])).status_code == 403
    client.force_login(custodians[0])
    address = reverse("witnesses:let_in", args=[waiting.pk])
    assert address in client.get(reverse("witnesses:custodians")).content.decode()
    assert address in client.get("/").content.decode()
    assert spoken(waiting) in client.get(address).content.decode()
    word = {"decision": "vouch", "passphrase": PASSPHRASES["custodian_a"], "confirmation": "puppet"}
    assert client.post(address, word | {"confirmation": "somebody"}).status_code == 422
    assert client.post(address, word | {"passphrase": ""}).status_code == 422
    assert client.post(address, {"decision": "turn_away"}).status_code == 422
    assert client.post(address, word).status_code == 302
    assert "Another custodian has to do the same" in client.get(address).content.decode()
    client.force_login(custodians[1])
    assert client.post(address, {"decision": "turn_away", "reason": WHY}).status_code == 302
    assert client.get(address).status_code == 409


def test_who_finds_a_key_in_their_name_is_told_what_to_do(client, custodians):
    """An operator can type a passphrase of their own for anybody with the role, as long as nothing is sealed."""
    client.force_login(custodians[0])
    shown = client.get(reverse("witnesses:enrol")).content.decode()
    assert "If you did not make this key yourself" in shown
    assert reverse("witnesses:lost", args=[custodians[0].custodian.pk]) in shown
    everybody = client.get(reverse("witnesses:custodians")).content.decode()
    for user in custodians:
        assert spoken(key_of(user)) in everybody
    assert spoken(key_of(custodians[0])) in shown


def test_the_command_says_that_the_key_waits_and_its_words(custodians, puppet, tmp_path, capsys):
    file = tmp_path / "phrase"
    file.write_text(NEW)
    call_command("enrol_custodian", puppet.username, passphrase_file=file)
    said = capsys.readouterr().out
    assert spoken(key_of(puppet)) in said
    call_command("enrol_custodian", puppet.username, passphrase_file=file, json=True)
    assert json.loads(capsys.readouterr().out)["waits"] is True


def test_who_waits_makes_the_key_anew_by_page(client_for, waiting, custodians, puppet):
    vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    client = client_for(puppet)
    enrol = reverse("witnesses:enrol")
    assert enrol in client.get(reverse("witnesses:custodians")).content.decode()
    page = client.get(enrol).content.decode()
    assert spoken(waiting) in page
    assert 'name="again"' in page
    wrong = client.post(enrol, {"passphrase": "a", "again": "b"})
    assert wrong.status_code == 422
    assert key_of(puppet) == waiting
    fresh = PASSPHRASES["custodian_c"]
    assert client.post(enrol, {"passphrase": fresh, "again": fresh}).status_code == 302
    again = key_of(puppet)
    assert again != waiting
    page = client.get(enrol).content.decode()
    assert spoken(again) in page
    assert "0 of 2" in page


def test_a_custodian_whose_next_key_waits_is_led_from_its_page_to_making_it_anew(
    client_for, custodians, witness
):
    declare_lost(Custodian.objects.get(user=custodians[0]), reason=WHY, actor=custodians[0])
    enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0])
    page = client_for(custodians[0]).get(reverse("witnesses:let_in", args=[key_of(custodians[0]).pk]))
    assert reverse("witnesses:enrol") in page.content.decode()


def test_of_a_key_of_before_the_log_tells_by_its_custodian(custodians) -> None:
    """An upgrade lets the keys in that are there: their entries of then are about whoever enrolled."""
    tamper("DELETE FROM audit_entry WHERE action = %s", (Action.CUSTODIAN_KEY_ADMITTED,))
    assert "table witnesses_keyadmission" in dict(unlogged_rows(connection))
    tamper("UPDATE witnesses_keyadmission SET because = 'before'")
    assert "table witnesses_keyadmission" not in dict(unlogged_rows(connection))
    tamper("DELETE FROM audit_entry WHERE action = %s", (Action.CUSTODIAN_ENROLLED,))
    assert "table witnesses_keyadmission" in dict(unlogged_rows(connection))
