"""Views of the register that a reader saves under a name. Nobody else sees them, for what is looked for tells much."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.private import sealed
from evidence.errors import BadView, UnknownEvidence
from evidence.models import RegisterView
from evidence.scopes import READ

LONGEST_NAME = 80
LONGEST_QUERY = 1000
MOST = 50


def views_of(user: User) -> QuerySet[RegisterView]:
    """The reader's own views, by name."""
    return RegisterView.objects.filter(user=user)


def save_view(name: str, query: str, *, actor: Actor) -> RegisterView:
    """Keep the filters of an address under a name, in the place of a view of the same name.

    Raises NotPermitted, or BadView for no name, one that is too long, or more than 50 views.
    """
    user = require(actor, READ)
    said = name.strip()
    if not said or len(said) > LONGEST_NAME or "\x00" in said:
        raise BadView(_("Give the view a name of at most 80 characters."))
    if len(query) > LONGEST_QUERY:
        raise BadView(_("These filters are too long to keep. Shorten what you look for."))
    others = views_of(user).exclude(name=said)
    if others.count() >= MOST:
        raise BadView(_("You keep 50 views already. Remove one first."))
    with transaction.atomic():
        try:
            with transaction.atomic():
                view, _created = RegisterView.objects.update_or_create(
                    user=user, name=said, defaults={"query": query}
                )
        except IntegrityError as error:
            raise BadView(
                _("A view of this name was saved in this moment. Open the register again.")
            ) from error
        log.append(
            Action.VIEW_SAVED,
            subject=view,
            actor=user,
            facts={"name": sealed(view, "name"), "query": sealed(view, "query")},
        )
    return view


def remove_view(view_id: UUID, *, actor: Actor) -> None:
    """Remove one of the reader's own views. Raises NotPermitted, or UnknownEvidence for any other."""
    user = require(actor, READ)
    with transaction.atomic():
        view = views_of(user).filter(pk=view_id).first()
        if view is None:
            raise UnknownEvidence(_("No such view of yours. Open the register again."))
        log.append(Action.VIEW_REMOVED, subject=view, actor=user, facts={"name": sealed(view, "name")})
        RegisterView.objects.filter(pk=view.pk).delete()
