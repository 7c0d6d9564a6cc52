"""Where a user may act: membership of the case. What kind of act is the role's matter (`accounts.access`)."""

from uuid import UUID

from accounts.models import User
from accounts.roles import Role
from audit.actors import Actor
from cases.errors import NotAMember, UnknownCase
from cases.models import Case

# Nobody else has work inside a case, so nobody else is let in.
ELIGIBLE_ROLES = (Role.PARALEGAL, Role.LAWYER)


def require_member(case: Case, actor: Actor) -> User:
    """Return the actor as the user that they are, if they are a member of `case` at this moment.

    Raises NotAMember, whose sentence does not say that the case exists. The system itself is a member of
    nothing.
    """
    if isinstance(actor, User) and Case.objects.visible_to(actor).filter(pk=case.pk).exists():
        return actor
    raise NotAMember


def find_case(reference: str, *, actor: Actor) -> Case:
    """The case of this reference, in any letter case, if the actor is a member of it.

    Raises UnknownCase with the same sentence whether there is no such case or it is closed to the actor.
    """
    if not isinstance(actor, User):
        raise UnknownCase
    case = Case.objects.visible_to(actor).filter(reference=normal_reference(reference)).first()
    if case is None:
        raise UnknownCase
    return case


def find_case_by_id(case_id: UUID, *, actor: Actor) -> Case:
    """The case with this id, under the same rule as `find_case`."""
    if not isinstance(actor, User):
        raise UnknownCase
    case = Case.objects.visible_to(actor).filter(pk=case_id).first()
    if case is None:
        raise UnknownCase
    return case


def normal_reference(reference: str) -> str:
    """A case reference as it is stored: no outer spaces, capital letters."""
    return reference.strip().upper()
