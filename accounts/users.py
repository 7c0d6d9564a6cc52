"""Creating users, giving them a role, and letting them go."""

import unicodedata

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.errors import BadUserName, NameTaken, OwnAccount, WeakPassword
from accounts.models import User
from accounts.roles import Role
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor

# Persian spelling needs the two joiners; every other format character hides or reorders what is written.
_JOINERS = {"\u200c", "\u200d"}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LABELS = {field.name: field.verbose_name for field in User._meta.fields}


def create_user(
    *, username: str, full_name: str, role: Role, password: str, actor: Actor, language: str = "en"
) -> User:
    """Make an account that holds one role.

    `actor` is an administrator, or the system itself when the machine is set up. Raises NotPermitted, BadUserName,
    NameTaken or WeakPassword; leaves no row behind.
    """
    if not isinstance(actor, SystemActor):
        require(actor, "accounts.manage_users")
    user = User(username=username.strip(), full_name=" ".join(full_name.split()), language=language)
    _check_names(user)
    _check_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        user.save(force_insert=True)
        user.groups.add(Group.objects.get(name=role.value))
        log.append(Action.ACCOUNT_CREATED, subject=user, actor=actor)
        log.append(Action.ROLE_GRANTED, subject=user, actor=actor, facts={"role": role.value})
    return user


def close_account(user: User, *, actor: Actor) -> None:
    """Let the user sign in no more; their open sessions end at their next request. What they did stays."""
    if require(actor, "accounts.manage_users") == user:
        raise OwnAccount(_("You cannot close your own account. Ask another administrator."))
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        log.append(Action.ACCOUNT_CLOSED, subject=user, actor=actor)


def change_password(user: User, *, password: str, actor: Actor) -> None:
    """Set a new password of the user's own; every other session of theirs ends. Raises WeakPassword."""
    _check_password(password, user)
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        log.append(Action.PASSWORD_CHANGED, subject=user, actor=actor)


def _check_names(user: User) -> None:
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        sentence = " ".join(
            f"{_LABELS[field]}: {message}"
            for field, messages in error.message_dict.items()
            for message in messages
        )
        raise BadUserName(_("This account cannot be made: %(why)s") % {"why": sentence}) from error
    if any(unicodedata.category(letter) in _HIDDEN and letter not in _JOINERS for letter in user.full_name):
        raise BadUserName(
            _("The full name holds a hidden character, which would make it read as another. Type it anew.")
        )
    if User.objects.filter(username__iexact=user.username).exists():
        raise NameTaken(
            _("Another user is called “%(name)s”. Choose another sign-in name.") % {"name": user.username}
        )


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error
