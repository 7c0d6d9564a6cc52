"""What people type about accounts."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import LANGUAGES
from accounts.roles import Role


class SignInForm(AuthenticationForm):
    """Sign-in name and password; every failure gets the same words."""

    error_messages = {
        "invalid_login": _(
            "The sign-in name and password do not fit together. Check both; after five failures you must wait."
        ),
        "inactive": _("The sign-in name and password do not fit together. Check both."),
    }


class NewUserForm(forms.Form):
    """A new account, by an administrator."""

    username = forms.CharField(label=_("Sign-in name"), max_length=150)
    full_name = forms.CharField(label=_("Full name"), max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, role.label) for role in Role])
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    password = forms.CharField(
        label=_("First password"),
        help_text=_("At least 12 characters. Hand it over in person; the user changes it at once."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )


class PasswordForm(forms.Form):
    """A user's own new password."""

    current = forms.CharField(
        label=_("Current password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )
    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 12 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
