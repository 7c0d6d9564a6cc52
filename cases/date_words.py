"""The words of which dates are made, in English and Persian, folded for reading. Pure."""

from cases.calendars import Calendar
from cases.folding import fold
from cases.partial_date import Qualifier

MONTH_NAMES: dict[Calendar, dict[str, tuple[str, ...]]] = {
    Calendar.SOLAR_HIJRI: {
        "en": (
            "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
            "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand",
        ),
        "fa": (
            "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
            "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
        ),
    },
    Calendar.GREGORIAN: {
        "en": (
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
        "fa": (
            "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن",
            "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
        ),
    },
}  # fmt: skip
_OTHER_NAMES = {
    Calendar.SOLAR_HIJRI: (("amordad", 5), ("امرداد", 5), ("dei", 10)),
    Calendar.GREGORIAN: (("می", 5), ("جون", 6), ("جولای", 7), ("آگوست", 8), ("sept", 9)),
}


def _months() -> dict[str, tuple[Calendar, int]]:
    months: dict[str, tuple[Calendar, int]] = {}
    for calendar, languages in MONTH_NAMES.items():
        for names in languages.values():
            months.update({fold(name): (calendar, number) for number, name in enumerate(names, start=1)})
        months.update({fold(name): (calendar, number) for name, number in _OTHER_NAMES[calendar]})
    english = MONTH_NAMES[Calendar.GREGORIAN]["en"]
    months.update(
        {fold(name[:3]): (Calendar.GREGORIAN, number) for number, name in enumerate(english, start=1)}
    )
    return months


def _folded(*words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words)


MONTHS = _months()
# First and last day of a third of a month; None is the month's own last day.
PARTS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(_folded("early", "اوایل"), (1, 10)),
    **dict.fromkeys(_folded("mid", "middle", "اواسط"), (11, 20)),
    **dict.fromkeys(_folded("late", "اواخر"), (21, None)),
}
# The first month of each season of the solar Hijri year, which begins with spring.
SEASONS: dict[str, int] = {
    **dict.fromkeys(_folded("spring", "بهار"), 1),
    **dict.fromkeys(_folded("summer", "تابستان"), 4),
    **dict.fromkeys(_folded("autumn", "fall", "پاییز"), 7),
    **dict.fromkeys(_folded("winter", "زمستان"), 10),
}
DOUBTS: dict[str, Qualifier] = {
    **dict.fromkeys(
        _folded("about", "around", "circa", "ca", "ca.", "c.", "حدود", "حوالی"), Qualifier.APPROXIMATE
    ),
    **dict.fromkeys(_folded("perhaps", "probably", "شاید", "احتمالا"), Qualifier.UNCERTAIN),
}
FILLERS = _folded(
    "the",
    "of",
    "in",
    "year",
    "month",
    "سال",
    "ماه",
    "در",
    "هجری",
    "شمسی",
    "خورشیدی",
    "میلادی",
    "ce",
    "ad",
    "sh",
)
LUNAR = _folded(
    "قمری", "ah", "محرم", "صفر", "رجب", "شعبان", "رمضان", "شوال", "ذیقعده", "ذیحجه", "ذی‌قعده", "ذی‌حجه", "ربیع",
    "جمادی", "muharram", "moharram", "safar", "rabi", "jumada", "jamadi", "rajab", "shaban", "ramadan", "ramazan",
    "shawwal", "shavval",
)  # fmt: skip
