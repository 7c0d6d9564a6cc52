"""One entry: its exact content, its place in the tree, its proof, and how to check it by hand."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.actions import Action
from audit.actors import Actor
from audit.checkpoints import latest_checkpoint, prove
from audit.commitments import find
from audit.entry_look import look_at
from audit.errors import NotInTree
from audit.fact_words import PEOPLE, label_of, people_in
from audit.faults import FaultKind
from audit.log import append
from audit.merkle import leaf_hash, verify_inclusion
from audit.models import Checkpoint, Entry
from audit.names import house_names, shown_names
from audit.proof_file import CHECK_KEY, CHECK_SIGNATURE, CHECK_TREE, proof_file
from audit.queries import find_entry
from audit.resolving import facts_of
from audit.sequencing import sequence_pending
from audit.shown import in_words
from audit.standing import signature_fits
from audit.verified import run_of
from audit.views.guard import reader, reviewer_required


@require_safe
@reviewer_required
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """One entry as a reader sees it, with its proof to the last checkpoint."""
    found = find_entry(request.user, entry_id)
    [shown] = in_words([found], house_names())
    facts = facts_of(found)
    breaks, oddities = look_at(found)
    context = {
        "row": shown,
        "entry": found,
        "body": bytes(found.body).decode(errors="backslashreplace"),
        "facts": json.dumps(facts, ensure_ascii=False, indent=2).encode(errors="backslashreplace").decode(),
        "private": [label_of(one.name) for one in find(facts)],
        "people": _people(facts),
        "run": run_of(found),
        "leaf_hash": bytes(found.leaf_hash).hex(),
        "index": found.leaf.index if hasattr(found, "leaf") else None,
        "breaks": breaks,
        "outside": any(one.kind is FaultKind.INSERTED for one in breaks),
        "oddities": oddities,
        "check_tree": CHECK_TREE,
        "check_signature": CHECK_SIGNATURE,
        "check_key": CHECK_KEY,
        **_proof(found),
    }
    return render(request, "audit/entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reviewer_required
def proof(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """The entry with its proof as one file; that it was taken is in the log before it leaves.

    Whoever had to sign in again comes here without having pressed anything, and is led back to the entry.
    """
    found = find_entry(request.user, entry_id)
    if request.method != "POST":
        return redirect("audit:entry", found.pk)
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        raise NotInTree(
            _("The log has not been signed yet, so there is nothing to prove this entry against.")
        )
    content = proof_file(found.pk, checkpoint)
    _record(found, checkpoint, actor=reader(request))
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="proof.json"'
    return answer


def _people(facts: Mapping[str, Any]) -> list[tuple[Any, str]]:
    named = people_in(facts)
    names = shown_names(set(named.values()))
    return [(PEOPLE[fact], names[actor]) for fact, actor in named.items()]


def _record(found: Entry, checkpoint: Checkpoint, *, actor: Actor) -> None:
    with transaction.atomic():
        append(Action.LOG_PROOF_TAKEN, subject=found, actor=actor, facts={"checkpoint_size": checkpoint.size})
    sequence_pending(wait=True)


def _proof(found: Entry) -> dict[str, Any]:
    """The path to the last checkpoint, and whether it leads there; or the reason why there is none."""
    checkpoint: Checkpoint | None = latest_checkpoint()
    if checkpoint is None:
        return {"checkpoint": None}
    try:
        [one] = prove([found.pk], checkpoint)
    except NotInTree:
        return {"checkpoint": checkpoint, "covered": False}
    except LookupError:  # the stored tree lacks what the path would be made of
        return {"checkpoint": checkpoint, "covered": True, "unproven": True}
    root = bytes(checkpoint.root)
    leads = verify_inclusion(one.index, checkpoint.size, leaf_hash(one.body), one.proof, root)
    fits = signature_fits(checkpoint)
    return {
        "checkpoint": checkpoint,
        "covered": True,
        "unproven": not leads or fits is False,
        "unchecked": fits is None,
        "root": root.hex(),
        "path": [step.hex() for step in one.proof],
    }
