"""Installing a kit: proposed by one custodian, confirmed by a quorum of them, who compare its words by voice.

Not an administrator's act, nor one person's: whoever could install a kit of their own would only have to wait.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.digits import in_digits
from witnesses.custodians import acting_custodian, quorum
from witnesses.models import KitInstallation, QuorumPurpose, QuorumSession, QuorumState, RecoveryKit
from witnesses.quorum.beginning import begin_session
from witnesses.quorum.drill import seal_test_record, test_record_opens
from witnesses.quorum.ending import end_session
from witnesses.quorum.gathered import gather
from witnesses.recovery.errors import BadKit
from witnesses.recovery.kit import PublicKit, read_kit
from witnesses.recovery.seals import public_kit
from witnesses.sealed import SealedText


@sensitive_variables()
def propose_kit(content: bytes, *, reason: str, actor: Actor) -> tuple[QuorumSession, SealedText]:
    """Asks the custodians to confirm the kit of this public file; returns the session with its code.

    Raises BadKitFile, BadKit where fewer sheets open it than an opening takes custodians, TooFewCustodians, and what
    `begin_session` raises.
    """
    proposed = read_kit(content)
    _require_threshold(proposed.threshold)
    with transaction.atomic():
        session, code = begin_session(QuorumPurpose.KIT, (), reason=reason, actor=actor)
        seal_test_record(session)
        kit = RecoveryKit.objects.create(
            session=session,
            public_key=proposed.public_key,
            threshold=proposed.threshold,
            shares=proposed.shares,
            made_at=proposed.made_at,
        )
        log.append(Action.KIT_PROPOSED, subject=session, actor=actor, facts=_facts(kit, proposed))
    return session, code


@sensitive_variables()
def install_kit(session: QuorumSession, *, code: str, actor: Actor) -> bool:
    """Makes the confirmed kit the one of today; whether the quorum's test record opened, without which it is not.

    Raises what `gather` raises, BadKit where an opening takes more custodians by now, and RequestClosed where the
    session ended meanwhile.
    """
    gathered = gather(session, purpose=QuorumPurpose.KIT, code=code, actor=actor)
    try:
        confirmed = test_record_opens(session, gathered)
    finally:
        gathered.forget()
    kit = session.recovery_kit
    _require_threshold(kit.threshold)
    with transaction.atomic():
        end_session(
            session,
            QuorumState.DONE if confirmed else QuorumState.FAILED,
            action=Action.KIT_INSTALLED if confirmed else Action.KIT_NOT_INSTALLED,
            actor=actor,
            facts={
                **_facts(kit, public_kit(kit)),
                "custodians": [str(one.custodian_id) for one in session.decisions.filter(approved=True)],
            },
            came_from=(QuorumState.APPROVED,),
        )
        if confirmed:
            KitInstallation.objects.create(session=session, installed_by=acting_custodian(actor).user)
    return confirmed


def _require_threshold(threshold: int) -> None:
    if threshold < quorum():
        raise BadKit(
            _(
                "This kit opens with %(sheets)s sheets, but an identity takes %(quorum)s custodians. Make another kit."
            )
            % {"sheets": in_digits(threshold), "quorum": in_digits(quorum())}
        )


def _facts(kit: RecoveryKit, public: PublicKit) -> dict[str, Json]:
    return {
        "kit": str(kit.pk),
        "fingerprint": public.fingerprint.hex(),
        "threshold": kit.threshold,
        "shares": kit.shares,
    }
