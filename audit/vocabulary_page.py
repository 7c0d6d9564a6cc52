"""The page that shows all that can stand in the log: every action by its group, with its sentence."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.action_groups import Group
from audit.actions import Action
from audit.views.guard import reviewer_required


@require_safe
@reviewer_required
def vocabulary(request: HttpRequest) -> HttpResponse:
    """Every action, each with a link to its entries. Asks nothing of the log, so it opens however long that is."""
    context = {"groups": by_group(), "count": len(Action)}
    return render(request, "audit/vocabulary.html", context)


def by_group() -> list[tuple[Group, list[Action]]]:
    """The groups in their order, each with its actions in the order in which the code lists them."""
    order = list(Group)
    actions = sorted(Action, key=lambda action: order.index(action.group))
    return [(group, list(members)) for group, members in groupby(actions, key=lambda action: action.group)]
