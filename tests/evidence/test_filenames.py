"""Names are shown with nothing hidden and handed out clean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.filenames import safe_name, storable_name, visible_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\evil\\a.txt", "a.txt"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("line\nbreak\r.txt", "linebreak.txt"),
        ("نامه\u200cها.pdf", "نامه\u200cها.pdf"),
        ("a:b?.txt", "a_b_.txt"),
        (".hidden", "hidden"),
        ("..", "E-1"),
        ("\u202e", "E-1"),
    ],
)
def test_a_name_is_cleaned_for_the_readers_disk(name: str, safe: str) -> None:
    assert safe_name(name, fallback="E-1") == safe


def test_a_long_persian_name_keeps_its_ending() -> None:
    safe = safe_name("ش" * 200 + ".pdf", fallback="E-1")
    assert len(safe.encode()) <= 255
    assert safe.endswith("ش.pdf")


def test_hidden_characters_are_made_visible() -> None:
    assert visible_name("a\u202eb\nc\u200cd") == "a<U+202E>b<U+000A>c\u200cd"


@given(st.text())
def test_no_cleaned_name_hides_anything_or_leaves_its_folder(name: str) -> None:
    safe = safe_name(name, fallback="E-1")
    assert safe
    assert len(safe.encode()) <= 255
    assert "/" not in safe
    assert visible_name(safe) == safe
    storable_name(name).encode().decode()
