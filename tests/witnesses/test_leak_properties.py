"""Whatever a name is turned into on its way through programs, it is found; ordinary texts give no alarm."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from django.test import RequestFactory
from django.views.debug import ExceptionReporter
from hypothesis import given
from hypothesis import strategies as st

from tests.witnesses.test_leaks import PAGE, looked, needles_of, opened
from witnesses.identity import OpenedIdentity, SealedRow
from witnesses.leaks.looking import LookBroken, Surety, look
from witnesses.leaks.needles import Needles
from witnesses.leaks.texts import Piece

GIVEN_FA = ["علی", "حسین", "مریم", "بیتا", "گلناز", "کاوه", "آرش", "نوید", "رویا", "پروانه"]
FAMILY_FA = [
    "رضایی",
    "حسینی",
    "کریمی",
    "نوری",
    "سهرابی\u200cنژاد",
    "توکلی",
    "زندکریمی",
    "شاکری",
    "بهرامی",
    "قره\u200cباغی",
]
GIVEN_LATIN = ["Ali", "Hossein", "Maryam", "Bita", "Golnaz", "Kaveh", "Arash", "Navid", "Roya", "Parvaneh"]
FAMILY_LATIN = [
    "Rezaei",
    "Hosseini",
    "Karimi",
    "Nouri",
    "Sohrabinejad",
    "Tavakkoli",
    "Zandkarimi",
    "Shakeri",
    "Bahrami",
    "Gharebaghi",
]
STREETS = ("سروناز", "کاخ شمالی", "بهار", "گلستان", "ایرانشهر", "فرشته", "لاله")
STREETS_LATIN = ("Linden", "Garden", "Station", "Marlowe", "Kent")
BEFORE = ("", "نامهٔ ", "A letter by ", "1367, ", "\n\n\t", "آقای ", "(", "«", "scan_", "۱۲. ")
AFTER = ("", " گفت", " said so.", "، ۱۳۶۷", ")", "»\n", ".pdf", "_2.jpg", "'s brother", "\u200f")
ARABIC = str.maketrans("یک", "يك")
TURNS = (
    lambda name: name,
    str.upper,
    lambda name: name.replace(" ", "\u00a0"),
    lambda name: name.replace(" ", "  \n "),
    lambda name: name.replace(" ", "_"),
    lambda name: name.replace(" ", ""),
    lambda name: name.replace(" ", "&nbsp;"),
    lambda name: name.replace("\u200c", " "),
    lambda name: name.replace("\u200c", ""),
    lambda name: name.translate(ARABIC),
    lambda name: ", ".join(reversed(name.split(" "))),
    lambda name: " ".join(name.replace(" ", "").replace("\u200c", "")),
    lambda name: f"\u202b{name}\u202c",
    lambda name: name[:2] + "\u00ad" + name[2:],
    lambda name: name[:-2] + "-\n" + name[-2:],
    lambda name: "".join(f"&#{ord(letter)};" for letter in name),
)  # fmt: skip
names = st.one_of(
    st.builds("{} {}".format, st.sampled_from(GIVEN_FA), st.sampled_from(FAMILY_FA)),
    st.builds("{} {}".format, st.sampled_from(GIVEN_LATIN), st.sampled_from(FAMILY_LATIN)),
)
ROOT = Path(__file__).resolve().parents[2]


@given(names, st.sampled_from(TURNS), st.sampled_from(BEFORE), st.sampled_from(AFTER))
def test_every_form_of_a_name_is_surely_found(name, turn, before, after) -> None:
    assert looked(before + turn(name) + after, opened(name)) is Surety.SURE


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_a_name_is_found_in_the_other_script(first: int, last: int, sealed_in_latin: bool) -> None:
    if last == 9:  # two words of which one is Turkish; its vowels are no rule
        last = 0
    persian = f"{GIVEN_FA[first]} {FAMILY_FA[last]}"
    latin = f"{GIVEN_LATIN[first]} {FAMILY_LATIN[last]}"
    sealed, text = (latin, persian) if sealed_in_latin else (persian, latin)
    assert looked(text, opened(sealed)) in (Surety.SURE, Surety.LIKELY)


@given(names, st.text())
def test_any_text_at_all_is_looked_through_and_judged_alike_again(name: str, text: str) -> None:
    whose = opened(name, date_of_birth="1345/05/12")
    assert looked(text, whose) == looked(text, whose)


@given(names, st.sampled_from(TURNS))
def test_a_hit_carries_nothing_of_what_was_found(name, turn) -> None:
    told = str(list(look([Piece(PAGE, turn(name))], needles_of(opened(name)))))
    assert not any(part in told for part in re.split(r"[ \u200c]", name))


def _texts() -> Iterator[str]:
    for page in (*(ROOT / "docs").rglob("*.md"), ROOT / "CHANGELOG.md"):
        yield page.read_text(encoding="utf-8")
    catalogue = (ROOT / "locale/fa/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    yield "\n".join(re.findall(r'"(.*?)"\n', catalogue))


def test_half_a_million_letters_of_ordinary_text_give_no_alarm() -> None:
    """Two hundred people who are not in it: nothing sure or likely, and few pages that could be anybody."""
    people = [f"{one} {other}" for one in GIVEN_FA for other in FAMILY_FA]
    people += [f"{one} {other}" for one in GIVEN_LATIN for other in FAMILY_LATIN]
    needles = needles_of(
        *(
            opened(
                name,
                contacts=(
                    SealedRow(
                        f"خیابان {STREETS[number % 7]}، کوچه {FAMILY_FA[number % 8]}، پلاک {number}",
                        "address",
                    ),
                    SealedRow(
                        f"{number} {STREETS_LATIN[number % 5]} Lane, {FAMILY_LATIN[number % 9]} Street",
                        "address",
                    ),
                    SealedRow(f"0912{number * 48_611 + 1_000_000}", "phone"),
                    SealedRow(f"{GIVEN_LATIN[number % 10]}.{number}@example.org", "email"),
                ),
                date_of_birth=f"{1310 + number % 60}/{1 + number % 12}/{1 + number % 29}",
            )
            for number, name in enumerate(people)
        )
    )
    pieces = [Piece(PAGE, text[at : at + 2000]) for text in _texts() for at in range(0, len(text), 2000)]
    alarms = [hit for piece in pieces for hit in look([piece], needles)]
    assert [hit.label for hit in alarms if hit.surety is not Surety.POSSIBLE] == []
    assert len(alarms) < len(pieces)


def _whose_name_no_source_line_holds() -> OpenedIdentity:
    return opened("".join(("Gol", "naz Tava", "kkoli")))


def test_a_crash_in_the_middle_prints_neither_texts_nor_needles(monkeypatch) -> None:
    needles = needles_of(_whose_name_no_source_line_holds())
    pieces = [Piece(PAGE, "".join(("a sec", "ret page of Gol", "naz Tava", "kkoli")))]
    monkeypatch.setattr("witnesses.leaks.names.together", lambda *_all, **_named: 1 // 0)
    try:
        list(look(pieces, needles))
    except LookBroken:
        reporter = ExceptionReporter(RequestFactory().get("/"), *sys.exc_info())
        told = reporter.get_traceback_text() + reporter.get_traceback_html()
    assert "ZeroDivisionError" in told
    words = ["".join(parts) for parts in (("gol", "naz"), ("tava", "kkoli"), ("sec", "ret page"))]
    assert [word for word in words if word in told.casefold()] == []


def test_nothing_of_texts_or_needles_is_held_afterwards() -> None:
    needles = needles_of(opened("گلناز توکلی", "Golnaz Tavakkoli"))
    list(look([Piece(PAGE, "an unusualword and Golnaz Tavakkoli")], needles))
    assert "unusualword" not in _everything_in(needles)
    needles.forget()
    assert not [word for word in ("golnaz", "tavakkoli", "گلناز") if word in _everything_in(needles)]


def _everything_in(needles: Needles) -> str:
    seen: list[str] = []
    waiting: list[object] = [needles]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            seen.append(one)
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (list, tuple, set, frozenset)):
            waiting += one
        elif type(one).__module__.startswith("witnesses"):
            waiting += [getattr(one, slot) for slot in getattr(type(one), "__slots__", ())]
    return " ".join(seen)
