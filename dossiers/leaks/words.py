"""The parts of files in a report, in the reader's language."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: Final[dict[str, Promise]] = {
    "comments": _("notes at the margin"),
    "file name": _("name of the file"),
    "header": _("header of a message"),
    "lines from": _("from line"),
    "loose words": _("loose words"),
    "member": _("file inside"),
    "metadata": _("what the file says of itself"),
    "page": _("page of the file"),
    "sheet": _("sheet"),
    "text": _("text of the file"),
}


def part_in_words(part: str) -> str:
    """`member 2/page 3` -> "file inside 2 › page of the file 3"."""
    return " › ".join(_step(step) for step in part.split("/")) if part else ""


def _step(step: str) -> str:
    word, _space, number = step.rpartition(" ")
    if number.isdigit() and word in _WORDS:
        return f"{_WORDS[word]} {number}"
    return str(_WORDS.get(step, step))
