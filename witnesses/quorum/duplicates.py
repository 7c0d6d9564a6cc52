"""Looking for one person under two pseudonyms: by quorum, in memory, and shown once to whoever asked.

There is no index of names to ask, and there must be none. So the newest identity of each witness is opened, compared
with the others and let go; what stays is how many were compared and how many pairs were shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.sequencing import sequence_pending
from cases.models import Case
from witnesses.custodians import acting_custodian
from witnesses.errors import NothingToGather
from witnesses.leaks.pairs import Pair, Pairing
from witnesses.models import QuorumPurpose, QuorumSession, SealedIdentity
from witnesses.quorum.beginning import begin_session
from witnesses.quorum.opened import OpenedIdentities, opened_identities
from witnesses.sealed import SealedText


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison gave: pairs labelled by pseudonym, and how many identities could not be opened."""

    pairs: list[Pair]
    compared: int
    unopened: int


def ask_for_duplicates(
    *, references: Sequence[str], reason: str, actor: Actor
) -> tuple[QuorumSession, SealedText]:
    """Asks the custodians to let identities be compared: of the cases with these references, or of all.

    Raises what `begin_session` raises, and NothingToGather where a case is unknown or fewer than two witnesses are
    covered.
    """
    acting_custodian(actor)
    known = Case.objects.filter(reference__in=references).values_list("reference", flat=True)
    if unknown := sorted(set(references) - set(known)):
        raise NothingToGather(
            _("There is no case %(references)s. Name cases by their references.")
            % {"references": ", ".join(unknown)}
        )
    identities = newest_identities(references)
    if len(identities) < 2:
        raise NothingToGather(_("There are not two witnesses to compare in what was named."))
    return begin_session(QuorumPurpose.DUPLICATES, identities, reason=reason, actor=actor)


def newest_identities(references: Sequence[str]) -> list[SealedIdentity]:
    """The newest living identity of each witness, of the cases with these references or of all."""
    living = SealedIdentity.objects.living().select_related("witness__case").defer("ciphertext")
    if references:
        living = living.filter(witness__case__in=Case.objects.filter(reference__in=references))
    newest = {one.witness_id: one for one in living.order_by("witness_id", "version")}
    return list(newest.values())


@sensitive_variables()
def compare_identities(session: QuorumSession, *, code: str, actor: Actor) -> Compared:
    """Spends the session, compares, logs how many pairs there are, and returns them; they are kept nowhere.

    The entry is in the log's tree before the pairs are returned. Raises what `opened_identities` raises.
    """
    purpose, action = QuorumPurpose.DUPLICATES, Action.IDENTITIES_COMPARED
    with opened_identities(session, code=code, actor=actor, purpose=purpose, action=action) as identities:
        pairs = _pairs(identities)
        unopened = len(identities.unopened)
    told = Compared(pairs, len(identities.identities) - unopened, unopened)
    with transaction.atomic(durable=True):
        log.append(
            Action.DUPLICATES_SHOWN,
            subject=session,
            actor=actor,
            facts={"pairs": len(told.pairs), "compared": told.compared, "unopened": told.unopened},
        )
    sequence_pending(wait=True)
    return told


@sensitive_variables()
def _pairs(identities: OpenedIdentities) -> list[Pair]:
    pairing = Pairing()
    try:
        for row, opened in identities:
            pairing.add(row.witness.pseudonym, opened)
        return pairing.pairs()
    finally:
        pairing.forget()
