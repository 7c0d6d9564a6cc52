"""Finding the reviewer in whose name a command acts. `audit` knows no user model; it knows the right to review."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from audit.actors import Channel
from audit.errors import NotAReviewer, UnknownReviewer


def find_reviewer(username: str) -> Any:
    """Return the active user of this name, acting by command. Raises UnknownReviewer or NotAReviewer."""
    known = (
        username.isprintable()
    )  # no NUL, and none of the bytes of a shell that are no UTF-8: no database takes them
    accounts: Any = get_user_model()._default_manager
    user: Any = accounts.filter(username=username, is_active=True).first() if known else None
    if user is None:
        raise UnknownReviewer(_("There is no account of this name. Name yours with --actor."))
    if not user.has_perm("audit.review_log"):
        raise NotAReviewer(_("Your role does not include reviewing the log. Ask an auditor."))
    user.channel = Channel.COMMAND
    return user
