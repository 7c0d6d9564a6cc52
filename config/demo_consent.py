"""The demo's consent: an exhibit that rests on the witness stays here until the witness agrees to who receives it."""

from cases.dating import read_date
from cases.models import Case
from config.demo_cast import Cast
from config.demo_dossier import PURPOSE, RECEIVER
from config.demo_story import Story
from dossiers.errors import ConsentMissing
from dossiers.requests import request_dossier
from evidence.models import EvidenceItem
from evidence.vocabulary import Language
from witnesses.consent_words import Answer, ConsentForm, ConsentGiver, ConsentMethod, Purpose
from witnesses.consenting import ConsentFacts, record_consent
from witnesses.depending import declare_dependence
from witnesses.models import Tie, Witness

_CASSETTE = "cassette-side-a.mp3"
_AGREED = (Purpose.STORE, Purpose.ANALYSE, Purpose.ANY_UJ_AUTHORITY)


def ask_the_witness(case: Case, cast: Cast, story: Story) -> None:
    """Tie an exhibit to the witness, have a dossier refused for it, and record what the witness agrees to."""
    witness = Witness.objects.filter(case=case, registered_by=cast.paralegal).earliest("registered_at")
    if witness.consents.exists():
        story.say("What the witness agreed to was recorded in an earlier run.")
        return
    cassette = EvidenceItem.objects.filter(cases=case, original_name=_CASSETTE).earliest("received_at")
    if not witness.dependences.exists():
        declare_dependence(witness, cassette, tie=Tie.SOURCE, actor=cast.paralegal)
    story.say(f"{cassette.reference} came from the witness: it leaves in no dossier without their consent.")
    try:
        request_dossier(case, purpose=PURPOSE, receiver=RECEIVER, actor=cast.lawyer)
    except ConsentMissing:
        story.say("A dossier for a prosecutor was refused, and the refusal is in the log.")
    record_consent(witness, facts=_facts(), actor=cast.paralegal)
    story.say(
        "The witness agreed to share it with any authority that investigates such crimes, and to nothing public."
    )


def _facts() -> ConsentFacts:
    answers = dict.fromkeys(Purpose.values, Answer.NO.value) | {
        purpose.value: Answer.YES.value for purpose in _AGREED
    }
    return ConsentFacts(
        answers=answers,
        given=read_date("Mehr 1404"),
        form=ConsentForm.C1,
        language=Language.PERSIAN,
        method=ConsentMethod.SIGNED,
        given_by=ConsentGiver.WITNESS,
        taken_by="The demo's paralegal",
    )
