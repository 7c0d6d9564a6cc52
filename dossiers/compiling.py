"""Compiles a dossier: payload, one transaction that says what was packed, proof from the log, hand-over.

The order is the promise. The payload lies durable before the transaction that names it; the transaction is in the
signed log before anything is visible; what is visible is whole. Where it does not stay here, custody says that it went
out before it is visible.
"""

from contextlib import ExitStack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.canonical import Json
from audit.errors import DomainError
from audit.models import Checkpoint
from audit.paper.press import Press
from cases.access import require_member
from cases.models import Case
from dossiers.bag import Bag
from dossiers.consent import items_of_case, note_missing, require_consent
from dossiers.dead_runs import end_dead_runs
from dossiers.disclosure import pack
from dossiers.errors import ConsentMissing, NarrowsWitnesses
from dossiers.exhibits import number_exhibits
from dossiers.handout import let_out
from dossiers.leaks.errors import NotLookedThrough
from dossiers.leaks.gate import hold_cases, note_not_looked, require_it_stays
from dossiers.leaks.gathering import Gathering
from dossiers.leaks.standing import concerns
from dossiers.log_proof import prove_dossier
from dossiers.models import Dossier
from dossiers.narrowing import require_as_confirmed
from dossiers.packaging import write_payload, write_tags
from dossiers.receivers import Receiver
from dossiers.requests import COMPILE, begin, mark_failed, mark_ready, request_dossier
from dossiers.sinks import Sink
from dossiers.withholding import withhold


def compile_dossier(
    case: Case,
    *,
    purpose: str,
    sink: Sink,
    actor: User,
    recipient: str | None = None,
    receiver: Receiver | None = None,
    narrowing_reason: str = "",
) -> Dossier:
    """Ask for a dossier and compile it at once into `sink`.

    Raises what `request_dossier` raises, before any row, and what `compile_into` raises, after the dossier's row
    says `failed` with the reason.
    """
    end_dead_runs()
    dossier = request_dossier(
        case,
        purpose=purpose,
        recipient=recipient,
        receiver=receiver,
        narrowing_reason=narrowing_reason,
        actor=actor,
    )
    return compile_into(dossier, sink=sink, actor=actor)


def compile_into(dossier: Dossier, *, sink: Sink, actor: User) -> Dossier:
    """Compile a requested dossier. On any failure the sink is abandoned and the row says `failed` and why.

    The actor's right and the witnesses' consent are asked for again, at the beginning, in the transaction that says
    what was packed, and in the one that lets it out: a request can wait, and a run takes long. Where names have to be
    looked for, it must stay here first. Raises NotPermitted, NotAMember, ConsentMissing, NarrowsWitnesses,
    NotLookedThrough, ExhibitBroken, DossierNotWritten, CustodyUnwritten, DossierBusy, FontsMissing, and what the vault
    and the log raise.
    """
    begin(dossier)
    try:
        _require_right(dossier, actor)
        _settle_consent(dossier, actor)
        require_as_confirmed(dossier)
        require_it_stays(dossier, sink)
        sink.begin(dossier.name)
        checkpoint = _write(dossier, sink=sink, actor=actor)
        if not sink.stays:
            _let_out(dossier, sink, actor=actor)
        archive = sink.finish()
    except BaseException as error:
        # Also for an interrupt: whatever ends the run, nothing half-made stays and the row tells.
        sink.abandon()
        if isinstance(error, ConsentMissing):
            note_missing(error, subject=dossier, case=dossier.case, actor=actor)
        if isinstance(error, NotLookedThrough):
            note_not_looked(error, subject=dossier, case=dossier.case, actor=actor)
        mark_failed(dossier, reason=reason_of(error), kind=type(error).__name__, actor=actor)
        raise
    mark_ready(dossier, checkpoint=checkpoint, archive=archive)
    return dossier


def _write(dossier: Dossier, *, sink: Sink, actor: User) -> Checkpoint:
    """Everything up to the moment before the dossier becomes visible."""
    press = Press()
    number_exhibits(dossier.case, actor=actor)
    with ExitStack() as stack:
        gathering = stack.enter_context(Gathering()) if concerns(dossier) else None
        bag = stack.enter_context(Bag(sink, heard=gathering.paper if gathering else None))
        contents = write_payload(dossier, bag, press)
        write_tags(dossier, bag)
        sink.settle()
        items = [UUID(exhibit["item"]) for exhibit in contents.exhibits]
        if gathering:
            gathering.originals(dossier)
            package = bytes.fromhex(bag.tags["manifest-sha256.txt"].sha256)
            gathering.finish(dossier, package=package, actor=actor)
        _commit(dossier, bag, items, sink=sink, actor=actor)
        proof = prove_dossier(dossier, items, actor=actor)
        for path, content in sorted(proof.files.items()):
            bag.add_tag(path, content)
        bag.add_tag_manifests()
    return proof.checkpoint


def _require_right(dossier: Dossier, actor: User) -> None:
    # Read again: what this process remembers of a user's role may be older than the withdrawal of it.
    now = User.objects.get(pk=actor.pk)
    require_member(dossier.case, require(now, COMPILE))


def _settle_consent(dossier: Dossier, actor: User) -> None:
    """Before the long work: what stays behind is recorded, or the dossier is refused."""
    if dossier.leave_out:
        withhold(dossier, actor=actor)
    else:
        require_consent(
            dossier.case, items_of_case(dossier.case), destination=dossier.destination, user=actor
        )


def _commit(dossier: Dossier, bag: Bag, items: list[UUID], *, sink: Sink, actor: User) -> None:
    """What was packed, the dossier's digest and the compile entry: all of them or none."""
    with transaction.atomic():
        _require_right(dossier, actor)
        hold_cases(dossier)
        pack(dossier, items, actor=actor)
        # After the packing, which holds the rows of all items: nothing that is recorded of them now comes too late.
        require_consent(dossier.case, items, destination=dossier.destination, user=actor, lock=True)
        require_as_confirmed(dossier)
        require_it_stays(dossier, sink)
        manifest = bag.tags["manifest-sha256.txt"].sha256
        Dossier.objects.filter(pk=dossier.pk).update(payload_manifest_sha256=bytes.fromhex(manifest))
        facts: dict[str, Json] = {
            "number": dossier.number,
            "exhibits": len(items),
            "payload_manifest": f"sha256:{manifest}",
            "bag_info": f"sha256:{bag.tags['bag-info.txt'].sha256}",
            "verifier": f"sha256:{bag.tags['verify.py'].sha256}",
        }
        log.append(
            Action.DOSSIER_COMPILED, subject=dossier, actor=actor, facts=facts, case_id=dossier.case_id
        )


def _let_out(dossier: Dossier, sink: Sink, *, actor: User) -> None:
    """The package leaves as it is finished: what could be taken back since it was packed is asked for once more."""

    def still_may(package: Dossier) -> None:
        _require_right(package, actor)
        require_as_confirmed(package)
        require_it_stays(package, sink)

    let_out(dossier, gate=still_may, actor=actor)


def reason_of(error: BaseException) -> str:
    """What is kept of a failure, for everybody who may see the dossier.

    Which witnesses stand in the way was told to the actor alone: some can be of cases that another reader has no part
    in, whose page says it to each by what they may see.
    """
    if isinstance(error, ConsentMissing):
        return _(
            "Witnesses did not consent to what this dossier would do, or took it back, so nothing was handed over. "
            "“What may go to whom” on the page of the dossiers says what stands in the way."
        )
    if isinstance(error, NarrowsWitnesses):
        return _(
            "What would go out narrows pseudonyms in another way than was confirmed when the dossier was asked for. "
            "Ask for a new one."
        )
    if isinstance(error, DomainError):
        return str(error)
    return _(
        "The program broke off while it compiled this dossier. Nothing was handed over; ask for a new one."
    )
