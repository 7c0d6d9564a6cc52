"""Correcting an identity: a new version beside the old ones, typed anew, for the server can show none of them."""

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.private import sealed
from cases.access import require_member
from cases.models import Case
from witnesses.custodians import keys_for_sealing
from witnesses.deciding import checked_reason
from witnesses.identity import IdentityFacts, identity_bytes
from witnesses.models import Revision, SealedIdentity, Witness
from witnesses.recovery.seals import kit_facts
from witnesses.sealing import SUITE
from witnesses.searching import READ
from witnesses.versions import next_version, seal_version
from witnesses.weighing import require_wide


@sensitive_variables()
def revise_identity(
    witness: Witness, *, identity: IdentityFacts, reason: str, actor: Actor
) -> SealedIdentity:
    """Seals a new version to the custodians of today, with public keys alone; every older version stays as it is.

    Requests that are open go on showing the version that they were made for. Raises NotPermitted, NotAMember,
    BadIdentity, ReasonMissing, TooFewCustodians, SmallGroup. Leaves no row behind.
    """
    user = require_member(witness.case, require(actor, READ))
    reason, content = checked_reason(reason), identity_bytes(identity)
    with transaction.atomic():
        # One correction at a time, so that no two become the same version.
        Case.objects.select_for_update(no_key=True).get(pk=witness.case_id)
        require_wide(witness, [reason], actor=user)
        keys = keys_for_sealing()
        made = seal_version(witness, content, version=next_version(witness), keys=keys, by=user)
        revision = Revision.objects.create(sealed_identity=made, reason=reason, salt=new_salt())
        log.append(
            Action.IDENTITY_REVISED,
            subject=witness,
            actor=actor,
            facts={
                "sealed_identity": str(made.pk),
                "version": made.version,
                "suite": SUITE,
                "threshold": made.threshold,
                "custodian_keys": [str(key.pk) for key in keys],
                **kit_facts(made),
                "revision": str(revision.pk),
                "reason": sealed(revision, "reason"),
            },
            case_id=witness.case_id,
        )
    return made
