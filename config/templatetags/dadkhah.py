"""What templates need to show dates, digests and foreign text without misleading the reader."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template import Context
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from audit.digits import persian_digits
from cases.calendars import Calendar, parts_of
from cases.date_display import display_dates
from cases.date_words import MONTH_NAMES
from cases.partial_date import PartialDate
from config.people import in_words

register = template.Library()


# Persian spelling needs these two; every other format character only hides or reorders what is written.
_HONEST_FORMAT_CHARACTERS = {"\u200c", "\u200d"}
_DAY = re.compile(r"(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])")
# E-4H22-WSKQ, DK-1988-01-dossier-01: what is longer may be somebody's own words and has to break.
_REFERENCE = re.compile(r"(?<![\w-])(?=[\w-]{4,30}(?![\w-]))[A-Z]{1,4}-[A-Z0-9]+(?:-[A-Za-z0-9]+)*")
# Longer than any word or id that is read as one; what is shown of it comes in pieces that a line may end at.
_LONG_WORD = re.compile(r"(\S{37,})")
_PIECE = 18
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@register.filter
def verbatim_text(text: object) -> SafeString:
    """The text, escaped, with each control, override or odd space shown as its code point."""
    return mark_safe("".join(_visible(character) for character in str(text)))  # noqa: S308 - each part is escaped


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    hidden = category in _HIDDEN_CATEGORIES and character not in _HONEST_FORMAT_CHARACTERS
    if hidden or (category == "Zs" and character != " "):
        return f'<span class="hidden-character">U+{ord(character):04X}</span>'
    return escape(character)


@register.filter
def visible_words(text: object) -> SafeString:
    """Somebody's sentences in their lines, with controls and direction overrides made visible."""
    plain = str(text).replace("\r\n", "\n").replace("\t", " ")
    # A space of another width is as honest in a sentence as it is strange in a name.
    shown = (escape(one) if unicodedata.category(one) == "Zs" else _visible(one) for one in plain)
    return mark_safe("<br>".join("".join(shown).split(_visible("\n"))))  # noqa: S308  every character escaped


@register.filter
def whole_days(text: Any) -> SafeString:
    """A sentence of ours, escaped, in which no day of the form 2027-01-31 is broken between two lines."""
    return mark_safe(_DAY.sub(r'<bdi class="unbroken" dir="ltr">\g<0></bdi>', conditional_escape(text)))  # noqa: S308 - escaped


@register.filter
def whole_references(text: Any) -> SafeString:
    """A text, escaped, in which no reference is broken between two lines, where half of it reads like another one."""
    return mark_safe(  # noqa: S308 - escaped
        _REFERENCE.sub(r'<bdi class="unbroken" dir="ltr">\g<0></bdi>', conditional_escape(text))
    )


@register.filter
def in_cell(text: Any) -> SafeString:
    """What a table says of somebody or something: references whole, but words that no column holds broken."""
    parts = enumerate(_LONG_WORD.split(str(text)))
    shown = "".join(_broken(part) if number % 2 else whole_references(part) for number, part in parts)
    return mark_safe(shown)  # noqa: S308 - escaped


def _broken(word: str) -> str:
    pieces = (word[start : start + _PIECE] for start in range(0, len(word), _PIECE))
    return "<wbr>".join(conditional_escape(piece) for piece in pieces)


@register.filter
def actor_words(agent: object) -> str:
    """Words for an actor of the log that is no colleague, such as a task of our own."""
    return in_words(str(agent))


@register.filter
def written_direction(text: object) -> str:
    """ "rtl" or "ltr" by the first letter that has a direction; text without one ("1988~") reads left to right."""
    for character in str(text):
        bidirectional = unicodedata.bidirectional(character)
        if bidirectional in {"R", "AL", "L"}:
            return "ltr" if bidirectional == "L" else "rtl"
    return "ltr"


@register.filter
def digest_hex(digest: Any) -> str:
    """Hex digits of a digest given as text, as bytes or as a value with `.hex`."""
    if not digest:
        return ""
    if isinstance(digest, memoryview):
        digest = bytes(digest)
    hexadecimal = getattr(digest, "hex", digest)
    return str(hexadecimal() if callable(hexadecimal) else hexadecimal)


@register.filter
def digest_short(hexadecimal: str) -> str:
    """First 8 and last 8 hex digits, as people compare digests by eye."""
    return hexadecimal if len(hexadecimal) <= 16 else f"{hexadecimal[:8]}…{hexadecimal[-8:]}"


@register.filter
def digits(value: object) -> str:
    """A count in the digits of the reader's language."""
    return persian_digits(str(value)) if _language() == "fa" else str(value)


@register.filter
def iso_moment(at: datetime) -> str:
    """RFC 3339 text of a moment, for machines."""
    return at.isoformat(timespec="seconds")


@register.filter
def file_size(size: int) -> str:
    """A size in words, with the digits and the decimal sign of the reader's language: 135.2 KB."""
    words = filesizeformat(size)
    return digits(words).replace(".", "\N{ARABIC DECIMAL SEPARATOR}") if _language() == "fa" else words


@register.filter
def gregorian_day(at: date | datetime) -> str:
    """The Gregorian day, in words: 22 November 2026."""
    return _day_in_words(Calendar.GREGORIAN, at)


@register.filter
def solar_hijri(at: date | datetime) -> str:
    """The same day in the Solar Hijri calendar: 1 Azar 1405."""
    return _day_in_words(Calendar.SOLAR_HIJRI, at)


@register.filter
def clock(at: datetime) -> str:
    """Hours and minutes with the zone they are meant in: 14:05 UTC."""
    moment = timezone.localtime(at) if timezone.is_aware(at) else at
    return f"{digits(f'{moment:%H:%M}')} {moment.tzname() or ''}".rstrip()


@register.filter
def both_calendars(partial: PartialDate) -> Sequence[str]:
    """What both calendars say of a partial date, beyond what was written."""
    return display_dates(partial, _language()).others


@register.filter
def field_kind(field: BoundField) -> str:
    """How a field is laid out: a tick beside its label, a group of choices, or a label above."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple) or getattr(widget, "in_a_group", False):
        return "choices"
    return "tick" if isinstance(widget, CheckboxInput) else "line"


@register.filter
def needed_when(field: BoundField) -> str:
    """When a field that may be left empty has to be filled in, as its form says in `needed_when`; else empty."""
    said: dict[str, str] = getattr(field.form, "needed_when", {})
    return said.get(field.name, "")


@register.filter
def offers_more(form: BaseForm) -> bool:
    """Whether a field of the form has a button of its own, which would come before the form's."""
    return any(getattr(field.widget, "offers_more", False) for field in form.fields.values())


@register.filter
def field_widget(field: BoundField) -> SafeString:
    """The field's widget, tied to the text that explains it and to its errors."""
    attributes: dict[str, str | bool] = {}
    if field.help_text or field.errors:
        attributes["aria-describedby"] = f"about-{field.html_name}"
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """Whether the reader's role holds a permission; works inside includes that say `only`.

    Only hides what would be refused anyway: the view itself decides. Without a request (a page shown out
    of its place, as in the gallery) everything is shown.
    """
    request = getattr(context, "request", None)
    user = getattr(request, "user", None)
    return True if user is None else bool(user.has_perm(permission))


def _day_in_words(calendar: Calendar, at: date | datetime) -> str:
    year, month, day = parts_of(calendar, _local_day(at))
    names = MONTH_NAMES[calendar]
    name = names.get(_language(), names["en"])[month - 1]
    return f"{digits(day)} {name} {digits(year)}"


def _local_day(at: date | datetime) -> date:
    if isinstance(at, datetime):
        return (timezone.localtime(at) if timezone.is_aware(at) else at).date()
    return at


def _language() -> str:
    return (get_language() or "en").split("-")[0]
