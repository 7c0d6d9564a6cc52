"""Places and details of faults are said in the reader's language, and none is shown as another."""

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from audit import fault_words
from audit.fault_words import in_words

SAME_IN_ENGLISH = [
    "leaf 3",
    "leaf 258 (entry 0b7e1c1e-0000-0000-0000-000000000001)",
    "leaves 3 to 7",
    "entry 0b7e1c1e-0000-0000-0000-000000000001, waiting",
    "trigger audit_entry_guard_rows",
    "checkpoint of size 260",
    "log.example/office, size 12",
    "checkpoint 1 of those that were given, size 12",
    "No entry records it.",
    "The log ends at 5.",
]


@pytest.mark.parametrize("text", SAME_IN_ENGLISH)
def test_a_place_is_not_changed_in_english(text: str) -> None:
    given = text.replace(" of those that were given", "")
    assert in_words(given) == text


def test_a_persian_reader_has_it_in_persian_with_names_isolated() -> None:
    with translation.override("fa"):
        assert in_words("leaf 12") == "برگ ۱۲"
        assert in_words("trigger mine") == "ماشهٔ \u2068mine\u2069"
        assert "\u2068evil\u2069" in in_words("index of evil")
        assert in_words("index of evil") != in_words("index evil")
        assert "\u2066۲۰۳۰-۰۱-۰۲ ۱۰:۰۰:۰۰\u2069" in in_words("It is dated 2030-01-02 10:00:00.")
        assert "\u2068public.mine\u2069" in in_words("on public.person, calling public.mine")
        assert in_words("Here stands what belongs to leaf 5 (entry abc).") == (
            "اینجا چیزی است که جایش این است: برگ ۵ (ثبت \u2068abc\u2069)."
        )


@pytest.mark.parametrize("text", ["actor, channel", "(None, 'x')", "", "what a driver said: 100%"])
def test_what_no_phrase_fits_stands_as_it_is(text: str) -> None:
    with translation.override("fa"):
        assert in_words(text) == text


def test_every_place_and_detail_that_the_verification_writes_has_its_words() -> None:
    """Each text of ours that is handed to a report or a fault is known to a phrase, filled with an example."""
    unknown = [text for text in sorted(written()) if in_persian(text) == text]
    assert unknown == []


def in_persian(text: str) -> str:
    with translation.override("fa"):
        return in_words(text)


def written() -> set[str]:
    """The literal texts among the arguments of `report.add`, `notice`, `Fault` and of what the stamps' part yields."""
    folder = Path(fault_words.__file__).parent
    found = set()
    for path in [*folder.glob("*.py"), *(folder / "stamping").glob("stored*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in {"add", "notice", "Fault"}:
                arguments = node.args[1:]
            elif isinstance(node, ast.Tuple) and node.elts and _name(node.elts[0]).isupper():
                arguments = node.elts[1:]
            else:
                continue
            found |= {_example(one) for one in arguments if isinstance(one, ast.Constant | ast.JoinedStr)}
    # What is put together from places alone is said by its parts.
    words = {text: set(re.findall("[A-Za-z]+", text)) - {"and", "size"} for text in found}
    return {text for text in found if " " in text and words[text] and not text.startswith("From ")}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _example(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    assert isinstance(node, ast.JoinedStr)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
