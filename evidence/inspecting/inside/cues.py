"""Inside the box: subtitles without what stands between their lines, for a name can go on in the next. Pure."""

import re
from typing import Final

_TIMES: Final = re.compile(r"(?m)^[^\n]*\d[:.]\d\d[.,]\d{1,3}[ \t]*-->[^\n]*$")
# Its number or name, alone between an empty line and its times.
_NUMBER: Final = re.compile(r"(?m)^[^\n]{1,80}\n(?=[^\n]*\d[:.]\d\d[.,]\d{1,3}[ \t]*-->)")
_SPOKEN: Final = re.compile(r"(?m)^(?:Dialogue|Comment):[^\n,]*(?:,[^\n,]*){8},")
_FORMAT: Final = re.compile(r"\{\\[^}\n]*\}|<[^>\n]{1,80}>")


def are_cues(words: str) -> bool:
    """Whether a text looks like subtitles."""
    return "-->" in words or "\nDialogue:" in words


def without_cues(words: str) -> str:
    """The lines that are spoken, one after the other."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    plain = _TIMES.sub("", _NUMBER.sub("", plain))
    plain = _FORMAT.sub("", _SPOKEN.sub("", plain)).replace("\\N", "\n").replace("\\h", " ")
    return "\n".join(line for line in plain.split("\n") if line.strip())
