"""What was done with an item, by the log, for those who may see it."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from audit.names import shown_names
from cases.models import Case
from evidence.models import EvidenceItem

ROWS = 20
_ACTIONS = {action.value: action for action in Action}


@dataclass(frozen=True, slots=True)
class Act:
    """One entry for a reader: the act in words, and who did it."""

    entry: Entry
    sentence: str
    who: str


@dataclass(frozen=True, slots=True)
class History:
    """One page of what was done with an item, newest first."""

    acts: tuple[Act, ...]
    page: Page[Entry]


def history_of(item: EvidenceItem, *, user: User, page: str | None = None) -> History:
    """One page of the log of an item that the user sees; the nearest one where `page` is none that exists.

    What was done for a case is told to that case's members alone; what names no case, to all who see the item.
    """
    told = Q(case_id=None) | Q(case_id__in=Case.objects.visible_to(user).values("pk"))
    entries = Entry.objects.filter(told, subject_id=str(item.pk)).defer("body", "leaf_hash")
    found = Paginator(entries.order_by("-recorded_at", "-id"), ROWS).get_page(page)
    names = shown_names({entry.actor for entry in found})
    return History(tuple(Act(entry, _sentence(entry), names[entry.actor]) for entry in found), found)


def _sentence(entry: Entry) -> str:
    action = _ACTIONS.get(entry.action)
    return str(action.sentence) if action else _("Unknown action")
