"""Run as a module in the demo's house: what the sample case has none of, so that no page of danger and help is empty."""

import django

django.setup()

from collections.abc import Callable  # noqa: E402
from datetime import timedelta  # noqa: E402

from accounts.models import User  # noqa: E402
from cases.dating import read_date  # noqa: E402
from cases.models import Case, Place  # noqa: E402
from cases.small_groups import SmallGroup  # noqa: E402
from config.demo_witness import IDENTITY  # noqa: E402
from evidence.models import EvidenceItem  # noqa: E402
from witnesses.assessing import MeasureFacts, RiskFacts, assess_risk  # noqa: E402
from witnesses.consent_state import today  # noqa: E402
from witnesses.grouping import GroupFacts, record_group  # noqa: E402
from witnesses.models import Witness  # noqa: E402
from witnesses.quorum.duplicates import ask_for_duplicates  # noqa: E402
from witnesses.referring import ReferralFacts, record_referral  # noqa: E402
from witnesses.register import register_witness  # noqa: E402
from witnesses.threats import ThreatFacts, record_threat  # noqa: E402


def confirmed(act: Callable[[User], object], lawyer: User) -> None:
    """The sample case says so much of its witnesses that little narrows them; whoever writes on confirms it."""
    try:
        act(lawyer)
    except SmallGroup as asked:
        act(lawyer.confirming(asked.code.split(".")))


def endanger(witness: Witness, lawyer: User) -> None:
    """Assessed, then something happened, in words plain and sealed; and help was offered."""
    write_of_danger(witness, lawyer, seen=0, sealed=False)
    write_of_danger(witness, lawyer, seen=1, sealed=True)
    offer = ReferralFacts("legal", "An invented office for counsel", today())
    confirmed(lambda by: record_referral(witness, facts=offer, actor=by), lawyer)


def write_of_danger(witness: Witness, lawyer: User, *, seen: int, sealed: bool) -> None:
    due = today() + timedelta(days=30)
    measure = MeasureFacts(
        "route", "Only through the association (invented)", by_whom="Paris desk", until=due
    )
    risk = RiskFacts(
        *("moderate", "high", "not_known", "safe_way", "consented"),
        due,
        "Her brother was summoned in spring (invented)",
        sealed,
        threats=("summons", "calls"),
        measures=(measure,),
    )
    confirmed(lambda by: assess_risk(witness, facts=risk, last_seen=seen, actor=by), lawyer)
    item = EvidenceItem.objects.filter(cases=witness.case).earliest("received_at")
    threat = ThreatFacts(
        *("visit", "family", "Two men stood before the house until night (invented)"),
        sealed,
        read_date("late Mordad 1405"),
        place="تهران",
        known_how="Her sister saw them",
        items=(item.pk,),
    )
    confirmed(lambda by: record_threat(witness, facts=threat, actor=by), lawyer)


if __name__ == "__main__":
    case = Case.objects.earliest("opened_at")
    lawyer = User.objects.get(username="lawyer")
    # The same invented person a second time, so that there is somebody to compare.
    register_witness(case=case, identity=IDENTITY, actor=lawyer)
    for witness in Witness.objects.filter(case=case):
        endanger(witness, lawyer)
    record_group(
        case,
        facts=GroupFacts(
            Place.objects.filter(uses__case=case)[0], 1987, 1988, 120, "An invented association", ward="8"
        ),
        actor=lawyer,
    )
    custodian = User.objects.get(username="custodian2")
    ask_for_duplicates(references=(), reason="Somebody may have been asked twice", actor=custodian)
