"""What a crash report may print of a frame: no reason, no answer, no name. The report is Django's, or prints all locals."""

import json
import traceback
from functools import partial
from os import sep

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.views.debug import ExceptionReporter

from audit import log
from cases.dating import read_date
from evidence.lines import Line
from tests.witnesses.conftest import CANARIES, DANGER, IDENTITY, PASSPHRASES
from tests.witnesses.consents import CONDITIONS, TAKEN_BY, consent_facts
from tests.witnesses.residue import traces
from witnesses.consent_words import Purpose
from witnesses.emergencies import review_emergency
from witnesses.identity import FIELDS, identity_bytes, read_identity
from witnesses.keeping_keys import declare_lost
from witnesses.models import Custodian
from witnesses.opening import approve, open_identity, refuse, request_emergency
from witnesses.quorum.approving import approve_session, refuse_session
from witnesses.quorum.drill import begin_drill
from witnesses.removing import reinstate_custodian, remove_custodian
from witnesses.side_by_side import Column, SideLine
from witnesses.withdrawing import WithdrawalFacts

WHY = "Inventedreason: her cousin was seen at the gate"


class Broken(Exception):
    """What happens in the middle of an act."""


def report_of(act, request=None):
    """What Django would mail to an administrator, without the frames of this test, which know every word."""
    try:
        act()
    except Broken as error:
        frame = error.__traceback__
        while frame and f"{sep}tests{sep}" in frame.tb_frame.f_code.co_filename:
            frame = frame.tb_next
        assert frame, "nothing of the product was running"
        return ExceptionReporter(request, Broken, error, frame).get_traceback_html()
    raise AssertionError("nothing broke")


@pytest.fixture
def breaks(monkeypatch):
    """From the call on, the log breaks in the middle of whatever is done."""

    def arrange():
        def broken(*_args, **_kwargs):
            raise Broken

        monkeypatch.setattr(log, "append", broken)

    return arrange


def test_no_reason_of_a_custodian_stands_in_a_crash_report(
    ask, custodians, witness, lawyer, breaks, settings
):
    first, second, third = custodians
    emergency, code = request_emergency(witness, justification=DANGER, fields=["full_names"], actor=lawyer)
    for user in custodians[:2]:
        approve(emergency, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    open_identity(emergency, opening_code=code, actor=lawyer)
    opening, _code = ask()
    drill, _code = begin_drill(reason="Once a quarter", actor=second)
    own = {user: Custodian.objects.get(user=user) for user in custodians}
    remove_custodian(own[first], reason="Away", actor=second)
    breaks()
    passphrase = PASSPHRASES[third.username]
    for act in (
        lambda why: review_emergency(emergency, justified=True, reason=why, actor=third),
        lambda why: declare_lost(own[second], reason=why, actor=second),
        lambda why: remove_custodian(own[second], reason=why, actor=third),
        lambda why: reinstate_custodian(own[first], reason=why, actor=third),
        lambda why: approve(opening, passphrase=passphrase, reason=why, actor=third),
        lambda why: refuse(opening, reason=why, actor=third),
        lambda why: approve_session(drill, passphrase=passphrase, reason=why, actor=third),
        lambda why: refuse_session(drill, reason=why, actor=third),
    ):
        report = report_of(lambda act=act: act(WHY))
        assert "Inventedreason" not in report


def test_no_form_of_a_reason_stands_in_a_crash_report(
    client_for, case, witness, told, custodians, lawyer, breaks
):
    """Each view that takes words says so, for the request as a whole is in the report too."""
    opening, code = request_emergency(witness, justification=DANGER, fields=["full_names"], actor=lawyer)
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    open_identity(opening, opening_code=code, actor=lawyer)
    other = Custodian.objects.get(user=custodians[1])
    breaks()
    for user, name, arguments, form in (
        (custodians[2], "review", [opening.pk], {"found": "justified", "reason": WHY}),
        (custodians[2], "lost", [other.pk], {"reason": WHY, "confirmation": "custodian_b"}),
        (custodians[2], "remove", [other.pk], {"reason": WHY, "confirmation": "custodian_b"}),
        (
            lawyer,
            "dependences",
            [case.pk, witness.pk],
            {"item": told.reference, "tie": "shows", "note": WHY},
        ),
        (lawyer, "depend_item", [told.pk], {"pseudonym": witness.pseudonym, "tie": "shows", "note": WHY}),
    ):
        address = reverse(f"witnesses:{name}", args=arguments)
        request = RequestFactory().post(address, form)
        request.user = user
        view = resolve(address)
        report = report_of(partial(view.func, request, *view.args, **view.kwargs), request)
        assert "Inventedreason" not in report, name


def test_facts_and_columns_do_not_print_what_people_said():
    withdrawal = WithdrawalFacts(Purpose.values, read_date("1405"), "call", CONDITIONS)
    line = SideLine(Line(1, WHY), None, "")
    column = Column(None, (), None, (line,))
    said = repr([consent_facts(), withdrawal, line, column])
    assert [one for one in (CONDITIONS, TAKEN_BY, WHY) if one in said] == []


def test_no_part_of_an_open_identity_prints_itself():
    """Whoever takes it apart holds rows, lists and texts: a report with every local variable prints none of them."""
    opened = read_identity(identity_bytes(IDENTITY), version=1, fields=FIELDS)

    def take_apart():
        fields = opened.fields
        rows = fields["contacts"]
        row, names, born = rows[0], fields["full_names"], fields["date_of_birth"]
        word = row["text"]
        picture = fields["photograph"]
        first = opened.full_names[0]
        assert rows, (row, names, born, word, picture, first)
        raise Broken

    with pytest.raises(Broken) as caught:
        take_apart()
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert traces("".join(report.format()).encode(), CANARIES) == []
    assert opened.text("date_of_birth") == IDENTITY.date_of_birth
    assert json.loads(json.dumps(opened.fields["kin"]))[0]["text"] == "Farhadgoli"
