"""The custodians' pages: who sees what, and each act done by its form."""

import re

import pytest
from django.urls import reverse

from tests.witnesses.conftest import CANARIES, PASSPHRASES
from tests.witnesses.residue import traces
from witnesses.custodians import unlock
from witnesses.health import Danger, custody_of
from witnesses.models import (
    AlarmKind,
    Custodian,
    CustodianKey,
    QuorumSession,
    QuorumState,
    SealedIdentity,
    WitnessAlarm,
)
from witnesses.quorum.drill import begin_drill
from witnesses.quorum.opened import ask_for_leak_check

OLD, NEW = PASSPHRASES["custodian_a"], "nine copper bells over Tabriz"
WHY = "Not heard of since Tuesday"


def at(name, *args):
    return reverse(f"witnesses:{name}", args=args)


def page(client, name, *args):
    answer = client.get(at(name, *args))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def approve_by_page(client, session, user):
    form = {
        "decision": "approve",
        "reason": "Asked by voice",
        "passphrase": PASSPHRASES[user.username],
        "confirmation": session.reference.lower(),
    }
    return client.post(at("session", session.pk), form)


def ask_by_page(client, room, **more):
    """The session and the code that the page showed."""
    answer = client.post(at(room), {"reason": "Once a quarter", **more})
    code = re.search(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}", answer.content.decode())
    assert code, answer.content.decode()
    return QuorumSession.objects.get(state=QuorumState.REQUESTED), code.group()


def test_a_drill_by_page(client_for, custodians):
    first, second = (client_for(user) for user in custodians[:2])
    session, code = ask_by_page(first, "drill")
    for client, user in ((first, custodians[0]), (second, custodians[1])):
        assert session.reference in page(client, "decisions")
        assert approve_by_page(client, session, user).status_code == 302
    assert code not in page(first, "session", session.pk)
    refused = second.post(at("carry_out", session.pk), {"code": code})
    assert refused.status_code in (403, 422)
    assert first.post(at("carry_out", session.pk), {"code": "ZZZZZ"}).status_code == 422
    done = first.post(at("carry_out", session.pk), {"code": code}, follow=True)
    assert "The drill is passed" in done.content.decode()
    assert "passed" in page(second, "custodians")


def test_an_act_of_a_quorum_waits_as_any_other_request(client_for, custodians):
    begin_drill(reason="Once a quarter", actor=custodians[0])
    shown = client_for(custodians[1]).get(reverse("witnesses:decisions")).content.decode()
    assert "1 request waits for you" in shown
    assert "Nothing waits for you" not in shown


def test_sealing_anew_by_page_after_an_arrest(client_for, witness, custodians, administrator):
    gone = Custodian.objects.get(user=custodians[2])
    admin = client_for(administrator)
    form = {"reason": WHY, "confirmation": "custodian_c"}
    assert admin.post(at("remove", gone.pk), {**form, "confirmation": "custodian_a"}).status_code == 422
    assert admin.post(at("remove", gone.pk), form).status_code == 302
    assert WitnessAlarm.objects.get().kind == AlarmKind.REMOVAL
    first, second = (client_for(user) for user in custodians[:2])
    assert "A custodian was removed" in page(second, "alarms")
    assert custody_of().danger == Danger.BARE
    assert "One more loss" in page(first, "custodians")
    session, code = ask_by_page(first, "reseal")
    for client, user in ((first, custodians[0]), (second, custodians[1])):
        assert approve_by_page(client, session, user).status_code == 302
    done = first.post(at("carry_out", session.pk), {"code": code}, follow=True)
    assert "1 identity was sealed anew" in done.content.decode()
    assert traces(done.content, CANARIES) == []
    assert SealedIdentity.objects.living().get().version == 2


def test_a_custodian_who_was_removed_is_shown_nothing_more(client_for, witness, custodians, administrator):
    removed = client_for(custodians[0])
    session, _code = ask_by_page(client_for(custodians[1]), "drill")
    own = Custodian.objects.get(user=custodians[0])
    client_for(administrator).post(at("remove", own.pk), {"reason": WHY, "confirmation": "custodian_a"})
    assert removed.get(at("session", session.pk)).status_code == 404
    assert WHY not in page(removed, "custodians")
    assert session.reference not in page(removed, "custodians")
    other = Custodian.objects.get(user=custodians[1])
    for name, form in (
        ("remove", {"reason": WHY, "confirmation": "custodian_b"}),
        ("lost", {"reason": WHY, "confirmation": "custodian_b"}),
        ("reinstate", {"reason": WHY, "confirmation": "custodian_b"}),
    ):
        assert removed.post(at(name, other.pk), form).status_code == 403
    assert removed.post(at("reseal"), {"reason": "x"}).status_code in (403, 422)
    other.refresh_from_db()
    assert other.revoked_at is None


def test_the_passphrase_is_changed_by_page_and_never_sent_back(client_for, custodians):
    client = client_for(custodians[0])
    form = {"passphrase": OLD, "new_passphrase": NEW, "again": NEW}
    for changes in ({"again": "another"}, {"passphrase": NEW}, {"new_passphrase": "short", "again": "short"}):
        answer = client.post(at("passphrase"), form | changes)
        assert answer.status_code == 422
        assert traces(answer.content, [OLD, NEW]) == []
    assert client.post(at("passphrase"), form).status_code == 302
    key = CustodianKey.objects.get(custodian__user=custodians[0])
    assert unlock(key, passphrase=NEW)


def test_another_key_a_lost_one_and_one_found_by_page(client_for, witness, custodians):
    client = client_for(custodians[0])
    own = Custodian.objects.get(user=custodians[0])
    assert client.post(at("new_key"), {"passphrase": OLD}).status_code == 302
    assert client.post(at("lost", own.pk), {"reason": WHY, "confirmation": "custodian_a"}).status_code == 302
    assert reverse("witnesses:found") in page(client, "custodians")
    assert client.post(at("found"), {"passphrase": "not this one"}).status_code == 422
    assert client.post(at("found"), {"passphrase": OLD}).status_code == 302
    assert client.post(at("found"), {"passphrase": OLD}).status_code == 422
    assert custody_of().danger == Danger.NONE


def test_an_administrator_and_an_auditor_see_who_can_act_and_no_request(
    client_for, witness, custodians, administrator, auditor
):
    session, _code = ask_by_page(client_for(custodians[0]), "drill")
    for user in (administrator, auditor):
        seen = page(client_for(user), "custodians")
        assert custodians[0].full_name in seen
        assert session.reference not in seen
        assert witness.pseudonym not in seen
        for name in ("drill", "reseal", "passphrase"):
            assert client_for(user).get(at(name)).status_code == 403
    remove = at("remove", Custodian.objects.first().pk)
    assert remove in page(client_for(administrator), "custodians") + page(
        client_for(custodians[1]), "custodians"
    )
    assert "/remove/" not in page(client_for(auditor), "custodians")
    assert client_for(auditor).get(remove).status_code == 403


def test_a_leak_check_is_not_carried_out_here_and_the_page_says_where(
    client_for, witness, case, custodians, lawyer
):
    session, code = ask_for_leak_check(case, reason="It leaves on Monday", actor=lawyer)
    client = client_for(custodians[0])
    assert "on the page of its dossier" in page(client, "carry_out", session.pk)
    answer = client.post(at("carry_out", session.pk), {"code": str(code)})
    assert answer.status_code == 422
    assert "Nothing was done here" in answer.content.decode()


def test_an_unknown_custodian_and_session_are_not_there(client_for, custodians):
    nobody = "00000000-0000-4000-8000-000000000000"
    client = client_for(custodians[0])
    for name in ("remove", "lost", "reinstate", "session", "carry_out"):
        assert client.get(at(name, nobody)).status_code == 404


@pytest.mark.parametrize("count", range(4))
def test_the_page_says_what_is_at_risk(client_for, custodian_a, custodian_b, custodian_c, auditor, count):
    from_few = [custodian_a, custodian_b, custodian_c][:count]
    for user in from_few:
        client_for(user).post(
            at("enrol"), {"passphrase": PASSPHRASES[user.username], "again": PASSPHRASES[user.username]}
        )
    seen = page(client_for(auditor), "custodians")
    assert custody_of().danger == (Danger.NO_QUORUM, Danger.NO_QUORUM, Danger.FEW, Danger.NONE)[count]
    assert ("nothing can be opened" in seen) == (count < 2)
