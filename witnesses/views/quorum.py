"""A quorum's acts over many identities: asked for, decided on by each custodian, carried out by whoever asked."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import permission_required
from accounts.models import User
from audit.digits import in_digits
from witnesses.custodians import DECIDE, quorum
from witnesses.errors import RequestClosed
from witnesses.health import custody_of
from witnesses.models import (
    LIVE_SESSIONS,
    TELLS_WHO_ASKS,
    QuorumDecision,
    QuorumPurpose,
    QuorumSession,
    QuorumState,
    SessionIdentity,
)
from witnesses.pair_words import shown_pairs
from witnesses.quorum.approving import approve_session, refuse_session
from witnesses.quorum.as_begun import is_as_begun
from witnesses.quorum.drill import begin_drill, hold_drill
from witnesses.quorum.duplicates import ask_for_duplicates, compare_identities
from witnesses.quorum.ending import close_overdue_sessions, withdraw_session
from witnesses.quorum.package import package_of
from witnesses.quorum.queries import find_session
from witnesses.quorum.resealing import begin_resealing, reseal_identities
from witnesses.quorum_forms import AskForm, AskToCompareForm, KitForm, SessionCodeForm, SessionDecisionForm
from witnesses.recovery.carried import spoken_key
from witnesses.recovery.installing import install_kit, propose_kit
from witnesses.recovery.kit import LARGEST
from witnesses.recovery.seals import public_kit
from witnesses.views.pages import attempt, reader, show_form, unstored

# How serious it is, and the sentence.
Told = tuple[int, str]


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def drill(request: HttpRequest) -> HttpResponse:
    """Ask the custodians for a drill. Its answer shows the code, once and nowhere else."""
    user = reader(request)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, lambda user: begin_drill(reason=form.cleaned_data["reason"], actor=user), by=user
        )
        if made:
            return render(request, "witnesses/session_code.html", {"session": made[0], "code": made[1]})
    return show_form(request, "witnesses/drill.html", form, {})


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def reseal(request: HttpRequest) -> HttpResponse:
    """Ask the custodians to have identities sealed anew. Its answer shows the code, once and nowhere else."""
    user = reader(request)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, lambda user: begin_resealing(reason=form.cleaned_data["reason"], actor=user), by=user
        )
        if made:
            return render(request, "witnesses/session_code.html", {"session": made[0], "code": made[1]})
    custody = custody_of()
    return show_form(request, "witnesses/reseal.html", form, {"custody": custody, "quorum": quorum()})


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def kit(request: HttpRequest) -> HttpResponse:
    """Ask the custodians to confirm a recovery kit. Its answer shows the code, once and nowhere else."""
    user = reader(request)
    form = KitForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["kit"].read(LARGEST + 1)
        made = attempt(
            form, lambda user: propose_kit(content, reason=form.cleaned_data["reason"], actor=user), by=user
        )
        if made:
            return render(request, "witnesses/session_code.html", {"session": made[0], "code": made[1]})
    return show_form(request, "witnesses/kit.html", form, {"quorum": quorum()})


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def duplicates(request: HttpRequest) -> HttpResponse:
    """Ask the custodians to have identities compared. Its answer shows the code, once and nowhere else."""
    user = reader(request)
    form = AskToCompareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = attempt(
            form,
            lambda user: ask_for_duplicates(references=said["cases"], reason=said["reason"], actor=user),
            by=user,
        )
        if made:
            return render(request, "witnesses/session_code.html", {"session": made[0], "code": made[1]})
    return show_form(request, "witnesses/duplicates.html", form, {"quorum": quorum()})


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """What is asked, who said what, and this custodian's own decision."""
    user = reader(request)
    close_overdue_sessions()
    asked = find_session(session_id, user=user)
    form = SessionDecisionForm(request.POST or None, reference=asked.reference)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda user: _decide(asked, form, user), by=user):
            messages.success(request, _("Your decision is recorded."))
            return redirect("witnesses:session", session_id=asked.pk)
        asked.refresh_from_db()
    return show_form(request, "witnesses/session.html", form, _standing(asked, user))


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def carry_out(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """With the code, whoever asked has the approved act done."""
    user = reader(request)
    close_overdue_sessions()
    asked = find_session(session_id, user=user)
    form = SessionCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and asked.purpose == QuorumPurpose.DUPLICATES:
        told = attempt(
            form, lambda user: compare_identities(asked, code=form.cleaned_data["code"], actor=user), by=user
        )
        if told:
            return render(request, "witnesses/duplicates_shown.html", {"session": asked, **shown_pairs(told)})
        asked.refresh_from_db()
    elif request.method == "POST" and form.is_valid():
        act = _ACTS.get(QuorumPurpose(asked.purpose), _carried_out_elsewhere)
        done = attempt(form, lambda user: act(asked, form.cleaned_data["code"], user), by=user)
        if done:
            messages.add_message(request, *done)
            return redirect("witnesses:session", session_id=asked.pk)
        asked.refresh_from_db()
    return show_form(request, "witnesses/carry_out.html", form, _standing(asked, user))


@permission_required(DECIDE)
@require_POST
@unstored
def withdraw(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Take back one's own request."""
    user = reader(request)
    asked = find_session(session_id, user=user)
    withdraw_session(asked, actor=user)
    messages.success(request, _("The request is withdrawn. Nothing was done, and its code is void."))
    return redirect("witnesses:session", session_id=asked.pk)


def _standing(asked: QuorumSession, user: User) -> dict[str, object]:
    decisions = list(asked.decisions.select_related("custodian__user"))
    own = asked.initiator_id == user.pk
    decided = any(one.custodian.user_id == user.pk for one in decisions)
    live, beyond = asked.state in LIVE_SESSIONS, _of_other_cases(asked)
    return {
        "session": asked,
        "handed_over_to": spoken_key(bytes(asked.act_key.public_key))
        if asked.purpose == QuorumPurpose.RECOVER
        else "",
        "package": package_of(asked),
        "beyond": beyond.count(),
        "beyond_cases": sorted(
            set(beyond.values_list("sealed_identity__witness__case__reference", flat=True))
        ),
        "kit": public_kit(asked.recovery_kit) if asked.purpose == QuorumPurpose.KIT else None,
        "decisions": decisions,
        "approvals": sum(one.approved for one in decisions),
        "live": live,
        "altered": live and not is_as_begun(asked),
        "can_decide": live and not decided and not (own and asked.purpose in TELLS_WHO_ASKS),
        "can_carry_out": own
        and asked.state == QuorumState.APPROVED
        and (asked.purpose in _ACTS or asked.purpose == QuorumPurpose.DUPLICATES),
        "can_withdraw": own and live,
    }


def _of_other_cases(asked: QuorumSession) -> QuerySet[SessionIdentity]:
    """The identities that a leak check covers and that are not of its own case."""
    if asked.case_id is None:
        return asked.covered.none()
    return asked.covered.exclude(sealed_identity__witness__case=asked.case_id)


@sensitive_variables()
def _decide(asked: QuorumSession, form: SessionDecisionForm, user: User) -> QuorumDecision:
    reason = form.cleaned_data["reason"]
    if form.approves:
        return approve_session(asked, passphrase=form.cleaned_data["passphrase"], reason=reason, actor=user)
    return refuse_session(asked, reason=reason, actor=user)


@sensitive_variables()
def _hold_drill(asked: QuorumSession, code: str, user: User) -> Told:
    if hold_drill(asked, code=code, actor=user):
        return messages.SUCCESS, _("The drill is passed: the test record opened as it was sealed.")
    return messages.ERROR, _("The drill failed: the test record did not open. Tell the auditor.")


@sensitive_variables()
def _carried_out_elsewhere(asked: QuorumSession, code: str, user: User) -> Told:
    raise RequestClosed(
        _(
            "A leak check is carried out on the page of its dossier, by the lawyer who asked. Nothing was done here."
        )
    )


@sensitive_variables()
def _reseal(asked: QuorumSession, code: str, user: User) -> Told:
    told = reseal_identities(asked, code=code, actor=user)
    sentence = ngettext(
        "%(n)s identity was sealed anew to the custodians of today.",
        "%(n)s identities were sealed anew to the custodians of today.",
        told.done,
    ) % {"n": in_digits(told.done)}
    if not (told.unreadable or told.newer):
        return messages.SUCCESS, sentence
    left = ngettext(
        "%(n)s witness is left as it was: a share did not open, or the identity was corrected meanwhile.",
        "%(n)s witnesses are left as they were: a share did not open, or the identity was corrected meanwhile.",
        told.unreadable + told.newer,
    ) % {"n": in_digits(told.unreadable + told.newer)}
    return messages.WARNING, f"{sentence} {left}"


@sensitive_variables()
def _install(asked: QuorumSession, code: str, user: User) -> Told:
    if install_kit(asked, code=code, actor=user):
        return messages.SUCCESS, _(
            "The recovery kit is installed. Now have identities that were sealed before sealed anew."
        )
    return messages.ERROR, _("The kit was not installed: the test record did not open. Tell the auditor.")


_ACTS: dict[QuorumPurpose, Callable[[QuorumSession, str, User], Told]] = {
    QuorumPurpose.DRILL: _hold_drill,
    QuorumPurpose.RESEAL: _reseal,
    QuorumPurpose.KIT: _install,
}
