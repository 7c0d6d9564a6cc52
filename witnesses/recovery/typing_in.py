"""Words of sheets as people type or scan them: without echo, so that neither a screen nor a history keeps them."""

import getpass
import sys
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from witnesses.recovery.errors import WordsDoNotOpen
from witnesses.recovery.words import needed, read_sheet
from witnesses.sealed import SealedText

_TRIES = 3


@sensitive_variables()
def type_sheets(say: Callable[[str], object]) -> list[str]:
    """As many sheets as the first one says that its kit needs. Raises WordsDoNotOpen after three wrong tries at one."""
    sheets: list[str] = [_type_sheet(1, say)]
    count = needed(sheets[0])
    while len(sheets) < count:
        sheets.append(_type_sheet(len(sheets) + 1, say))
    return sheets


@sensitive_variables()
def _type_sheet(number: int, say: Callable[[str], object]) -> str:
    for left in range(_TRIES - 1, -1, -1):
        try:
            return read_sheet(
                _line(_("All 33 words of sheet %(number)d, in one line: ") % {"number": number})
            )
        except WordsDoNotOpen:
            if left:
                say(_("These are not the 33 words of one sheet. Type them again."))
    raise WordsDoNotOpen


@sensitive_variables()
def _line(prompt: str) -> SealedText:
    if sys.stdin.isatty():
        return SealedText(getpass.getpass(prompt))
    return SealedText(sys.stdin.readline())
