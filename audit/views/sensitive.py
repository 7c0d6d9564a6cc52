"""The page of sensitive acts: for a period, each with its way into the list of entries."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from audit.forms import PeriodForm
from audit.names import shown_names
from audit.sensitive import BURST_ACTS, BURST_SPAN, LONGEST, Count, sensitive_acts
from audit.views.address import not_understood
from audit.views.guard import reviewer_required
from audit.views.last_check import last_check, page_of_verification

DEFAULT = timedelta(days=30)
_PRESETS = {
    7: gettext_lazy("Last 7 days"),
    30: gettext_lazy("Last 30 days"),
    90: gettext_lazy("Last 90 days"),
}


@require_safe
@reviewer_required
def sensitive(request: HttpRequest) -> HttpResponse:
    """The sensitive acts of a period; the last 30 days unless another is asked for."""
    form = PeriodForm(request.GET) if request.GET.get("since") or request.GET.get("until") else PeriodForm()
    since, until = _period(form)
    found = sensitive_acts(since, until)
    names = shown_names(
        {one.actor for one in found.breaks.newest}
        | {night.actor for night in found.nights}
        | {burst.actor for burst in found.bursts}
    )
    context = {
        "form": form,
        "not_understood": not_understood(request, form.fields),
        "check": last_check(),
        "since": since,
        "until": until,
        "periods": _periods(since, until),
        "breaks": found.breaks,
        "broken": [
            {
                "found": one,
                "who": names[one.actor],
                "href": page_of_verification(one, found.breaks.runs),
            }
            for one in found.breaks.newest
        ],
        "kinds": [
            {
                "label": kind.label,
                "counts": [_count(count, since, until) for count in counts if count.count],
                "never": [count.action.sentence for count in counts if not count.count],
            }
            for kind, counts in found.kinds
        ],
        "nights": [
            {
                "night": night,
                "who": names[night.actor],
                "href": _entries(night.since, night.until, actor=night.actor),
            }
            for night in found.nights
        ],
        "bursts": [
            {
                "burst": burst,
                "who": names[burst.actor],
                "href": _entries(burst.since, burst.until + timedelta(seconds=1), actor=burst.actor),
            }
            for burst in found.bursts
        ],
        "burst_acts": BURST_ACTS,
        "burst_minutes": BURST_SPAN.seconds // 60,
    }
    return render(request, "audit/sensitive.html", context)


def _period(form: PeriodForm) -> tuple[datetime, datetime]:
    if form.is_bound and form.is_valid():
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        if until - since <= LONGEST:
            return since, until
        form.add_error("since", _("Choose at most 92 days. For a longer period make a report."))
    tomorrow = _tomorrow()
    return tomorrow - DEFAULT, tomorrow


def _tomorrow() -> datetime:
    """When the day ends, so that today is inside."""
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _periods(since: datetime, until: datetime) -> list[dict[str, Any]]:
    tomorrow = _tomorrow().date()
    chips = []
    for days, label in _PRESETS.items():
        start = tomorrow - timedelta(days=days)
        query = urlencode({"since": start.isoformat(), "until": tomorrow.isoformat()})
        active = (since.date(), until.date()) == (start, tomorrow)
        chips.append({"label": label, "href": f"?{query}", "active": active})
    return chips


def _count(count: Count, since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "sentence": count.action.sentence,
        "count": count.count,
        "more": count.more,
        "href": _entries(since, until, action=count.action.value),
    }


def _entries(since: datetime, until: datetime, **filters: str) -> str:
    """The list of entries through these filters."""
    period = {"since": _stamp(since), "until": _stamp(until)}
    return f"{reverse('audit:entries')}?{urlencode({**filters, **period})}"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"
