"""Asking the person at the keyboard for their password once more, before an act of weight."""

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from accounts.sign_in import note_step_up_failure


@sensitive_variables()
def is_really(user: User, *, password: str, request: HttpRequest) -> bool:
    """Whether the password is the user's own; a wrong one is logged.

    Through the door's own check, which counts and locks: whoever holds a stolen session must not guess without end.
    """
    if authenticate(request, username=user.username, password=password) == user:
        return True
    note_step_up_failure(user)
    return False
