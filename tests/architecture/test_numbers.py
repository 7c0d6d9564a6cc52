"""Numbers stand in Persian sentences in Persian digits: whoever puts one into a sentence of a page asks for its digits."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from audit.digits import in_digits
from tests.architecture.sources import APPS

ROOT = Path(settings.ROOT)
_NUMBER = re.compile(r"%\([a-z_]+\)d")
_HELPER = re.compile(r"\b(in_digits|persian_digits|digits)\(")
# What is said in a terminal alone; and sentences of which a page turns all numbers at once.
_TERMINALS = {
    *("audit/cosigning.py", "audit/exporting.py", "audit/publishing.py", "audit/reporting.py"),
    *("audit/given.py", "audit/witness_memory.py", "audit/witnessing.py", "witnesses/recovery/typing_in.py"),
    *("evidence/acquisition_checking.py", "evidence/capturing/checking.py", "evidence/gone.py"),
    *("evidence/manifest.py", "evidence/verification.py"),
}
_OTHERWISE = {
    *("audit/outside_words.py", "audit/progress.py"),
    *(f"evidence/gaps/{name}.py" for name in ("times", "ledger", "holders", "seals")),
}


def speaking() -> list[str]:
    """Our modules that put a number into a sentence, but for commands."""
    files = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    found = (
        str(path.relative_to(ROOT)) for path in files if _NUMBER.search(path.read_text(encoding="utf-8"))
    )
    return sorted(name for name in found if "/commands/" not in name and "/migrations/" not in name)


def test_whoever_puts_a_number_into_a_sentence_asks_for_its_digits() -> None:
    silent = {name for name in speaking() if not _HELPER.search((ROOT / name).read_text(encoding="utf-8"))}
    assert silent <= _TERMINALS | _OTHERWISE


@pytest.mark.parametrize(("tongue", "said"), [("fa", "۱۲ از ۳۴"), ("en", "12 of 34")])
def test_the_helper_takes_numbers_and_sentences(tongue: str, said: str) -> None:
    with translation.override(tongue):
        assert in_digits("12 از 34" if tongue == "fa" else "12 of 34") == said
        assert in_digits(7) == ("۷" if tongue == "fa" else "7")
