"""Consents for tests: `answers(yes=[Purpose.STORE])`, everything else a no."""

from collections.abc import Collection
from typing import Any

from cases.dating import read_date
from evidence.vocabulary import Language
from witnesses.consent_words import Answer, ConsentForm, ConsentGiver, ConsentMethod, Purpose
from witnesses.consenting import ConsentFacts

PROSECUTOR = "Åklagarkammaren, Stockholm"
CONDITIONS = "Inventedcondition: only when her brother has left"
TAKEN_BY = "Inventedcolleague of the Paris desk"


def answers(*, yes: Collection[Purpose] = (), conditional: Collection[Purpose] = ()) -> dict[str, str]:
    """An answer to every purpose: those named, and a no to the rest."""
    said = dict.fromkeys(Purpose.values, Answer.NO.value)
    return (
        said
        | {one.value: Answer.YES.value for one in yes}
        | {one.value: Answer.CONDITIONAL.value for one in conditional}
    )


def consent_facts(**changes: Any) -> ConsentFacts:
    """A signed consent to everything, but for the changes."""
    usual: dict[str, Any] = {
        "answers": answers(yes=list(Purpose)),
        "given": read_date("Mehr 1403"),
        "form": ConsentForm.C1,
        "language": Language.PERSIAN,
        "method": ConsentMethod.SIGNED,
        "given_by": ConsentGiver.WITNESS,
        "taken_by": TAKEN_BY,
        "prosecutors": PROSECUTOR,
        "contact_by": "Inventedoffice",
        "conditions": CONDITIONS,
    }
    return ConsentFacts(**usual | changes)
