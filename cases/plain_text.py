"""Text that shows on the page what it is. Pure.

A direction override or a control character makes a name read as another name, so it is refused where people type;
text is otherwise kept verbatim, but for the spaces around it.
"""

import unicodedata

from django.utils.translation import gettext as _

from audit.digits import in_digits
from cases.errors import BadText

# Persian spelling needs the two joiners; every other format character hides or reorders what is written.
_JOINERS = {"\u200c", "\u200d"}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LINE_BREAKS = {"\n", "\r", "\t"}


def clean_line(text: str, *, label: str, required: bool = True, max_length: int = 255) -> str:
    """`text` without outer spaces, fit for one line. Raises BadText, naming the field by `label`."""
    line = text.strip()
    if required and not line.strip("".join(_JOINERS)):
        raise BadText(_("%(label)s is empty. Write it as the source has it.") % {"label": label})
    if len(line) > max_length:
        raise BadText(
            _("%(label)s has %(length)s characters; shorten it to %(limit)s.")
            % {"label": label, "length": in_digits(len(line)), "limit": in_digits(max_length)}
        )
    _refuse_hidden(line, label=label, allowed=_JOINERS)
    return line


def clean_text(text: str, *, label: str, max_length: int = 20_000) -> str:
    """`text` without outer spaces, of any number of lines. Raises BadText, naming the field by `label`."""
    lines = text.replace("\r\n", "\n").strip()
    if len(lines) > max_length:
        raise BadText(
            _("%(label)s has %(length)s characters; shorten it to %(limit)s.")
            % {"label": label, "length": in_digits(len(lines)), "limit": in_digits(max_length)}
        )
    _refuse_hidden(lines, label=label, allowed=_JOINERS | _LINE_BREAKS)
    return lines


def _refuse_hidden(text: str, *, label: str, allowed: set[str]) -> None:
    for letter in text:
        if unicodedata.category(letter) in _HIDDEN and letter not in allowed:
            raise BadText(
                _(
                    "%(label)s contains the hidden character U+%(code)s. Remove it; typing the text anew helps."
                )
                % {"label": label, "code": f"{ord(letter):04X}"}
            )
