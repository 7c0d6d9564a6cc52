"""Names in forms and tables, with a letter before them, in other countries' letters, and in what is written about reaching somebody."""

import pytest

from tests.witnesses.test_leaks import looked, opened
from witnesses.identity import SealedRow
from witnesses.leaks.surety import Surety

SURE, LIKELY, POSSIBLE = Surety


@pytest.mark.parametrize(
    ("sealed", "text", "surety"),
    [
        ("علی رضایی", "نام: علی\nنام خانوادگی: رضایی", LIKELY),
        ("علی رضایی", "نام خانوادگی: رضایی\nنام: علی", LIKELY),
        ("Ali Rezaei", "First name: Ali. Last name: Rezaei", LIKELY),
        ("Ali Rezaei", '{"given": "Ali", "family": "Rezaei"}', LIKELY),
        ("Ali Rezaei", "Ali,Rezaei,1345", SURE),
        ("علی رضایی", "علی\t|\tرضایی", SURE),
        ("Ali Rezaei", "the name of Ali is no name of the Rezaei family", None),
        ("Maryam Karimi", "M Karimi", LIKELY),
        ("Maryam Karimi", "Karimi M, Ahmadi N", LIKELY),
        ("مریم کریمی", "M Karimi", LIKELY),
        ("Ali Karimi", "in a Karimi letter", None),
        ("Vahid Karimi", "Republic v Karimi", None),
        ("Sara Karimi", "Karimi's letter", None),
        ("Brian Brown", "plan b brown paper", None),
        ("Maryam Karimi", "N Karimi", None),
        ("Maryam Karimi", "Marjam Karimy", LIKELY),
        ("مریم کریمی", "Marjam Karimy", LIKELY),
        ("Yasamin Yaghoubi", "Jasamin Jaghoubi", LIKELY),
        ("Javad Jafari", "Javad Jafari", SURE),
    ],
)
def test_a_form_an_initial_and_letters_of_other_countries(
    sealed: str, text: str, surety: Surety | None
) -> None:
    assert looked(text, opened(sealed)) is surety


REACHED = opened(
    "Bita Sohrabinejad",
    contacts=(
        SealedRow("via his brother Karim Zandi in Karaj, 0912 000 11 22", "phone"),
        SealedRow("مریم افشار ۰۹۱۲۳۴۵۶۷۸۹", "phone"),
        SealedRow("Signal only", "messenger"),
    ),
    how_to_reach_safely="از طریق خواهرش گلناز توکلی در کرج. با برادرش تماس بگیرید.\nCall her sister before noon. Ask for Mr Monday",
)


@pytest.mark.parametrize(
    ("text", "surety"),
    [
        ("Karim Zandi said", SURE),
        ("کریم زندی", LIKELY),
        ("مریم افشار", SURE),
        ("گلناز توکلی", SURE),
        ("Golnaz Tavakoli", LIKELY),
        ("تماس بگیرید", None),
        ("Call her before noon, only in Karaj, by Signal", None),
        ("از طریق برادرش در کرج", None),
    ],
)
def test_names_in_what_is_written_about_reaching_somebody(text: str, surety: Surety | None) -> None:
    assert looked(text, REACHED) is surety


@pytest.mark.parametrize(
    ("born", "text", "surety"),
    [
        ("روستای دیزج‌علیا، مراغه", "اهل دیزج علیا بود", POSSIBLE),
        ("Dizajolya, near Maragheh", "from Dizajolya he came", POSSIBLE),
        ("تهران", "از تهران آمد", None),
        ("Tehran, Iran", "from Tehran, Iran", None),
        ("Shiraz (Fars)", "Shiraz in Fars", None),
        ("خرم‌آباد", "خرم آباد", None),
        ("روستا", "روستا", None),
    ],
)
def test_a_village_is_possibly_somebody_and_a_city_is_nobody(
    born: str, text: str, surety: Surety | None
) -> None:
    assert looked(text, opened("Bita Sohrabinejad", place_of_birth=born)) is surety
