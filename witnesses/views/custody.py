"""The custodians and their keys: who can act, what is at risk, and what can be done about it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.models import User
from audit.actors import Actor
from audit.digits import in_digits
from witnesses.custodian_forms import AboutCustodianForm, ChangePassphraseForm, PassphraseForm
from witnesses.custodians import DECIDE, fewest_custodians, find_custodian, quorum
from witnesses.health import count_ready, custody_of
from witnesses.keeping_keys import change_passphrase, declare_found, declare_lost, lost_key, rotate_key
from witnesses.models import Custodian, CustodianEvent
from witnesses.queries import is_enrolled, keys_to_vouch_for
from witnesses.quorum.ending import close_overdue_sessions
from witnesses.quorum.queries import last_drill, recent_sessions
from witnesses.recovery.standing import kit_standing
from witnesses.removing import REMOVE, reinstate_custodian, remove_custodian, remover
from witnesses.views.pages import attempt, reader, show_form, unstored

RECENT = 20
REVIEW = "witnesses.review_custodians"


@permission_required(REVIEW)
@require_GET
@unstored
def custodians(request: HttpRequest) -> HttpResponse:
    """Who can act, whether every identity can still be opened, and what to do next. No identity, no reason, no name."""
    user = reader(request)
    close_overdue_sessions()
    own = Custodian.objects.filter(user=user).first()
    custody = custody_of()
    context = {
        "custody": custody,
        "kit": kit_standing(),
        "standings": custody.custodians,
        "quorum": quorum(),
        "fewest": fewest_custodians(),
        "drill": last_drill(),
        "own": own,
        "enrolled": is_enrolled(user),
        "to_vouch_for": keys_to_vouch_for(user),
        "own_standing": next((one for one in custody.custodians if own and one.custodian == own), None),
        "can_find": bool(own and lost_key(own)),
        "may_remove": user.has_perm(REMOVE) and (not user.has_perm(DECIDE) or is_enrolled(user)),
        "sessions": recent_sessions(user, most=RECENT),
        "events": CustodianEvent.objects.select_related("custodian__user", "by")[:RECENT],
        "sees_reasons": not user.has_perm(DECIDE) or is_enrolled(user),
    }
    return render(request, "witnesses/custodians.html", context)


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def passphrase(request: HttpRequest) -> HttpResponse:
    """Another passphrase for the same key."""
    user = reader(request)
    form = ChangePassphraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def change(user: User) -> bool:
            change_passphrase(
                passphrase=data["passphrase"], new_passphrase=data["new_passphrase"], actor=user
            )
            return True

        if attempt(form, change, by=user):
            messages.success(request, _("Your passphrase is changed. The old one opens nothing any more."))
            return redirect("witnesses:custodians")
    return show_form(request, "witnesses/passphrase.html", form, {})


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def new_key(request: HttpRequest) -> HttpResponse:
    """Another key pair for the same custodian; their shares come along."""
    user = reader(request)
    form = PassphraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form, lambda user: rotate_key(passphrase=form.cleaned_data["passphrase"], actor=user), by=user
        )
        if done:
            moved = ngettext(
                "You have a new key; %(n)s share came along.",
                "You have a new key; %(n)s shares came along.",
                done.shares,
            ) % {"n": in_digits(done.shares)}
            if done.unreadable:
                left = _("Some shares did not open and stayed behind. Tell the auditor.")
                messages.warning(request, f"{moved} {left}")
            else:
                messages.success(request, moved)
            return redirect("witnesses:custodians")
    return show_form(request, "witnesses/new_key.html", form, {})


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def found(request: HttpRequest) -> HttpResponse:
    """A passphrase that was said to be lost is known after all."""
    user = reader(request)
    form = PassphraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def prove(user: User) -> bool:
            declare_found(passphrase=form.cleaned_data["passphrase"], actor=user)
            return True

        if attempt(form, prove, by=user):
            messages.success(request, _("Your key can be used again."))
            return redirect("witnesses:custodians")
    return show_form(request, "witnesses/found.html", form, {})


@sensitive_post_parameters()
@permission_required(REMOVE)
@require_http_methods(["GET", "POST"])
@unstored
def lost(request: HttpRequest, custodian_id: UUID) -> HttpResponse:
    """Say that a custodian's passphrase is lost."""
    said = _("It is recorded. Now have the identities sealed anew, and make a new key.")
    return _about(request, custodian_id, declare_lost, page="lost", said=said)


@sensitive_post_parameters()
@permission_required(REMOVE)
@require_http_methods(["GET", "POST"])
@unstored
def remove(request: HttpRequest, custodian_id: UUID) -> HttpResponse:
    """Take the office from a custodian at once."""
    said = _("The custodian is removed. Now have the identities sealed anew by those who are left.")
    return _about(request, custodian_id, remove_custodian, page="remove", said=said)


@sensitive_post_parameters()
@permission_required(REMOVE)
@require_http_methods(["GET", "POST"])
@unstored
def reinstate(request: HttpRequest, custodian_id: UUID) -> HttpResponse:
    """Bring a removed custodian back."""
    return _about(
        request, custodian_id, reinstate_custodian, page="reinstate", said=_("The custodian is back.")
    )


Act = Callable[..., object]


@sensitive_variables()
def _about(request: HttpRequest, custodian_id: UUID, act: Act, *, page: str, said: str) -> HttpResponse:
    user: User = reader(request)
    remover(user)
    custodian = find_custodian(custodian_id)
    form = AboutCustodianForm(request.POST or None, username=custodian.user.username)
    if request.method == "POST" and form.is_valid():
        if attempt(form, lambda user: _done(act, custodian, form.cleaned_data["reason"], user), by=user):
            messages.success(request, said)
            return redirect("witnesses:custodians")
        custodian.refresh_from_db()
    context = {
        "custodian": custodian,
        "own": custodian.user_id == user.pk,
        "ready": count_ready(),
        "quorum": quorum(),
        "page": page,
    }
    return show_form(request, f"witnesses/{page}.html", form, context)


@sensitive_variables()
def _done(act: Act, custodian: Custodian, reason: str, actor: Actor) -> bool:
    act(custodian, reason=reason, actor=actor)
    return True
