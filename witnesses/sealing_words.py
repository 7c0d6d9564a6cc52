"""Sealing words about a witness to the custodians, as a further record beside the identity."""

from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit.canonical import Json
from witnesses.custodians import keys_for_sealing
from witnesses.models import SealedIdentity, Witness
from witnesses.recovery.seals import kit_facts
from witnesses.sealing import SUITE
from witnesses.versions import next_version, seal_version


@sensitive_variables()
def seal_words(witness: Witness, content: bytes, *, part: str, by: User) -> SealedIdentity:
    """The content as the next version of this part, sealed with public keys alone. The caller holds the case's lock.

    Raises TooFewCustodians where no quorum could ever open it, and KeysDoNotMatch.
    """
    version = next_version(witness, part=part)
    return seal_version(witness, content, version=version, keys=keys_for_sealing(), by=by, part=part)


def seal_facts(record: SealedIdentity) -> dict[str, Json]:
    """What the log says of a seal: to which keys, how many of them open it, and which kit does."""
    return {
        "sealed_identity": str(record.pk),
        "suite": SUITE,
        "threshold": record.threshold,
        "custodian_keys": [str(share.custodian_key_id) for share in record.key_shares.order_by("index")],
        **kit_facts(record),
    }
