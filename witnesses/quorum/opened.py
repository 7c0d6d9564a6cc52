"""The identities that a package is searched for, held in memory for one check of a package and shown to nobody."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from audit.actions import Action
from audit.actors import Actor
from audit.sequencing import sequence_pending
from cases.models import Case
from witnesses.errors import SealBroken
from witnesses.identity import FIELDS, OpenedIdentity, read_identity
from witnesses.models import QuorumPurpose, QuorumSession, QuorumState, SealedIdentity
from witnesses.quorum.beginning import begin_session
from witnesses.quorum.ending import end_session
from witnesses.quorum.gathered import Gathered, gather
from witnesses.sealed import SealedText
from witnesses.sought import Sought, sought_for


class OpenedIdentities:
    """Gives each identity in turn, open, with its row. What cannot be opened is counted in `unopened`, by its row.

    Nothing open is kept here: an identity that the caller lets go of is gone.
    """

    def __init__(self, identities: Sequence[SealedIdentity], gathered: Gathered) -> None:
        self.identities = identities
        self.unopened: list[SealedIdentity] = []
        self._gathered = gathered

    def __repr__(self) -> str:
        return "<sealed>"

    @sensitive_variables()
    def __iter__(self) -> Iterator[tuple[SealedIdentity, OpenedIdentity]]:
        self.unopened = []
        for identity in self.identities:
            try:
                content = self._gathered.content_of(_with_its_bytes(identity))
                opened = read_identity(content, version=identity.version, fields=FIELDS)
            except SealBroken:
                self.unopened.append(identity)
                continue
            yield identity, opened


def ask_for_leak_check(
    case: Case, *, items: Collection[UUID] = (), reason: str, actor: Actor
) -> tuple[QuorumSession, SealedText]:
    """Asks the custodians to let identities be held in memory once: all that `sought_for` says of case and items.

    The session is of `case` alone, for its members ask and carry out. See `begin_session`.
    """
    identities = identities_of(sought_for(case, items))
    return begin_session(QuorumPurpose.LEAK_CHECK, identities, reason=reason, actor=actor, case=case)


def identities_of(sought: Sought) -> list[SealedIdentity]:
    """Every identity that is looked for, without its bytes."""
    return list(
        sought.living()
        .select_related("witness__case")
        .defer("ciphertext")
        .order_by("witness__pseudonym", "version")
    )


def _with_its_bytes(identity: SealedIdentity) -> SealedIdentity:
    # One at a time: with photographs, the sealed bytes of a large case would fill the memory.
    return SealedIdentity.objects.select_related("witness").get(pk=identity.pk)


@contextmanager
@sensitive_variables()
def opened_identities(
    session: QuorumSession,
    *,
    code: str,
    actor: Actor,
    purpose: QuorumPurpose = QuorumPurpose.LEAK_CHECK,
    action: Action = Action.IDENTITIES_HELD,
) -> Iterator[OpenedIdentities]:
    """Surrounds one act: `with opened_identities(session, code=…, actor=…) as identities: for row, opened in …`.

    It is the one that was approved, of `purpose`, and is logged as `action`; a leak check where none is named.

    The session is spent, its key and shares erased, and the entry committed and in the log's tree before anything is
    open; of two at once, one gets it. A crash after that spends the session and leaves nothing: ask again. Raises
    what `gather` raises. Whoever calls reports `identities.unopened` as not looked for.
    """
    gathered = gather(session, purpose=purpose, code=code, actor=actor)
    covered = list(
        SealedIdentity.objects.filter(sessions__session=session)
        .select_related("witness__case")
        .defer("ciphertext")
        .order_by("witness__pseudonym", "version")
    )
    try:
        with transaction.atomic(durable=True):
            end_session(
                session,
                QuorumState.DONE,
                action=action,
                actor=actor,
                facts={"identities": len(covered)},
                came_from=(QuorumState.APPROVED,),
            )
        sequence_pending(wait=True)
        yield OpenedIdentities(covered, gathered)
    finally:
        gathered.forget()
