"""The page on which names are looked for in a dossier: what stands, the report, and the one next step."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import permission_required
from accounts.models import User
from dossiers.errors import DossierBusy
from dossiers.leaks.answering import answer_for
from dossiers.leaks.asking import ask_for_check
from dossiers.leaks.checking import begin_search
from dossiers.leaks.forms import AnswerStep, AskStep, LookStep, StepForm
from dossiers.leaks.searching_page import searching
from dossiers.leaks.standing import Lack, Standing, standing_of
from dossiers.leaks.telling import counted
from dossiers.leaks.words import part_in_words
from dossiers.models import Dossier, DossierState, LeakCheck
from dossiers.queries import find_dossier
from dossiers.receivers import country_name
from dossiers.requests import COMPILE
from witnesses.models import QuorumState
from witnesses.quorum.ending import close_overdue_sessions, withdraw_session
from witnesses.views.pages import attempt, reader, show_form, unstored

_ROWS: Final = 50


@sensitive_post_parameters()
@permission_required(COMPILE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def names(request: HttpRequest, dossier_id: UUID) -> HttpResponseBase:
    """How the dossier stands, and the form of the step that is next, if it is this reader's."""
    user = reader(request)
    close_overdue_sessions()
    dossier = find_dossier(dossier_id, user=user)
    standing = standing_of(dossier)
    step = _next_step(dossier, standing, user)
    form = _form(step, request)
    if request.method == "POST" and form is not None and form.is_valid():
        if form.cleaned_data["step"] != step:
            form.add_error(None, _("Meanwhile something else is next. Read this page again."))
        else:
            done = _do(step, form, dossier, standing, request)
            if done is not None:
                return done
    if request.method == "POST" and form is None:
        messages.warning(request, _("Meanwhile something else is next. Read this page again."))
        return redirect("dossiers:names", dossier_id=dossier.pk)
    return show_form(
        request, "dossiers/names.html", form or StepForm(), _shown(dossier, standing, step, user, request)
    )


@permission_required(COMPILE)
@require_POST
@unstored
def withdraw(request: HttpRequest, dossier_id: UUID) -> HttpResponse:
    """Take back one's own request to the custodians: the code was lost, or the package is not the right one."""
    user = reader(request)
    standing = standing_of(find_dossier(dossier_id, user=user))
    if standing.lack != Lack.WAITING or standing.check is None:
        raise DossierBusy(_("No request to the custodians is open for this dossier."))
    withdraw_session(standing.check.session, actor=user)
    messages.success(request, _("The request is withdrawn. Nothing was done, and its code is void."))
    return redirect("dossiers:names", dossier_id=dossier_id)


def _next_step(dossier: Dossier, standing: Standing, user: User) -> str:
    if dossier.state != DossierState.READY:
        return ""
    if standing.may_ask:
        return "ask"
    if standing.lack == Lack.WAITING and standing.check is not None:
        session = standing.check.session
        return "look" if session.initiator_id == user.pk and session.state == QuorumState.APPROVED else ""
    if standing.may_state and standing.result is not None:
        return "" if standing.result.statements.filter(person=user).exists() else "answer"
    return ""


@sensitive_variables()
def _form(step: str, request: HttpRequest) -> Any:
    kinds = {"ask": AskStep, "look": LookStep, "answer": AnswerStep}
    return kinds[step](request.POST or None, initial={"step": step}) if step else None


@sensitive_variables()
def _do(
    step: str, form: Any, dossier: Dossier, standing: Standing, request: HttpRequest
) -> HttpResponseBase | None:
    """The answer of the step, or None with the reason on the form."""
    user = reader(request)
    if step == "ask":
        made = attempt(
            form, lambda user: ask_for_check(dossier, reason=form.cleaned_data["reason"], actor=user), by=user
        )
        if made is None:
            return None
        return render(
            request, "dossiers/names_code.html", {"dossier": dossier, "check": made[0], "code": made[1]}
        )
    if step == "look":
        check: LeakCheck | None = standing.check
        if check is None:
            return None
        search = attempt(
            form, lambda user: begin_search(check, code=form.cleaned_data["code"], actor=user), by=user
        )
        return searching(request, search, dossier) if search else None
    done = attempt(
        form, lambda user: answer_for(dossier, reason=form.cleaned_data["reason"], actor=user), by=user
    )
    return redirect("dossiers:names", dossier_id=dossier.pk) if done is not None else None


def _shown(
    dossier: Dossier, standing: Standing, step: str, user: User, request: HttpRequest
) -> dict[str, object]:
    result, session = standing.result, standing.check.session if standing.check else None
    findings = Paginator(result.findings.all() if result else (), _ROWS).get_page(request.GET.get("page"))
    unread = Paginator(dossier.texts.unread.all() if result else (), _ROWS).get_page(
        request.GET.get("unread")
    )
    return {
        "dossier": dossier,
        "case": dossier.case,
        "standing": standing,
        "step": step,
        "result": result,
        "counted": counted(result) if result else None,
        "beyond": standing.sought.is_beyond(),
        "session": session,
        "page": findings,
        "findings": [(one, part_in_words(one.part)) for one in findings],
        "unread_page": unread,
        "unread": [(one, part_in_words(one.part)) for one in unread],
        "statements": result.statements.select_related("person") if result else (),
        "country": country_name(dossier.recipient_country),
        "can_withdraw": standing.lack == Lack.WAITING
        and session is not None
        and session.initiator_id == user.pk,
    }
