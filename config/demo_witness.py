"""The demo's witness: a pseudonym that everybody on the case sees, and an identity that only a quorum opens."""

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.errors import Broken
from cases.models import Case
from config.demo_cast import Cast, Secrets
from config.demo_story import Story
from witnesses.identity import IdentityFacts, OpenedIdentity, SealedName
from witnesses.models import OpeningState, Witness
from witnesses.opening import approve, open_identity, request_opening
from witnesses.register import register_witness


class IdentityDiffers(Broken):
    """What came out of the seal is not what went in."""


# Not a real person. Written here in clear so that a test can look for every word of it wherever it must not be.
IDENTITY = IdentityFacts(
    full_names=(
        SealedName("گلچهرهٔ ساختگی‌نژاد", script="fa"),
        SealedName("Golchehreh Sakhteginejad", script="latin"),
    ),
    date_of_birth="30 Esfand 1341 (invented)",
    contacts="golchehreh@nowhere.invalid",
    kin="Sister: Mahlagha Sakhteginejad (invented)",
    documents="Invented identity card 000-000000-0",
    how_to_reach_safely="Through the association, never by telephone (invented)",
)
_ASKED_FOR = ("full_names",)
_REASON = "Demonstration: to see that a quorum can open what was sealed"
_SECONDS = 30


@sensitive_variables()
def seal_and_open_once(case: Case, cast: Cast, known: Secrets, story: Story) -> None:
    """Register the witness, and let two custodians open the identity one time, unless both were done before."""
    witness = (
        Witness.objects.filter(case=case, registered_by=cast.paralegal).order_by("registered_at").first()
    )
    if witness is None:
        witness = register_witness(case=case, identity=IDENTITY, actor=cast.paralegal)
        story.say(
            "The paralegal registered an invented witness. The server sealed what it cannot open itself."
        )
    story.say(f"In this case the witness is {witness.pseudonym}, a random pseudonym.")
    if witness.openings.filter(state=OpeningState.OPENED).exists():
        story.say("The identity was opened once, in an earlier run; that is in the log.")
        return
    opened = _open(witness, cast, known, story)
    if not _matches(opened):
        raise IdentityDiffers(
            _(
                "The identity that opened is not the one that the demo sealed. Verify the log, then the backups."
            )
        )
    story.say(
        "It was opened once, to the lawyer alone: the name matches what was sealed. It is not shown here."
    )


@sensitive_variables()
def _open(witness: Witness, cast: Cast, known: Secrets, story: Story) -> OpenedIdentity:
    request, code = request_opening(
        witness, reason=_REASON, fields=_ASKED_FOR, seconds=_SECONDS, actor=cast.lawyer
    )
    story.say("The lawyer asked for the name, with a reason. Nobody can open it alone.")
    for custodian in cast.custodians[:2]:
        approve(
            request,
            passphrase=known.passphrases[custodian.username],
            reason="Demonstration",
            actor=custodian,
        )
        story.say(f"{custodian.full_name} approved, with a passphrase of their own.")
    return open_identity(request, opening_code=code, actor=cast.lawyer)


@sensitive_variables()
def _matches(opened: OpenedIdentity) -> bool:
    found = [(name.text, name.script) for name in opened.full_names]
    return found == [(name.text, name.script) for name in IDENTITY.full_names]
