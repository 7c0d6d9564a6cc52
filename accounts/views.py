"""Signing in, one's own account, and the administrator's list of users."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import acting_user, permission_required
from accounts.errors import AccountError
from accounts.forms import NewUserForm, PasswordForm, SignInForm
from accounts.language import greet_in_own_language
from accounts.models import User
from accounts.queries import account_named, all_users
from accounts.roles import Role
from accounts.sign_in import end_session, note_failure, start_session
from accounts.step_up import is_really
from accounts.users import change_password, close_account, create_user
from accounts.way_back import way_back


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; a wrong pair is logged and answered with the same words whoever it names."""
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            user: User = form.get_user()
            start_session(request, user)
            response = redirect(_next_page(request))
            greet_in_own_language(request, response, user)
            return response
        note_failure(account_named(request.POST.get("username", "")))
    status = 422 if form.errors else 200
    return render(
        request, "accounts/sign_in.html", {"form": form, "next": _next_page(request)}, status=status
    )


def _next_page(request: HttpRequest) -> str:
    return way_back(request, request.POST.get("next") or request.GET.get("next"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and ask the browser to forget what it kept."""
    end_session(request, acting_user(request))
    response = redirect("accounts:sign_in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own name, role and password."""
    user = acting_user(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _set_own_password(request, user, form):
        messages.success(request, _("Your password is changed. Your other sessions are ended."))
        return redirect("accounts:account")
    return render(request, "accounts/account.html", {"form": form}, status=422 if form.errors else 200)


def _set_own_password(request: HttpRequest, user: User, form: PasswordForm) -> bool:
    if not is_really(user, password=form.cleaned_data["current"], request=request):
        form.add_error("current", _("This is not your current password."))
        return False
    try:
        change_password(user, password=form.cleaned_data["password"], actor=user)
    except AccountError as error:
        form.add_error("password", str(error))
        return False
    update_session_auth_hash(request, user)
    return True


@require_safe
@permission_required("accounts.manage_users")
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account."""
    page = Paginator(all_users(), 50).get_page(request.GET.get("page"))
    return render(request, "accounts/users.html", {"page": page})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required("accounts.manage_users")
def user_new(request: HttpRequest) -> HttpResponse:
    """Make an account with one role."""
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        try:
            made = create_user(**facts, actor=acting_user(request))
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s can sign in now.") % {"name": made.full_name})
            return redirect("accounts:users")
    return render(request, "accounts/user_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@permission_required("accounts.manage_users")
def user_close(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Let a user sign in no more; their sessions end at their next request."""
    user = get_object_or_404(User, pk=user_id)
    close_account(user, actor=acting_user(request))
    messages.success(
        request, _("%(name)s can sign in no more. What they did stays on record.") % {"name": user.full_name}
    )
    return redirect("accounts:users")
