"""SLIP-39 as we use its library: the published vectors, every set of sheets, and no hint about a wrong one."""

import itertools
import json
import re
import traceback
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError, combine_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from witnesses.recovery.errors import BadKit, WordsDoNotOpen
from witnesses.recovery.words import (
    WORDS_OF_A_SHEET,
    is_of_the_same_kit,
    needed,
    read_sheet,
    restore_seed,
    split_seed,
    words_of,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "slip39_words.json").read_text())["vectors"]
SEED = bytes(range(32))


@pytest.mark.parametrize(("name", "sheets", "secret"), VECTORS, ids=[one[0] for one in VECTORS])
def test_the_library_agrees_with_the_published_vectors(name, sheets, secret):
    if secret:
        assert combine_mnemonics(sheets, b"TREZOR").hex() == secret
    else:
        with pytest.raises(MnemonicError):
            combine_mnemonics(sheets, b"TREZOR")
        with pytest.raises(WordsDoNotOpen):
            restore_seed(sheets)


@pytest.mark.parametrize(("threshold", "shares"), [(2, 2), (2, 3), (3, 5), (5, 5), (2, 16)])
def test_every_set_of_as_many_sheets_as_needed_opens_and_every_other_refuses(threshold, shares):
    sheets = split_seed(SEED, threshold=threshold, shares=shares)
    assert len(set(sheets)) == shares
    for count in range(min(shares, 5) + 1):
        for chosen in itertools.combinations(sheets, count):
            if count == threshold:
                restored = restore_seed(chosen)
                assert (restored.seed, restored.threshold) == (SEED, threshold)
            else:
                with pytest.raises(WordsDoNotOpen):
                    restore_seed(chosen)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.binary(min_size=32, max_size=32),
    place=st.integers(0, WORDS_OF_A_SHEET - 1),
    other=st.integers(1, len(WORDLIST) - 1),
)
def test_one_other_word_is_always_refused(seed, place, other):
    words = split_seed(seed, threshold=2, shares=3)[0].split()
    words[place] = WORDLIST[(WORDLIST.index(words[place]) + other) % len(WORDLIST)]
    with pytest.raises(WordsDoNotOpen):
        read_sheet(" ".join(words))


def test_words_are_read_as_people_and_scanners_give_them():
    (sheet, _other) = split_seed(SEED, threshold=2, shares=2)
    assert read_sheet(sheet.upper()) == sheet
    assert read_sheet("\t".join(word[:4] for word in sheet.split()) + "\n") == sheet
    assert needed(sheet) == 2


@pytest.mark.parametrize(
    "typed", ["", " ", "academic", "\x00", "واژه " * 33, "academic " * 33, "academic " * 100_000]
)
def test_what_is_no_sheet_is_refused(typed):
    with pytest.raises(WordsDoNotOpen):
        read_sheet(typed)


def test_sheets_of_another_kit_and_the_same_sheet_twice_are_refused():
    first, second, _third = split_seed(SEED, threshold=2, shares=3)
    foreign = split_seed(SEED[::-1], threshold=2, shares=3)[1]
    for chosen in ([first, foreign], [first, first]):
        assert not is_of_the_same_kit(*chosen)
        with pytest.raises(WordsDoNotOpen):
            restore_seed(chosen)
    assert is_of_the_same_kit(first, second)


@pytest.mark.parametrize(("threshold", "shares"), [(1, 1), (1, 3), (0, 3), (4, 3), (2, 17), (-1, -1)])
def test_a_kit_that_one_sheet_opens_or_none_can_is_not_made(threshold, shares):
    with pytest.raises(BadKit):
        split_seed(SEED, threshold=threshold, shares=shares)


def test_no_error_tells_a_word_even_with_every_local_variable_printed():
    sheets = split_seed(SEED, threshold=3, shares=5)
    bent = type(sheets[0])(sheets[0].rsplit(" ", 1)[0] + " zero")
    acts = (
        lambda: read_sheet(bent),
        lambda: restore_seed(sheets[:2]),
        lambda: restore_seed([*sheets[:2], bent]),
        lambda: restore_seed([*sheets[:2], sheets[1]]),
    )
    for act in acts:
        with pytest.raises(WordsDoNotOpen) as caught:
            act()
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        said = "".join(report.format(chain=True))
        assert caught.value.__context__ is None
        assert [
            " ".join(pair) for sheet in sheets for pair in pairwise(sheet.split()) if " ".join(pair) in said
        ] == []
        assert not re.search(r"'[a-z]{4,8}', '[a-z]{4,8}'", said)
        assert "value=b" not in said
        assert repr(SEED) not in said


def test_spoken_words_are_the_first_bits_of_the_digest():
    assert words_of(bytes(32), count=3) == ["academic"] * 3
    assert words_of(b"\xff" * 32, count=2) == [WORDLIST[1023]] * 2
    assert words_of(b"\x00\x40" + bytes(30), count=2) == [WORDLIST[1], WORDLIST[0]]
