"""Sealing identities anew to the custodians of today: by a quorum, shown to nobody, and the old seal is gone."""

import itertools

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.roles import Role
from audit.actions import Action
from audit.guards import missing_guards, promised_erasures
from audit.models import Entry
from audit.verification import verify_log
from evidence.models import Acquisition, CollectorTrace, CustodyEvent, OnlineCapture, Thing
from tests.tampering import guards_lifted
from tests.witnesses.conftest import (
    CANARIES,
    IDENTITY,
    NAME_FA,
    PASSPHRASES,
    let_in,
)
from tests.witnesses.residue import traces
from tests.witnesses.test_custodian_life import NEW, OLD, WHY, custodian, opens
from tests.witnesses.test_quorum import bend, yes
from tests.witnesses.test_secrecy import everything_stored
from witnesses import asking
from witnesses.asking import request_note
from witnesses.custodians import unlock
from witnesses.enrolling import enrol_custodian
from witnesses.errors import (
    ApproverLeft,
    NothingToGather,
    RequestClosed,
    WrongOpeningCode,
)
from witnesses.health import Danger, custody_of
from witnesses.keeping_keys import declare_lost, rotate_key
from witnesses.models import (
    CustodianKey,
    KeyShare,
    OpeningState,
    QuorumSession,
    QuorumShare,
    QuorumState,
    RecoverySeal,
    SealedIdentity,
)
from witnesses.noting import NoteFacts, write_note
from witnesses.opening import approve, open_identity, request_opening, withdraw
from witnesses.quorum import resealing
from witnesses.quorum.approving import refuse_session
from witnesses.quorum.resealing import begin_resealing, identities_to_reseal, reseal_identities
from witnesses.register import register_witness
from witnesses.removing import remove_custodian
from witnesses.versions import seal_version

RESEAL = "The house has another custodian"


@pytest.fixture
def another(witness, case, lawyer):
    """A second witness, registered before the fourth custodian came."""
    return register_witness(case=case, identity=IDENTITY, actor=lawyer)


@pytest.fixture
def fourth(witness, custodians, hire):
    """A custodian who came after the witness was registered."""
    user = hire("custodian_d", Role.CUSTODIAN)
    enrol_custodian(user, passphrase=NEW, actor=user)
    let_in(user, by=custodians[:2])
    return user


def gathered(asker, approvers):
    session, code = begin_resealing(reason=RESEAL, actor=asker)
    for user in approvers:
        yes(session, user)
    return session, code


def test_a_new_custodian_is_given_shares_by_the_others(ask, custodians, fourth, lawyer):
    assert custody_of().to_reseal == 1
    session, code = gathered(fourth, custodians[:2])
    told = reseal_identities(session, code=code, actor=fourth)
    assert (told.done, told.unreadable, told.newer) == (1, 0, 0)
    assert custody_of().to_reseal == 0
    assert custody_of().danger == Danger.NONE
    assert opens(ask, [fourth, custodians[2]], lawyer, PASSPHRASES | {"custodian_d": NEW})
    assert verify_log().ok


def test_the_old_seal_is_erased_and_says_that_it_was_there(custodians, fourth):
    old = SealedIdentity.objects.get()
    session, code = gathered(custodians[0], custodians[:2])
    reseal_identities(session, code=code, actor=custodians[0])
    old.refresh_from_db()
    assert (bytes(old.nonce), bytes(old.ciphertext)) == (b"", b"")
    assert {bytes(one) for one in old.key_shares.values_list("sealed_share", flat=True)} == {b""}
    new = old.successor
    assert (new.version, new.shares, new.threshold) == (2, 4, 2)
    assert list(SealedIdentity.objects.living()) == [new]
    entry = Entry.objects.get(action=Action.IDENTITY_RESEALED)
    assert entry.case_id == old.witness.case_id


@pytest.mark.parametrize("number", range(3))
def test_no_custodian_alone_seals_anew(custodians, fourth, number):
    user = custodians[number]
    session, code = gathered(user, [user])
    with pytest.raises(RequestClosed, match="waits"):
        reseal_identities(session, code=code, actor=user)
    QuorumSession.objects.filter(pk=session.pk).update(state=QuorumState.APPROVED)
    with pytest.raises(ApproverLeft):
        reseal_identities(session, code=code, actor=user)
    assert SealedIdentity.objects.count() == 1


@pytest.mark.parametrize("pair", list(itertools.combinations(range(3), 2)))
def test_every_pair_of_three_seals_anew(custodians, fourth, pair):
    users = [custodians[number] for number in pair]
    session, code = gathered(users[0], users)
    assert reseal_identities(session, code=code, actor=users[0]).done == 1


def test_who_was_removed_opens_nothing_of_what_is_sealed_anew(ask, custodians, lawyer, witness):
    arrested = CustodianKey.objects.get(custodian__user=custodians[0])
    remove_custodian(custodian(custodians[0]), reason=WHY, actor=custodians[1])
    arrested.refresh_from_db()
    assert arrested.wrapped_private_key is not None, "until it is sealed anew, another can bring them back"
    session, code = gathered(custodians[1], custodians[1:])
    told = reseal_identities(session, code=code, actor=custodians[1])
    assert (told.done, told.keys_erased) == (1, 1)
    arrested.refresh_from_db()
    assert arrested.wrapped_private_key is None
    living = SealedIdentity.objects.living().get()
    holders = set(living.key_shares.values_list("custodian_key__custodian__user", flat=True))
    assert holders == {user.pk for user in custodians[1:]}
    assert opens(ask, custodians[1:], lawyer)
    assert custody_of().danger == Danger.BARE


def test_a_lost_key_is_erased_when_nothing_waits_for_it(custodians, witness):
    declare_lost(custodian(custodians[0]), reason=WHY, actor=custodians[0])
    enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0])
    let_in(custodians[0], by=custodians[1:])
    session, code = gathered(custodians[1], custodians[1:])
    told = reseal_identities(session, code=code, actor=custodians[1])
    assert (told.done, told.keys_erased) == (1, 1)
    assert custody_of().danger == Danger.NONE


def test_it_goes_on_where_it_stopped_after_a_crash(case, custodians, fourth, lawyer, monkeypatch):
    register_witness(case=case, identity=IDENTITY, actor=lawyer)
    SealedIdentity.objects.get(shares=4)
    third = [register_witness(case=case, identity=IDENTITY, actor=lawyer) for _ in range(2)]
    remove_custodian(custodian(custodians[2]), reason=WHY, actor=fourth)
    assert len(identities_to_reseal()) == 4
    session, code = gathered(custodians[0], custodians[:2])
    calls = []

    def power_fails(*args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return seal_version(*args, **kwargs)

    monkeypatch.setattr("witnesses.quorum.resealing.seal_version", power_fails)
    with pytest.raises(KeyboardInterrupt):
        reseal_identities(session, code=code, actor=custodians[0])
    monkeypatch.undo()
    session.refresh_from_db()
    assert session.state == QuorumState.APPROVED
    assert SealedIdentity.objects.exclude(reseals=None).count() == 2
    assert reseal_identities(session, code=code, actor=custodians[0]).done == 2
    assert custody_of().to_reseal == 0
    assert third


def test_a_version_that_came_meanwhile_keeps_its_place_as_the_newest(case, custodians, fourth, lawyer):
    """The custodians were not asked about it, so the witness waits for the next request as a whole."""
    session, code = gathered(custodians[0], custodians[:2])
    old = SealedIdentity.objects.get()
    keys = list(CustodianKey.objects.filter(retired_at__isnull=True))
    seal_version(old.witness, b'{"format": 1}', version=2, keys=keys, by=lawyer)
    told = reseal_identities(session, code=code, actor=custodians[0])
    assert (told.done, told.newer) == (0, 1)
    again, code = gathered(custodians[0], custodians[:2])
    assert again.covered.count() == 2
    assert reseal_identities(again, code=code, actor=custodians[0]).done == 2
    versions = list(SealedIdentity.objects.living().order_by("version").values_list("reseals__version"))
    assert versions == [(1,), (2,)]


def test_what_does_not_open_is_left_as_it_was(case, custodians, fourth, lawyer, witness):
    other = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    remove_custodian(custodian(custodians[2]), reason=WHY, actor=fourth)
    for user in custodians[:2]:
        bend(KeyShare, sealed_identity__witness=witness, custodian_key__custodian__user=user)
    session, code = begin_resealing(reason=RESEAL, actor=custodians[0])
    for user in custodians[:2]:
        yes(session, user)
    told = reseal_identities(session, code=code, actor=custodians[0])
    assert (told.done, told.unreadable) == (1, 1)
    assert bytes(SealedIdentity.objects.get(witness=witness).ciphertext)
    assert SealedIdentity.objects.living().get(witness=other).version == 2
    kept = CustodianKey.objects.get(custodian__user=custodians[2])
    assert kept.wrapped_private_key is not None, "something still waits for it"


def test_an_opening_that_waits_for_the_old_seal_ends(ask, custodians, fourth, lawyer):
    opening, _code = ask()
    approve(opening, passphrase=OLD, reason="Needed", actor=custodians[0])
    session, code = gathered(custodians[0], custodians[:2])
    reseal_identities(session, code=code, actor=custodians[0])
    opening.refresh_from_db()
    assert opening.state == OpeningState.EXPIRED


def test_a_refusal_in_the_middle_stops_it(custodians, fourth):
    session, code = gathered(custodians[0], custodians[:2])
    refuse_session(session, reason="They are being forced", actor=custodians[2])
    with pytest.raises(RequestClosed, match="refused"):
        reseal_identities(session, code=code, actor=custodians[0])
    assert SealedIdentity.objects.count() == 1
    assert not QuorumShare.objects.exists()


def test_nothing_to_seal_anew_is_said(custodians, witness):
    with pytest.raises(NothingToGather):
        begin_resealing(reason=RESEAL, actor=custodians[0])


def test_another_code_seals_nothing(custodians, fourth):
    session, _code = gathered(custodians[0], custodians[:2])
    with pytest.raises(WrongOpeningCode):
        reseal_identities(session, code="ZZZZZ-ZZZZZ", actor=custodians[0])


def test_a_change_of_keys_between_approval_and_act_is_no_matter(ask, custodians, fourth, lawyer):
    session, code = gathered(custodians[0], custodians[:2])
    rotate_key(passphrase=OLD, actor=custodians[0])
    assert reseal_identities(session, code=code, actor=custodians[0]).done == 1
    assert opens(ask, custodians[:2], lawyer)


def test_no_name_lies_anywhere_after_it(custodians, fourth, witness, lawyer):
    session, code = gathered(custodians[0], custodians[:2])
    reseal_identities(session, code=code, actor=custodians[0])
    haystack = b"\n".join(everything_stored())
    assert traces(haystack, [*CANARIES, *PASSPHRASES.values(), str.__str__(code)]) == []


def test_the_database_before_and_the_arrested_custodians_key_open_nothing_of_today(custodians, witness):
    """An old backup and one passphrase: the share of then does not fit the seal of now."""
    held = KeyShare.objects.get(custodian_key__custodian__user=custodians[0])
    seed = unlock(held.custodian_key, passphrase=OLD)
    remove_custodian(custodian(custodians[0]), reason=WHY, actor=custodians[1])
    session, code = gathered(custodians[1], custodians[1:])
    reseal_identities(session, code=code, actor=custodians[1])
    assert seed
    assert not KeyShare.objects.filter(
        sealed_identity__successor__isnull=True, custodian_key__custodian__user=custodians[0]
    ).exists()


SEALED = "witnesses_sealedidentity"
SHARE = "witnesses_keyshare"


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE {SEALED} SET ciphertext = nonce",
        f"UPDATE {SEALED} SET nonce = ciphertext",
        f"UPDATE {SEALED} SET version = 7",
        f"UPDATE {SHARE} SET sealed_share = (SELECT nonce FROM {SEALED} LIMIT 1)",
        f'UPDATE {SHARE} SET "index" = 9',
    ],
)
def test_the_database_lets_nothing_else_happen_to_a_seal(witness, change):
    # By the trigger; the site's own role has not even the right to most of it.
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_half_an_erasure_is_none(witness):
    for change in ({"ciphertext": b""}, {"nonce": b""}, {"nonce": b"", "ciphertext": b"", "version": 9}):
        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            SealedIdentity.objects.update(**change)


def test_a_share_has_one_holder(witness, custodians):
    first, second = KeyShare.objects.order_by("index")[:2]
    with pytest.raises(IntegrityError, match="one holder"), transaction.atomic():
        KeyShare.objects.create(
            sealed_identity=first.sealed_identity,
            custodian_key=CustodianKey.objects.create(
                custodian=second.custodian_key.custodian,
                version=9,
                public_key=b"x",
                kdf={},
                retired_at=second.custodian_key.created_at,
            ),
            index=first.index,
            sealed_share=b"x",
        )


def test_the_guard_names_every_column_but_those_that_may_become_empty():
    columns = {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields}
        for model in (
            SealedIdentity,
            KeyShare,
            RecoverySeal,
            CustodyEvent,
            Acquisition,
            OnlineCapture,
            CollectorTrace,
            Thing,
        )
    }
    promised = promised_erasures()
    assert {table: {*one.empty, *one.kept} for table, one in promised.items()} == columns


def test_a_guard_that_allows_more_is_found(witness):
    assert missing_guards(connection) == []
    with guards_lifted(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {SEALED}_guard_rows() RETURNS trigger LANGUAGE plpgsql"
            " AS $x$ BEGIN RETURN NEW; END $x$"
        )
    assert f"{SEALED}_guard_rows" in missing_guards(connection)


def test_opening_the_newest_after_all_this_shows_the_name(witness, custodians, fourth, lawyer, ask):
    session, code = gathered(custodians[0], custodians[:2])
    reseal_identities(session, code=code, actor=custodians[0])
    opening, _code = request_opening(witness, reason="x", fields=["full_names"], actor=lawyer)
    assert opening.sealed_identity.version == 2
    assert NAME_FA


def test_a_sealed_note_is_sealed_anew_too_and_can_be_corrected_afterwards(
    interview, custodians, hire, lawyer
):
    note = write_note(interview, facts=NoteFacts("He was not alone in the cell", sealed=True), actor=lawyer)
    newcomer = hire("custodian_e", Role.CUSTODIAN)
    enrol_custodian(newcomer, passphrase=NEW, actor=newcomer)
    let_in(newcomer, by=custodians[:2])
    session, code = gathered(newcomer, custodians[:2])
    assert reseal_identities(session, code=code, actor=newcomer).done == 2
    note.refresh_from_db()
    assert (note.sealed_record.version, note.sealed_record.shares) == (2, 4)
    opening, code = request_note(note, reason="Needed", actor=lawyer)
    approve(opening, passphrase=NEW, reason="Needed", actor=newcomer)
    approve(opening, passphrase=OLD, reason="Needed", actor=custodians[0])
    assert open_identity(opening, opening_code=code, actor=lawyer)
    facts = NoteFacts("He was alone", sealed=True, correction="misheard")
    corrected = write_note(interview, facts=facts, corrects=note, actor=lawyer)
    assert (corrected.version, corrected.sealed_record.version) == (2, 3)


def meanwhile(monkeypatch, module, name, act, *, after=1):
    """Has `act` done once, just before the call of that number to the function of the module."""
    real, calls = getattr(module, name), itertools.count(1)

    def slow(*args, **kwargs):
        if next(calls) == after:
            act()
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, slow)


def test_a_request_that_ends_in_the_same_moment_does_not_end_the_sealing(
    monkeypatch, ask, custodians, another, fourth, lawyer
):
    opening, _code = ask()
    session, code = gathered(custodians[0], custodians[:2])
    # Between the look for open requests and their end.
    real = resealing.end

    def withdrawn_first(request, *args, **kwargs):
        withdraw(opening, actor=lawyer)
        real(request, *args, **kwargs)

    monkeypatch.setattr(resealing, "end", withdrawn_first)
    assert reseal_identities(session, code=code, actor=custodians[0]).done == 2
    assert custody_of().to_reseal == 0
    opening.refresh_from_db()
    assert opening.state == OpeningState.WITHDRAWN


def test_whoever_stops_the_sealing_in_the_middle_is_told_how_much_is_done(
    monkeypatch, custodians, another, fourth
):
    session, code = gathered(custodians[0], custodians[:2])
    shares = []
    real = resealing.gather

    def remembered(*args, **kwargs):
        shares.append(real(*args, **kwargs))
        return shares[0]

    monkeypatch.setattr(resealing, "gather", remembered)
    stop = lambda: refuse_session(session, reason="It is a trap", actor=custodians[2])  # noqa: E731
    meanwhile(monkeypatch, resealing, "_reseal", stop, after=2)
    with pytest.raises(RequestClosed, match=r"refused.* 1 had been sealed anew before that"):
        reseal_identities(session, code=code, actor=custodians[0])
    assert Entry.objects.filter(action=Action.IDENTITY_RESEALED).count() == 1
    assert shares[0]._shares == {}


def test_what_is_asked_for_while_it_is_sealed_anew_is_asked_for_as_it_is_sealed_then(
    monkeypatch, ask, custodians, fourth, lawyer
):
    session, code = gathered(custodians[0], custodians[:2])
    meanwhile(
        monkeypatch,
        asking,
        "checked_reason",
        lambda: reseal_identities(session, code=code, actor=custodians[0]),
    )
    opening, opening_code = ask()
    assert opening.sealed_identity == SealedIdentity.objects.living().get()
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    assert open_identity(opening, opening_code=opening_code, actor=lawyer).full_names[0].text == NAME_FA
