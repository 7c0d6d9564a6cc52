"""One version of an identity, sealed with public keys alone: the server can seal what it cannot open."""

import uuid
from collections.abc import Sequence

from django.db.models import Max
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from witnesses.bindings import held_share_binding, identity_binding
from witnesses.custodians import quorum
from witnesses.models import CustodianKey, KeyShare, SealedIdentity, Witness
from witnesses.models.witness import IDENTITY
from witnesses.recovery.seals import seal_to_kit
from witnesses.sealing import SUITE, new_data_key, seal_identity, seal_share
from witnesses.sharing import split


def next_version(witness: Witness, *, part: str = IDENTITY) -> int:
    """The number after the newest version of the identity, or of a note; the caller holds the lock of the case.

    Sealing anew takes numbers too, so a note's own version is not the one of its seal.
    """
    same = SealedIdentity.records.filter(witness=witness, part=part)
    newest: int | None = same.aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


@sensitive_variables()
def seal_version(
    witness: Witness,
    content: bytes,
    *,
    version: int,
    keys: Sequence[CustodianKey],
    by: User,
    part: str = IDENTITY,
    reseals: SealedIdentity | None = None,
) -> SealedIdentity:
    """Seals the content under a fresh key: a share of it to each custodian's key, the whole to the recovery kit.

    Two versions share nothing.
    """
    identity = SealedIdentity(
        id=uuid.uuid4(),
        witness=witness,
        part=part,
        version=version,
        suite=SUITE,
        threshold=quorum(),
        shares=len(keys),
        sealed_by=by,
        reseals=reseals,
    )
    data_key = new_data_key()
    sealed = seal_identity(content, key=data_key, binding=identity_binding(identity))
    identity.nonce, identity.ciphertext = sealed.nonce, sealed.ciphertext
    identity.save(force_insert=True)
    shares = split(data_key, threshold=identity.threshold, count=identity.shares)
    for share, key in zip(shares, keys, strict=True):
        KeyShare.objects.create(
            sealed_identity=identity,
            custodian_key=key,
            index=share.index,
            sealed_share=seal_share(
                share, public_key=bytes(key.public_key), binding=held_share_binding(identity, key)
            ),
        )
    seal_to_kit(identity, data_key)
    return identity
