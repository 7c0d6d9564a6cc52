"""Names meet in every spelling, and their folded form goes no further than the search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.folding import fold, joined_key

SAME = [
    ("کریمی", "كريمي"),
    ("۱۳۶۷", "1367"),
    ("١٣٦٧", "1367"),
    ("علی‌رضا", "علیرضا"),
    ("رضائی", "رضايي"),
    ("مُحَمَّد", "محمد"),
    ("آذر", "اذر"),
    ("أحمد", "احمد"),
    ("مؤمن", "مومن"),
    ("خانهٔ ما", "خانه ما"),
    ("خانۀ ما", "خانه ما"),
    ("فاطمة", "فاطمه"),
    ("عبـــاس", "عباس"),
    ("علی  رضا", "علی رضا"),
    ("\u200fعلی", "علی"),
    ("HAMID Nouri", "hamid nouri"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_two_spellings_of_one_name_fold_alike(left: str, right: str) -> None:
    assert fold(left) == fold(right)


def test_a_name_in_one_word_or_two_agrees_in_the_joined_key_alone() -> None:
    assert fold("علی رضا") != fold("علیرضا")
    assert joined_key("علی رضا") == joined_key("علیرضا")


def test_different_romanisations_stay_different_because_nobody_guesses_vowels() -> None:
    assert len({joined_key(name) for name in ("Nouri", "Noury", "Nuri")}) == 3


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
