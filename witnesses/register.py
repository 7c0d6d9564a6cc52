"""Registering a witness: the server seals what it cannot open."""

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.models import Case
from witnesses.custodians import keys_for_sealing
from witnesses.identity import IdentityFacts, identity_bytes
from witnesses.models import Witness
from witnesses.pseudonyms import new_pseudonym
from witnesses.recovery.seals import kit_facts
from witnesses.sealing import SUITE
from witnesses.versions import seal_version


@sensitive_variables()
def register_witness(*, case: Case, identity: IdentityFacts, actor: Actor) -> Witness:
    """Gives the witness a random pseudonym and seals the identity to the custodians' public keys.

    Raises NotPermitted, NotAMember, BadIdentity, and TooFewCustodians where no quorum could ever open the seal.
    Leaves no row behind. The log learns that a witness was registered, and nothing of who it is.
    """
    user = require_member(case, require(actor, "witnesses.register_witness"))
    content = identity_bytes(identity)
    with transaction.atomic():
        # One registration at a time per case, so that no two draw the same pseudonym.
        Case.objects.select_for_update(no_key=True).get(pk=case.pk)
        keys = keys_for_sealing()
        witness = Witness.objects.create(case=case, pseudonym=_free_pseudonym(), registered_by=user)
        sealed = seal_version(witness, content, version=1, keys=keys, by=user)
        log.append(
            Action.WITNESS_REGISTERED,
            subject=witness,
            actor=actor,
            facts={
                "sealed_identity": str(sealed.pk),
                "version": 1,
                "suite": SUITE,
                "threshold": sealed.threshold,
                "custodian_keys": [str(key.pk) for key in keys],
                **kit_facts(sealed),
            },
            case_id=case.pk,
        )
    return witness


def _free_pseudonym() -> str:
    # Unused in every case, not in this one alone: a chance repeat would look like the same person.
    while True:
        pseudonym = new_pseudonym()
        if not Witness.objects.filter(pseudonym=pseudonym).exists():
            return pseudonym
