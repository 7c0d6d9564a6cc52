"""The auditor's pages. Every one of them asks for `audit.review_log`; a refusal is logged before its answer leaves."""

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.actions import Action
from audit.checkpoints import latest_checkpoint, prove
from audit.commitments import find
from audit.errors import NotAReviewer, NotInTree
from audit.fact_words import label_of
from audit.faults import LogReport
from audit.forms import FilterForm
from audit.log import Subject, append
from audit.models import Checkpoint, Entry, Unsequenced
from audit.names import shown_names
from audit.queries import COUNTED, count_up_to, find_entry, latest, matching, page_of
from audit.tiles import tree_size
from audit.verification import verify_log

View = Callable[..., HttpResponse]
PERMISSION = "audit.review_log"
_ACTIONS = {action.value: action for action in Action}
_LOG = Subject("audit.log", "log")


def reviewer_required(view: View) -> View:
    """Guard a view by the right to review the log. Raises NotAReviewer, which is logged before its answer leaves."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise NotAReviewer(_("Your role does not include reviewing the log. Ask an auditor."))
        return view(request, *args, **kwargs)

    guarded.permission = PERMISSION  # type: ignore[attr-defined]
    return guarded


@require_safe
@reviewer_required
def state(request: HttpRequest) -> HttpResponse:
    """The state of the log at a glance."""
    return render(request, "audit/state.html", _state(request))


@require_POST
@reviewer_required
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the log now, record that it was done, and show every fault."""
    report = verify_log()
    _record(report, request)
    return render(
        request, "audit/state.html", {**_state(request), "report": report, "faults": report.faults[:200]}
    )


@require_safe
@reviewer_required
def entries(request: HttpRequest) -> HttpResponse:
    """The entries, newest first, through the filters of the address."""
    form = FilterForm(request.GET)
    rows = matching(request.user, form.filters())
    page = page_of(rows, older_than=request.GET.get("older", ""), newer_than=request.GET.get("newer", ""))
    count = count_up_to(rows)
    context = {
        "form": form,
        "page": page,
        "count": min(count, COUNTED),
        "more": count > COUNTED,
        "rows": _readable(page.entries),
        "query": urlencode(
            {name: value for name, value in request.GET.items() if name in form.fields and value}
        ),
    }
    return render(request, "audit/entries.html", context)


@require_safe
@reviewer_required
def entry(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """One entry: its exact content, its hash, its place in the tree and how to check it by hand."""
    found = find_entry(request.user, entry_id)
    body = bytes(found.body).decode(errors="backslashreplace")
    context = {
        **_readable([found])[0],
        "body": body,
        "facts": json.dumps(_facts(found), ensure_ascii=False, indent=2)
        .encode(errors="backslashreplace")
        .decode(),
        "private": [label_of(one.name) for one in find(_facts(found))],
        "leaf_hash": bytes(found.leaf_hash).hex(),
        "index": found.leaf.index if hasattr(found, "leaf") else None,
        **_proof(found),
    }
    return render(request, "audit/entry.html", context)


def _state(request: HttpRequest) -> dict[str, Any]:
    checkpoint = latest_checkpoint()
    verified = latest(request.user, Action.LOG_VERIFIED)
    return {
        "size": tree_size(),
        "waiting": Unsequenced.objects.count(),
        "checkpoint": checkpoint,
        "root": bytes(checkpoint.root).hex() if checkpoint else "",
        "verified": verified,
        "verified_facts": _facts(verified) if verified else None,
    }


def _record(report: LogReport, request: HttpRequest) -> None:
    facts = {"ok": report.ok, "size": report.size, "root": report.root, "faults": report.fault_count}
    with transaction.atomic():
        append(Action.LOG_VERIFIED, subject=_LOG, actor=request.user, facts=facts)  # type: ignore[arg-type]


def _readable(found: Any) -> list[dict[str, Any]]:
    names = shown_names({row.actor for row in found})
    return [{"entry": row, "sentence": _sentence(row), "who": names[row.actor]} for row in found]


def _facts(row: Entry) -> dict[str, Any]:
    # As with the action: a body that was tampered with may be anything, and the page must open to show it.
    try:
        facts = json.loads(bytes(row.body))["facts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _sentence(row: Entry) -> str:
    # A tampered row may hold an action that is not in the vocabulary: the page must still open.
    action = _ACTIONS.get(row.action)
    return str(action.sentence) if action else _("Unknown action")


def _proof(found: Entry) -> dict[str, Any]:
    """The path to the last checkpoint, or the reason why there is none."""
    checkpoint: Checkpoint | None = latest_checkpoint()
    if checkpoint is None:
        return {"checkpoint": None}
    try:
        [proven] = prove([found.pk], checkpoint)
    except (NotInTree, LookupError):
        return {"checkpoint": checkpoint, "covered": False}
    return {
        "checkpoint": checkpoint,
        "covered": True,
        "root": bytes(checkpoint.root).hex(),
        "path": [step.hex() for step in proven.proof],
    }
