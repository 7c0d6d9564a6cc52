"""Text under the codes of programs and of people who hide a name: what a reader would see of it. Pure."""

import base64
import binascii
import quopri
import re
import urllib.parse
from typing import Final

_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# RFC 2047: =?charset?B or Q?text?=, several of which make one word.
_ENCODED: Final = re.compile(r"=\?([\w-]{2,40})(?:\*[\w-]*)?\?([BbQq])\?([^?\s]*)\?=(?:\s+(?==\?))?")
_CODED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def uncovered(text: str) -> str:
    """The text with what stands in it under a code: of addresses, of headers, of programs."""
    if "=?" in text:
        text = _ENCODED.sub(_header_word, text)
    if "%" in text:
        text = _PERCENT.sub(lambda found: urllib.parse.unquote(found[0], errors="replace"), text)
    if "\\u" in text:
        plain = _CODED.sub(lambda found: chr(int(found[1], 16)), text)
        text = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _header_word(found: re.Match[str]) -> str:
    charset, way, coded = found.groups()
    try:
        if way in "Bb":
            raw = base64.b64decode(coded + "=" * (-len(coded) % 4))
        else:
            raw = quopri.decodestring(coded.replace("_", " ").encode("ascii", "replace"))
        return raw.decode(charset, "replace")
    except (LookupError, binascii.Error, ValueError):
        return found[0]
