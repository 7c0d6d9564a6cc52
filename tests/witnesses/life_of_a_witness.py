"""Run in a process of its own: a witness is registered, opened and sealed anew, then the power fails."""

import logging
import os
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from accounts.roles import Role  # noqa: E402
from accounts.users import create_user  # noqa: E402
from audit.actors import SystemActor  # noqa: E402
from cases.dating import read_date  # noqa: E402
from cases.membership import open_case  # noqa: E402
from tests.witnesses.conftest import IDENTITY, NOTE, PASSPHRASES, PLANNED, REASON, let_in  # noqa: E402
from tests.witnesses.consents import CONDITIONS, consent_facts  # noqa: E402
from tests.witnesses.dangers import GROUNDS, SEALED_RISK, SEALED_THREAT, WHAT  # noqa: E402
from witnesses.asking import request_danger, request_note  # noqa: E402
from witnesses.assessing import assess_risk  # noqa: E402
from witnesses.consent_printing import print_consent  # noqa: E402
from witnesses.consent_state import current_consent  # noqa: E402
from witnesses.consent_words import Purpose  # noqa: E402
from witnesses.consenting import record_consent  # noqa: E402
from witnesses.enrolling import enrol_custodian  # noqa: E402
from witnesses.identity import FIELDS  # noqa: E402
from witnesses.interviewing import open_interview  # noqa: E402
from witnesses.noting import NoteFacts, write_note  # noqa: E402
from witnesses.opening import approve, open_identity, request_opening, withdraw  # noqa: E402
from witnesses.quorum.approving import approve_session  # noqa: E402
from witnesses.quorum.resealing import begin_resealing, reseal_identities  # noqa: E402
from witnesses.register import register_witness  # noqa: E402
from witnesses.revising import revise_identity  # noqa: E402
from witnesses.threats import record_threat  # noqa: E402
from witnesses.withdrawing import WithdrawalFacts, withdraw_consent  # noqa: E402

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
for name in list(logging.Logger.manager.loggerDict):
    logging.getLogger(name).setLevel(logging.DEBUG)
call_command("migrate", verbosity=0)


def hire(username, role):
    return create_user(
        username=username,
        full_name=username.title(),
        role=role,
        password="correct horse battery staple",
        actor=SystemActor("set-up"),
    )


lawyer = hire("laleh", Role.LAWYER)
custodians = [hire(name, Role.CUSTODIAN) for name in PASSPHRASES]
for user in custodians:
    enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
case = open_case(reference="DK-1988-01", title="Gohardasht", actor=lawyer)
witness = register_witness(case=case, identity=IDENTITY, actor=lawyer)
revise_identity(witness, identity=IDENTITY, reason="Typed anew", actor=lawyer)
record_consent(witness, facts=consent_facts(), actor=lawyer)
for consent in (None, current_consent(witness)):
    assert print_consent(witness, consent, language="fa", actor=lawyer).content
withdraw_consent(
    witness, facts=WithdrawalFacts(Purpose.values, read_date("1405"), "call", CONDITIONS), actor=lawyer
)
for ends in ("opened", "withdrawn"):
    opening, code = request_opening(witness, reason=REASON, fields=FIELDS, actor=lawyer)
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    if ends == "opened":
        assert open_identity(opening, opening_code=code, actor=lawyer).full_names
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()
    else:
        withdraw(opening, actor=lawyer)
fourth = hire("daryush", Role.CUSTODIAN)
enrol_custodian(fourth, passphrase=PASSPHRASES["custodian_a"][::-1], actor=fourth)
let_in(fourth, by=custodians[:2])
session, code = begin_resealing(reason="Another custodian came", actor=fourth)
for user in custodians[:2]:
    approve_session(session, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
assert reseal_identities(session, code=code, actor=fourth).done == 2
opening, code = request_opening(witness, reason=REASON, fields=FIELDS, actor=lawyer)
for user in custodians[1:]:
    approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
assert open_identity(opening, opening_code=code, actor=lawyer).full_names
interview = open_interview(witness, facts=PLANNED, earlier_seen=0, actor=lawyer)
note = write_note(interview, facts=NoteFacts(NOTE, sealed=True), actor=lawyer)
opening, code = request_note(note, reason=REASON, actor=lawyer)
for user in custodians[:2]:
    approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
assert open_identity(opening, opening_code=code, actor=lawyer).text("note") == NOTE
assessed = assess_risk(witness, facts=SEALED_RISK, last_seen=0, actor=lawyer)
happened = record_threat(witness, facts=SEALED_THREAT, actor=lawyer)
for words, name, said in ((assessed.words, "grounds", GROUNDS), (happened.words, "what", WHAT)):
    opening, code = request_danger(words, reason=REASON, actor=lawyer)
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    assert open_identity(opening, opening_code=code, actor=lawyer).text(name) == said
os._exit(0)
