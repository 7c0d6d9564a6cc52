"""What a witness consents to: the present state, a new version, a withdrawal, and the papers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import permission_required
from accounts.models import User
from witnesses.already_shared import Shared, compiled_with
from witnesses.consent_errors import BadConsent, UnknownConsent
from witnesses.consent_forms import ConsentVersionForm, WithdrawalForm, forms_of
from witnesses.consent_printing import print_consent
from witnesses.consent_sheet import TONGUES, Tongue
from witnesses.consent_state import State, consents_of, current_consent, states_of, today
from witnesses.consent_words import Standing
from witnesses.consenting import RECORD, record_consent
from witnesses.models import Consent, Witness
from witnesses.queries import find_witness
from witnesses.searching import open_page
from witnesses.views.pages import attempt, reader, show_form, unstored
from witnesses.withdrawing import withdraw_consent


@permission_required(RECORD)
@require_safe
@unstored
@sensitive_variables()
def consent(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """What each purpose comes to today, every version and withdrawal, and what was shared. Logged before shown."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    open_page(witness, actor=user)
    versions = list(consents_of(witness))
    current = versions[0] if versions else None
    states = states_of(current, on=today())
    context = {
        "witness": witness,
        "case": witness.case,
        "versions": versions,
        "current": current,
        "states": states,
        "expired": any(one.standing == Standing.EXPIRED for one in states),
        "may_withdraw": bool(_withdrawable(states)),
        **_dossiers(witness, user),
    }
    return render(request, "witnesses/consent.html", context)


@sensitive_post_parameters()
@permission_required(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
@unstored
@sensitive_variables()
def new(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """Record a new version, from an empty form."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    posted = request.POST if request.method == "POST" else None
    form = ConsentVersionForm(posted, among=forms_of(witness, user))
    if request.method == "POST" and form.is_valid():
        recorded = attempt(
            form, lambda user: record_consent(witness, facts=form.facts(), actor=user), by=user
        )
        if recorded:
            messages.success(request, _("The consent is recorded, and counts from now on."))
            return redirect("witnesses:consent", case_id, witness_id)
    context = {"witness": witness, "case": witness.case}
    return show_form(request, "witnesses/consent_new.html", form, context)


@sensitive_post_parameters()
@permission_required(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
@unstored
@sensitive_variables()
def withdraw(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """What will happen, what left already, and the form. It holds from the moment it is sent."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    if request.method != "POST":
        open_page(witness, actor=user)
    open_to_it = _withdrawable(states_of(current_consent(witness), on=today()))
    posted = request.POST if request.method == "POST" else None
    form = WithdrawalForm(posted, pseudonym=witness.pseudonym, states=open_to_it)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda user: withdraw_consent(witness, facts=form.facts(), actor=user), by=user)
        if done:
            messages.success(
                request, _("The withdrawal is recorded. From now on nothing leaves that it forbids.")
            )
            return redirect("witnesses:consent", case_id, witness_id)
    context = {
        "witness": witness,
        "case": witness.case,
        "nothing": not open_to_it,
        **_dossiers(witness, user),
    }
    return show_form(request, "witnesses/consent_withdraw.html", form, context)


def _dossiers(witness: Witness, user: User) -> dict[str, list[Shared]]:
    """Those that left, and those that were compiled and lie here."""
    compiled = compiled_with(witness, user=user)
    return {
        "shared": [one for one in compiled if one.left],
        "here": [one for one in compiled if not one.left],
    }


@permission_required(RECORD)
@require_POST
@unstored
@sensitive_variables()
def print_paper(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """The empty form or the record of a version, as PDF; that it was printed is in the log before it leaves."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    wanted = _version(witness, request.POST.get("version", ""))
    paper = print_consent(witness, wanted, language=_language(request), actor=user)
    response = HttpResponse(paper.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{paper.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _withdrawable(states: list[State]) -> list[State]:
    return [one for one in states if one.holds or one.standing == Standing.EXPIRED]


def _version(witness: Witness, number: str) -> Consent | None:
    """The version of this number; None where the empty form is wanted. Raises UnknownConsent."""
    if not number:
        return None
    known = number.isascii() and number.isdigit() and len(number) < 9
    found = consents_of(witness).filter(version=int(number)).first() if known else None
    if found is None:
        raise UnknownConsent
    return found


def _language(request: HttpRequest) -> Tongue:
    """The language that the paper is wanted in. Raises BadConsent for none and for another one."""
    wanted = request.POST.get("language")
    for language in TONGUES:
        if wanted == language:
            return language
    raise BadConsent(_("Choose the language of the paper: English or Persian."))
