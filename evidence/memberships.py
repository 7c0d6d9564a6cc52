"""Whether somebody is at home in every case that an item lies in."""

from accounts.models import User
from cases.models import Case
from evidence.models import EvidenceCase, EvidenceItem


def is_member_of_all(item: EvidenceItem, user: User) -> bool:
    """Whether the item lies in a case at all, and the user is a member of each of them."""
    cases = EvidenceCase.objects.filter(item=item)
    mine = Case.objects.visible_to(user).values("pk")
    return cases.exists() and not cases.exclude(case__in=mine).exists()
