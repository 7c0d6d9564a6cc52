"""Pages of the vault ask the database as often for thirty rows as for three."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit import log
from audit.actions import Action
from tests.witnesses.conftest import (
    DANGER,
    IDENTITY,
    PASSPHRASES,
    let_in,
)
from tests.witnesses.test_quorum import yes
from witnesses.admission import admit
from witnesses.custodians import active_custodians
from witnesses.enrolling import enrol_custodian
from witnesses.health import Danger, custody_of, danger_today
from witnesses.models import (
    AlarmKind,
    Custodian,
    CustodianKey,
    KeyAdmission,
    KeyVouch,
    OpeningDecision,
    OpeningRequest,
    OpeningState,
    SealedIdentity,
    WitnessAlarm,
)
from witnesses.queries import find_opening_to_decide, find_own_opening, versions_of
from witnesses.quorum.resealing import begin_resealing, reseal_identities
from witnesses.register import register_witness
from witnesses.removing import remove_custodian
from witnesses.revising import revise_identity
from witnesses.versions import next_version, seal_version

NEW = "nine copper bells over Tabriz"


def cost(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def page_cost(client, address):
    # Twice: the first one also fills what is kept from request to request.
    assert client.get(address).status_code == 200
    return cost(lambda: client.get(address))


@pytest.fixture
def openings(witness, custodians, lawyer):
    """More emergencies in which an identity was shown, each allowed by the first two custodians."""
    sealed = witness.identities.get()
    allowed_by = [Custodian.objects.get(user=user) for user in custodians[:2]]

    def make(count):
        now = timezone.now()
        for _ in range(count):
            opening = OpeningRequest.objects.create(
                witness=witness,
                sealed_identity=sealed,
                requester=lawyer,
                reason=DANGER,
                fields=["kin"],
                seconds=60,
                emergency=True,
                salt=b"s" * 32,
                expires_at=now + timedelta(hours=1),
                state=OpeningState.OPENED,
                opened_at=now,
            )
            for custodian in allowed_by:
                OpeningDecision.objects.create(
                    request=opening, custodian=custodian, approved=True, reason="Needed", salt=b"s" * 32
                )
            WitnessAlarm.objects.create(kind=AlarmKind.EMERGENCY, person=lawyer, request=opening)
            for action in (Action.EMERGENCY_REQUESTED, Action.IDENTITY_OPENED):
                log.append(action, subject=opening, actor=lawyer, facts={}, case_id=witness.case_id)

    return make


def test_the_page_of_a_witness_with_many_versions_sealed_anew(client_for, witness, lawyer):
    client = client_for(lawyer)
    address = reverse("witnesses:detail", args=[witness.case_id, witness.pk])

    def more(count):
        for number in range(count):
            made = revise_identity(witness, identity=IDENTITY, reason=f"Typed anew {number}", actor=lawyer)
            keys = [share.custodian_key for share in made.key_shares.all()]
            again = next_version(witness)
            seal_version(witness, b"x", version=again, keys=keys, by=lawyer, reseals=made)

    more(3)
    few = page_cost(client, address)
    more(27)
    assert page_cost(client, address) == few
    assert len(versions_of(witness)) == 31
    assert "Typed anew 26" in client.get(address).content.decode()


def test_the_page_of_a_witness_with_many_requests(client_for, witness, lawyer, openings):
    client = client_for(lawyer)
    address = reverse("witnesses:detail", args=[witness.case_id, witness.pk])
    openings(3)
    few = page_cost(client, address)
    openings(27)
    assert page_cost(client, address) == few


def test_the_page_of_the_custodians_with_many_lost_keys(client_for, witness, custodians, hire):
    client = client_for(custodians[0])
    address = reverse("witnesses:custodians")

    def more(first, last):
        now = timezone.now()
        for number in range(first, last):
            custodian = Custodian.objects.create(user=hire(f"lost_{number}", Role.CUSTODIAN))
            key = CustodianKey.objects.create(
                custodian=custodian, public_key=b"k", kdf={}, retired_at=now, lost_at=now
            )
            KeyVouch.objects.create(key=key, custodian=Custodian.objects.get(user=custodians[0]))
            admit(key, KeyAdmission.Because.VOUCHED, actor=custodians[0])

    more(0, 3)
    few = page_cost(client, address)
    more(3, 30)
    assert page_cost(client, address) == few
    assert [one.standing for one in custody_of().custodians].count("lost") == 30


def test_alarms_desks_and_reviews_with_many_emergencies(client_for, custodians, auditor, openings):
    reader, client = client_for(auditor), client_for(custodians[2])
    openings(3)
    opening = OpeningRequest.objects.first()
    pages = (
        (reader, reverse("witnesses:alarms")),
        (reader, "/"),
        (client, "/"),
        (client, reverse("witnesses:decisions")),
        (reader, reverse("witnesses:review", args=[opening.pk])),
    )
    few = [page_cost(*page) for page in pages]
    openings(27)
    assert [page_cost(*page) for page in pages] == few


def test_the_decisions_on_a_request_are_read_with_it(ask, custodians, lawyer):
    opening, _code = ask()
    for user in custodians[1:]:
        custodian = Custodian.objects.get(user=user)
        OpeningDecision.objects.create(
            request=opening, custodian=custodian, approved=True, reason="Needed", salt=b"s" * 32
        )
    for found in (
        find_own_opening(opening.pk, user=lawyer),
        find_opening_to_decide(opening.pk, user=custodians[0]),
    ):
        with CaptureQueriesContext(connection) as queries:
            names = [one.custodian.user.full_name for one in found.decisions.all()]
        assert len(names) == 2
        assert len(queries) == 0


def by_hand():
    """What stands with the living records, share by share: (margin, lost, to be sealed anew), and who holds how many."""
    keys = CustodianKey.objects.filter(retired_at__isnull=True, custodian__in=active_custodians())
    able = {key.pk: key.custodian_id for key in keys}
    spare, lost, stale, held = [], 0, 0, Counter()
    for record in SealedIdentity.records.living():
        shares = list(record.key_shares.select_related("custodian_key"))
        alive = {able[one.custodian_key_id] for one in shares if one.custodian_key_id in able}
        held.update(alive)
        margin = len(alive) - record.threshold
        lost += margin < 0
        if margin >= 0:
            spare.append(margin)
            stale += {one.custodian_key.custodian_id for one in shares} != set(able.values()) or len(
                alive
            ) != len(able)
    return (min(spare, default=None), lost, stale), {one: held[one] for one in held}


def test_the_page_of_the_custodians_reads_no_share_one_by_one(client_for, witness, custodians):
    client, address = client_for(custodians[0]), reverse("witnesses:custodians")
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    of_shares = [one["sql"] for one in queries if "witnesses_keyshare" in one["sql"]]
    assert of_shares
    assert all("COUNT(" in sql for sql in of_shares), of_shares


def test_the_danger_is_the_same_counted_and_looked_at_one_by_one(
    case, custodian_a, custodian_b, custodian_c, hire, lawyer, administrator
):
    """Through the whole life of a vault."""
    seen = []

    def look():
        seen.append(danger_today())
        custody = custody_of()
        assert custody.danger == seen[-1]
        counted = (custody.margin, custody.lost, custody.to_reseal)
        held = {one.custodian.pk: one.held for one in custody.custodians if one.held}
        assert (counted, held) == by_hand()

    look()
    users = [custodian_a, custodian_b, custodian_c]
    for user in users:
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
        look()
    witness = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    look()
    fourth = hire("custodian_d", Role.CUSTODIAN)
    enrol_custodian(fourth, passphrase=NEW, actor=fourth)
    let_in(fourth, by=users[:2])
    look()
    remove_custodian(Custodian.objects.get(user=users[0]), reason="Arrested", actor=administrator)
    look()
    session, code = begin_resealing(reason="Anew", actor=users[1])
    for user in users[1:]:
        yes(session, user)
    reseal_identities(session, code=code, actor=users[1])
    look()
    assert SealedIdentity.objects.filter(witness=witness).count() == 2
    for user in (users[1], users[2]):
        remove_custodian(Custodian.objects.get(user=user), reason="Arrested", actor=administrator)
        look()
    assert seen == [
        Danger.NO_QUORUM,
        Danger.NO_QUORUM,
        Danger.FEW,
        Danger.NONE,
        Danger.NONE,
        Danger.STALE,
        Danger.BARE,
        Danger.NONE,
        Danger.BARE,
        Danger.LOST,
    ]
