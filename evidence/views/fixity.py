"""Rounds of reading stored files again, their reports, and the alarms that wait for a person."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from audit.errors import BadInput, Conflict
from audit.names import shown_names
from evidence.alarms import alarms, close_alarm, find_alarm
from evidence.fixity_queries import broken_readings, find_round, receipts_of, rounds
from evidence.fixity_reporting import take_report
from evidence.fixity_rounds import ask_for_round, unfinished_round
from evidence.fixity_schedule import ask_for_share
from evidence.forms import CloseAlarmForm, RoundForm
from evidence.models import FixityAlarm
from evidence.scopes import REVIEW_CUSTODY
from evidence.views.reader import page_of, reader

# So many damaged objects are named on a round's page; its report names more, the alarms' page all.
_LISTED = 100


class HtmxRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it."""

    htmx: HtmxDetails


@require_safe
@permission_required(REVIEW_CUSTODY)
def round_list(request: HttpRequest) -> HttpResponse:
    """Every round, the newest first, and the form that begins one."""
    page = page_of(request, rounds(reader(request)))
    return render(request, "evidence/rounds.html", {"page": page, "form": RoundForm()})


@require_POST
@permission_required(REVIEW_CUSTODY)
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a round over every object, or join the one that goes on, and lead to its page."""
    form = RoundForm(request.POST)
    if not form.is_valid():
        page = page_of(request, rounds(reader(request)))
        return show_form(request, "evidence/rounds.html", form, {"page": page})
    method = form.method()
    joined = unfinished_round(method) is not None
    with transaction.atomic():
        asked = ask_for_round(method, actor=reader(request))
        # Robust: what the queue does not take is queued by the reconciler.
        transaction.on_commit(lambda: ask_for_share(asked.pk), robust=True)
    if joined:
        messages.info(
            request, _("A round was going on already. This is it; it covers every stored file now.")
        )
    return redirect("evidence:round", asked.pk)


@require_safe
@permission_required(REVIEW_CUSTODY)
def round_page(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """One round: how far it is, or what it found."""
    found = find_round(round_id, user=reader(request))
    broken = broken_readings(found, most=_LISTED)
    context = {
        "round": found,
        "who": shown_names({found.agent})[found.agent],
        "faults": receipts_of(broken),
        "store_away": FixityAlarm.objects.filter(object=None, closed_at=None).first(),
    }
    # While it goes on, the page asks again for its one moving part.
    moving = cast(HtmxRequest, request).htmx
    return render(request, "evidence/round.html#round" if moving else "evidence/round.html", context)


@require_POST
@permission_required(REVIEW_CUSTODY)
def report(request: HttpRequest, round_id: UUID) -> HttpResponseBase:
    """The round's report with its paper and its proof, as one archive."""
    taken = take_report(find_round(round_id, user=reader(request)), actor=reader(request))
    return FileResponse(
        taken.content, as_attachment=True, filename=taken.name, content_type="application/zip"
    )


@require_safe
@permission_required(REVIEW_CUSTODY)
def alarm_list(request: HttpRequest) -> HttpResponse:
    """The alarms, open ones first."""
    user, closed = reader(request), request.GET.get("show") == "closed"
    found = alarms(user)
    waiting = found.filter(closed_at=None)
    chips = [
        {"label": pgettext("alarms", "Open"), "href": "?", "active": not closed, "count": waiting.count()},
        {"label": pgettext("alarms", "Closed"), "href": "?show=closed", "active": closed},
    ]
    page = page_of(request, found.exclude(closed_at=None) if closed else waiting)
    context = {
        "page": page,
        "rows": receipts_of(page.object_list),
        "filters": chips,
        "query": "show=closed" if closed else "",
        "closed": closed,
    }
    return render(request, "evidence/alarms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(REVIEW_CUSTODY)
def alarm(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """One alarm: what was found, what a later reading found, and its closing."""
    user = reader(request)
    found = find_alarm(alarm_id, user=user)
    form = CloseAlarmForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            close_alarm(found, reason=form.cleaned_data["reason"], actor=user)
        except (BadInput, Conflict) as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, _("The alarm is closed. Who closed it, and why, is recorded."))
            return redirect("evidence:alarms")
    context = {"row": receipts_of([found])[0]}
    return show_form(request, "evidence/alarm.html", form, context)
