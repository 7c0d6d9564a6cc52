"""Gaps in custody, for the auditor: over all items, in words, without what anybody wrote."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from evidence.gap_report import log_reading, look_for_gaps
from evidence.gaps.gap import GapKind
from evidence.models import EvidenceItem
from evidence.scopes import REVIEW_CUSTODY
from evidence.views.reader import reader


@require_safe
@permission_required(REVIEW_CUSTODY)
def custody_gaps(request: HttpRequest) -> HttpResponse:
    """One look through the ledgers, from where the last one ended. In the log before it is shown."""
    user = reader(request)
    wanted = request.GET.get("kind", "")
    kinds = [GapKind(wanted)] if wanted in GapKind.values else []
    log_reading(actor=user)
    look = look_for_gaps(
        EvidenceItem.objects.custody_visible_to(user), after=_read(request.GET.get("after", "")), kinds=kinds
    )
    chips = [{"label": _("Every gap"), "href": "?", "active": not kinds}] + [
        {"label": kind.label, "href": f"?kind={kind.value}", "active": kind in kinds} for kind in GapKind
    ]
    context = {"look": look, "filters": chips, "kind": kinds[0].value if kinds else ""}
    return render(request, "evidence/custody_gaps.html", context)


def _read(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
