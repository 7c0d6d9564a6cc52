"""What tests say of an invented danger; every text is one that nobody may find elsewhere."""

import datetime
from dataclasses import replace

from cases.dating import read_date
from witnesses.assessing import MeasureFacts, RiskFacts
from witnesses.consent_state import today
from witnesses.referring import ReferralFacts
from witnesses.threats import ThreatFacts

GROUNDS = "The uncle Bahmanzad was asked about her by two men"
MEASURE = "A room with the family Golrizan"
BY_WHOM = "Office Khorramabadi"
WHAT = "They took the shop of the brother Siyavashan"
PLACE = "Quarter Mahallezad"
KNOWN = "The aunt Farangisian called"
DONE = "A lawyer Dadgaran was found"
CLINIC = "Clinic Darmangahi"
HELP_NOTE = "She asked for a woman Pezeshkian"
# What a seal takes, where its writer chooses one.
SEALED_TEXTS = (GROUNDS, MEASURE, BY_WHOM, WHAT, PLACE, KNOWN, DONE)
TEXTS = (*SEALED_TEXTS, CLINIC, HELP_NOTE)

IN_A_MONTH = today() + datetime.timedelta(days=30)
RISK = RiskFacts(
    to_witness="moderate",
    to_family="high",
    to_third="not_known",
    contact="safe_way",
    disclosure="consented",
    due_on=IN_A_MONTH,
    grounds=GROUNDS,
    sealed=False,
    threats=("summons", "surveillance"),
    measures=(MeasureFacts("move", MEASURE, BY_WHOM, IN_A_MONTH),),
)
THREAT = ThreatFacts(
    kind="seizure",
    against="family",
    what=WHAT,
    sealed=False,
    happened=read_date("Azar 1404"),
    place=PLACE,
    known_how=KNOWN,
    answered_by=DONE,
)
SEALED_RISK = replace(RISK, sealed=True)
SEALED_THREAT = replace(THREAT, sealed=True)
HELP = ReferralFacts("medical", CLINIC, today(), "accepted", HELP_NOTE)
