"""What the register's address may say, and what is chosen on its page."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.access import find_case_by_id
from cases.form_fields import PartialDateField
from cases.models import Case
from cases.partial_date import PartialDate
from cases.queries import members_of_any
from evidence.register_filter import (
    ITS_OWN,
    OUTSIDE,
    UNGRADED,
    CheckState,
    CustodyState,
    Order,
    RegisterFilter,
)
from evidence.register_rows import Place
from evidence.vocabulary import Credibility, Relation, Reliability

# The names under which filters and order stand in the address, in the order in which they are written.
NAMES = (
    "q",
    "type",
    "from",
    "case",
    "check",
    "alarm",
    "source",
    "information",
    "custody",
    "holder",
    "since",
    "until",
    "order",
)
# As many colleagues can be chosen from; whoever works with more of them looks by other filters.
_COLLEAGUES = 200
_SEPARATOR = "_"


# As people write it, in either calendar: a browser's own calendar is the Gregorian one alone.
_DAY = forms.TextInput(
    attrs={"placeholder": _("1 Azar 1405 or 2026-11-22"), "autocomplete": "off", "dir": "auto"}
)


class RegisterFilterForm(forms.Form):
    """What to look for in the register; what cannot be read is left out, and the page says so."""

    q = forms.CharField(required=False, max_length=200)
    type = forms.CharField(required=False, max_length=20)
    case = forms.UUIDField(required=False)
    check = forms.ChoiceField(
        label=_("Check"), required=False, choices=[("", _("Whatever the check said")), *CheckState.choices]
    )
    alarm = forms.BooleanField(label=_("Only with an open alarm"), required=False)
    since = PartialDateField(label=_("Received since"), required=False, widget=_DAY)
    until = PartialDateField(label=_("Received until"), required=False, widget=_DAY)
    source = forms.ChoiceField(
        label=_("Grade of the source"),
        required=False,
        choices=[("", _("Any grade")), *Reliability.choices, (UNGRADED, _("Not graded"))],
    )
    information = forms.ChoiceField(
        label=_("Grade of the information"),
        required=False,
        choices=[("", _("Any grade")), *Credibility.choices, (UNGRADED, _("Not graded"))],
    )
    custody = forms.ChoiceField(
        label=_("Custody"), required=False, choices=[("", _("Whatever its custody")), *CustodyState.choices]
    )
    holder = forms.ChoiceField(label=_("Held by"), required=False)
    order = forms.ChoiceField(label=_("Order"), required=False, choices=Order.choices)

    def __init__(self, data: QueryDict, *, reader: User) -> None:
        super().__init__(data)
        self.reader = reader
        # The name under which it stands in the address is no name that a class can give a field.
        self.fields["from"] = forms.ChoiceField(
            label=_("Where it came from"),
            required=False,
            choices=[("", _("From anywhere")), (ITS_OWN, _("Received by itself")), *Relation.choices],
        )
        holder = self.fields["holder"]
        assert isinstance(holder, forms.ChoiceField)  # noqa: S101  for the type checker
        holder.choices = lambda: _holders(reader)

    @property
    def unread(self) -> list[str]:
        """What stands in the address and cannot be read, by its label."""
        return [str(self[name].label or name) for name in self.errors if name in self.fields]

    @property
    def folded(self) -> list[forms.BoundField]:
        """The filters that the page folds away."""
        return [self[name] for name in ("custody", "holder", "source", "information", "from")]

    @property
    def is_narrow(self) -> bool:
        """Whether one of those is in use."""
        return any(field.data for field in self.folded)

    def wanted(self) -> RegisterFilter:
        """What is looked for. Raises UnknownCase for a case that is not the reader's."""
        self.is_valid()
        said = self.cleaned_data
        case_id, order, holder = said.get("case"), said.get("order"), said.get("holder") or ""
        since, until = _end_of(said.get("since"), "earliest"), _end_of(said.get("until"), "latest")
        return RegisterFilter(
            text=(said.get("q") or "").replace("\x00", ""),
            kind=said.get("type") or "",
            relation=said.get("from") or "",
            case=find_case_by_id(case_id, actor=self.reader) if case_id else None,
            check=said.get("check") or "",
            alarm=bool(said.get("alarm")),
            reliability=said.get("source") or "",
            credibility=said.get("information") or "",
            custody=said.get("custody") or "",
            holder=UUID(holder) if holder and holder != OUTSIDE else holder,
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until and until.year < 9999 else None,
            order=Order(order) if order else Order.NEWEST,
        )


class SelectionForm(forms.Form):
    """Which items of the register an act is for, and which act."""

    act = forms.ChoiceField(choices=[(name, name) for name in ("export", "place", "check")])
    which = forms.ChoiceField(required=False, choices=[(name, name) for name in ("ticked", "page", "all")])
    query = forms.CharField(required=False, max_length=2000)
    into = forms.UUIDField(required=False)
    # How many items the reader was told of before agreeing.
    agreed = forms.IntegerField(required=False)

    def ids(self) -> list[UUID]:
        """The items that were ticked, or all of the page; what is no id is left out."""
        name = "shown" if self.cleaned_data["which"] == "page" else "item"
        found = []
        for text in self.data.getlist(name) if isinstance(self.data, QueryDict) else []:
            try:
                found.append(UUID(text))
            except ValueError:
                continue
        return found


def kept_query(data: QueryDict, **changed: str | None) -> str:
    """The address's filters and order with some changed, or left out where None; never the place of a page."""
    kept = QueryDict(mutable=True)
    for name in NAMES:
        value = changed[name] if name in changed else data.get(name)
        if value:
            kept[name] = value
    return kept.urlencode()


def place_text(place: Place | None) -> str:
    """A place as the address holds it."""
    return f"{place.received_at.isoformat()}{_SEPARATOR}{place.reference}" if place else ""


def read_place(text: str) -> Place | None:
    """The place that the address holds; None for what cannot be one."""
    moment, _separator, reference = text.partition(_SEPARATOR)
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if at.tzinfo is None or not reference or len(reference) > 16 or "\x00" in reference:
        return None
    return Place(at, reference)


def _holders(reader: User) -> list[tuple[str, Any]]:
    """Who may be asked for: the reader, whoever shares a case with them, and anybody outside. Nobody else is named."""
    others = members_of_any(Case.objects.visible_to(reader)).exclude(pk=reader.pk)
    return [
        ("", _("Whoever has it")),
        (str(reader.pk), _("Me")),
        *((str(user.pk), user.full_name) for user in others[:_COLLEAGUES]),
        (OUTSIDE, _("Somebody without an account")),
    ]


def _end_of(written: PartialDate | None, side: str) -> date | None:
    """The first or the last day of what was written: of a month, a season or a year all of it."""
    found: date | None = getattr(written, side, None)
    return found


def _midnight(day: date) -> datetime:
    """The beginning of a day by the clock of the office."""
    zone: ZoneInfo = settings.DADKHAH_OFFICE_ZONE
    return datetime.combine(day, time.min, zone)
