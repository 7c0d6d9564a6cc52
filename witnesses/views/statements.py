"""A new statement, one statement with its texts, and several side by side."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.models import User
from audit.errors import NotFound
from witnesses.errors import BadStatement, UnknownStatement
from witnesses.interview_queries import interviews_of, read_register
from witnesses.interviewing import FULL
from witnesses.models import Statement, Witness
from witnesses.queries import find_witness
from witnesses.searching import READ
from witnesses.side_by_side import FEWEST, MOST, Column, column_of
from witnesses.statement_forms import NewStatementForm, NextStatementForm, known_of
from witnesses.statement_queries import (
    find_item_of_case,
    find_statement,
    items_of_case,
    paired,
    statements_of,
    versions_of,
)
from witnesses.stating import record_statement
from witnesses.views.pages import attempt, reader, show_form, unstored

# As many as a browser offers to choose from while one types; any other is typed whole.
OFFERED = 200


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def new(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """Say that an exhibit is a statement of this witness."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    options = _options(witness, user)
    form = NewStatementForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": 0, "interview": request.GET.get("interview", "")},
        **options,
    )
    if form.is_bound and form.is_valid():
        statement = attempt(form, lambda user: _record_new(witness, form, user), by=user)
        if statement:
            messages.success(
                request,
                _(
                    "The exhibit stands among the statements of this witness, and leaves only with their consent."
                ),
            )
            return redirect("witnesses:interviews", witness.case_id, witness.pk)
    read_register(witness, actor=user)
    context = {
        "witness": witness,
        "case": witness.case,
        "offered": items_of_case(witness, user=user)[:OFFERED],
    }
    return show_form(request, "witnesses/statement_new.html", form, context)


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def one(request: HttpRequest, case_id: UUID, witness_id: UUID, item_id: UUID) -> HttpResponse:
    """One statement: what is known of it, its texts in pairs, every version, and the form for a correction."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    statement = find_statement(item_id, witness=witness, user=user)
    options = _options(witness, user)
    if request.method == "POST":
        form = NextStatementForm(request.POST, **options)
        if (
            form.is_valid()
            and attempt(form, lambda user: _record_next(statement, form, user), by=user) is not None
        ):
            messages.success(request, _("It is recorded. What stood there before is kept below it."))
            return redirect("witnesses:interviews", witness.case_id, witness.pk)
        statement = find_statement(item_id, witness=witness, user=user)
        form.show_as_seen(statement.version)
    else:
        form = NextStatementForm(initial=known_of(statement), **options)
    read_register(witness, actor=user)
    context = {
        "witness": witness,
        "case": witness.case,
        "statement": statement,
        "pairs": paired(statement.item),
        "versions": versions_of(statement),
    }
    return show_form(request, "witnesses/statement.html", form, context)


@permission_required(READ)
@require_GET
@unstored
def side_by_side(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """Two to four statements of one witness in columns, each in the log as read before it is shown."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    read_register(witness, actor=user)
    context: dict[str, Any] = {"witness": witness, "case": witness.case}
    try:
        columns = _columns(request, witness, user)
    except BadStatement as error:
        # Nothing chosen yet is no mistake.
        status = 422 if request.GET.getlist("statement") else 200
        told = {**context, "trouble": str(error)}
        return render(request, "witnesses/side_by_side.html", told, status=status)
    return render(request, "witnesses/side_by_side.html", {**context, "columns": columns})


def _columns(request: HttpRequest, witness: Witness, user: User) -> list[dict[str, Any]]:
    """The columns that the address names. Raises UnknownStatement, or BadStatement for too few or too many."""
    chosen = list(dict.fromkeys(request.GET.getlist("statement")))
    standing = {str(one.item_id): one for one in statements_of(witness, user=user)}
    if not set(chosen) <= standing.keys():
        raise UnknownStatement
    if not FEWEST <= len(chosen) <= MOST:
        raise BadStatement(_("Choose two to four statements, to read them side by side."))
    wanted = {key: (request.GET.get(f"text-{key}", ""), request.GET.get(f"from-{key}", "")) for key in chosen}
    language = (get_language() or "en").partition("-")[0]
    columns: dict[str, Column] = {
        key: column_of(standing[key], wanted=text, place=place, language=language, user=user)
        for key, (text, place) in wanted.items()
    }
    return [_turned(key, column, wanted, columns) for key, column in columns.items()]


def _turned(
    key: str, column: Column, wanted: Mapping[str, tuple[str, str]], columns: Mapping[str, Column]
) -> dict[str, Any]:
    """What the page needs to turn one column and leave the others, each in its place, as they are."""
    keys = list(columns)
    parts = {other: _part(other, columns[other], wanted[other][1]) for other in keys}
    before = [pair for other in keys[: keys.index(key)] for pair in parts[other]]
    after = [pair for other in keys[keys.index(key) + 1 :] for pair in parts[other]]

    def turned_to(line: int | None) -> str:
        return urlencode([*before, *_part(key, column, str(line)), *after]) if line else ""

    return {
        "column": column,
        "key": key,
        "place": wanted[key][1],
        "before": before,
        "after": after,
        "earlier": turned_to(column.earlier),
        "later": turned_to(column.later),
    }


def _part(key: str, column: Column, place: str) -> list[tuple[str, str]]:
    """What an address says of one column."""
    text = [(f"text-{key}", str(column.text.pk))] if column.text else []
    return [("statement", key), *text, *([(f"from-{key}", place)] if place else [])]


def _options(witness: Witness, user: User) -> dict[str, Any]:
    return {"interviews": interviews_of(witness), "may_take_full": user.has_perm(FULL)}


@sensitive_variables()
def _record_new(witness: Witness, form: NewStatementForm, user: User) -> Statement | None:
    try:
        item = find_item_of_case(form.cleaned_data["item"], witness=witness, user=user)
    except NotFound as error:
        form.add_error("item", str(error))
        return None
    return record_statement(witness, item, facts=form.facts(), actor=user)


@sensitive_variables()
def _record_next(statement: Statement, form: NextStatementForm, user: User) -> Statement:
    return record_statement(
        statement.witness,
        statement.item,
        facts=form.facts(),
        correction=form.cleaned_data["correction"],
        last_seen=form.cleaned_data["seen"],
        actor=user,
    )
