"""The list of entries: filters in the address, chips that say what is filtered, pages that stay fast."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.digits import in_digits
from audit.entry_look import differing_names
from audit.explorer import EntryPage, page_of, with_places
from audit.forms import FilterForm
from audit.names import Names, house_names, shown_names, shown_subject
from audit.shown import ShownEntry, in_words
from audit.tiles import tree_size
from audit.unlisted import unlisted_beside
from audit.views.address import not_understood
from audit.views.guard import reviewer_required
from audit.views.last_check import last_check

_MARKS = ("older", "newer")


@require_safe
@reviewer_required
def entries(request: HttpRequest) -> HttpResponse:
    """The entries, newest first, through the filters of the address; none where something in it could not be read."""
    names = house_names()
    form = FilterForm(request.GET, names=names)
    filters = form.filters()
    strange = not_understood(request, {*form.fields, *_MARKS})
    size = tree_size()  # before the list, for it grows
    page = (
        EntryPage((), older="", newer="", count=0, more=False)
        if form.errors or strange
        else page_of(
            filters, older_than=request.GET.get("older", ""), newer_than=request.GET.get("newer", "")
        )
    )
    asked = _asked(request, form)
    rows = in_words(page.entries, names)
    placed, outside = with_places(page.entries)
    context = {
        "form": form,
        "not_understood": strange,
        "check": last_check(),
        "page": page,
        "rows": rows,
        "broken": {entry.pk for entry in placed if differing_names(entry)} | outside,
        # Of a list through filters nothing can be told.
        "unlisted": []
        if form.errors or strange or filters.columns
        else unlisted_beside(page, placed, size=size),
        "query": asked.urlencode(),
        "periods": _periods(asked),
        "chips": _chips(asked, form, names, rows),
    }
    return render(request, "audit/entries.html", context)


def _asked(request: HttpRequest, form: FilterForm) -> QueryDict:
    """The filters of the address alone, in the order of the form."""
    kept = QueryDict(mutable=True)
    kept.update({name: request.GET[name] for name in form.fields if request.GET.get(name)})
    return kept


def _changed(asked: QueryDict, **changes: str | None) -> str:
    """The address with some filters changed, or taken out where None."""
    kept = asked.copy()
    for name, value in changes.items():
        kept.pop(name, None)
        if value is not None:
            kept[name] = value
    return f"?{kept.urlencode()}"


def _periods(asked: QueryDict) -> list[dict[str, Any]]:
    today = timezone.now()
    since = {
        _("Today"): _day(today),
        _("Last 7 days"): _day(today - timedelta(days=6)),
        _("Last 30 days"): _day(today - timedelta(days=29)),
    }
    chosen = "" if asked.get("until") else asked.get("since", "")
    return [
        {
            "label": _("Any time"),
            "href": _changed(asked, since=None, until=None),
            "active": not _timed(asked),
        },
        *(
            {"label": label, "href": _changed(asked, since=day, until=None), "active": day == chosen}
            for label, day in since.items()
        ),
    ]


def _timed(asked: QueryDict) -> bool:
    return bool(asked.get("since") or asked.get("until"))


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _chips(
    asked: QueryDict, form: FilterForm, names: Names, rows: Sequence[ShownEntry]
) -> list[dict[str, str]]:
    """One chip for each filter that works, with the address without it."""
    data = form.cleaned_data
    words = {
        "action": _label_of(form, "action") if data.get("action") else "",
        "actor": _actor_words(data["actor"], names) if data.get("actor") else "",
        "subject": _subject_words(form, names, rows),
        "case": names.cases().get(data["case"], str(data["case"])) if data.get("case") else "",
        "channel": _label_of(form, "channel") if data.get("channel") else "",
        "since": _as_read(asked.get("since", ""), data.get("since")),
        "until": _as_read(asked.get("until", ""), data.get("until")),
    }
    return [
        {"name": str(form.fields[name].label), "value": value, "href": _changed(asked, **{name: None})}
        for name, value in words.items()
        if value
    ]


def _actor_words(actor: str, names: Names) -> str:
    """As the list of actors calls them; whom it does not hold, as the entries do."""
    return names.actors().get(actor) or shown_names({actor})[actor]


def _as_read(typed: str, moment: datetime | None) -> str:
    """What was typed, and the day that it was taken for where that is written otherwise."""
    if moment is None:
        return ""
    day = _day(moment.astimezone(UTC))
    return in_digits(typed if day in typed else f"{typed} = {day}")


def _label_of(form: FilterForm, name: str) -> str:
    """What the chosen option says; options may stand in groups."""
    chosen = form.cleaned_data[name]
    for value, label in form.fields[name].choices:  # type: ignore[attr-defined]
        if isinstance(label, list | tuple):
            found = dict(label).get(chosen)
            if found is not None:
                return str(found)
        elif value == chosen:
            return str(label)
    return str(chosen)


def _subject_words(form: FilterForm, names: Names, rows: Sequence[ShownEntry]) -> str:
    """What the subject is called, and what was typed where that says something else."""
    if form.about is None:
        return ""
    typed: str = form.cleaned_data["subject"].strip()
    known = shown_subject(form.about, names.subjects({form.about})) if form.about.kind else ""
    # Of an id alone the entries say what it is of.
    words = known or (rows[0].about if rows else "")
    return words if typed in words else f"{words} · {typed}" if words else typed
