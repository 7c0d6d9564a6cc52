"""Names that came with the evidence: kept verbatim as data, shown with nothing hidden, cleaned when handed out."""

import unicodedata
from pathlib import PurePosixPath

# Persian spelling needs these two; every other format character only hides or reorders what is written.
_HONEST = {"\u200c", "\u200d"}
_FORBIDDEN_SOMEWHERE = '<>:"|?*'
_LONGEST_BYTES = 255


def storable_name(name: str) -> str:
    """`name` as a database can hold it: NUL and bytes that are no UTF-8 become their visible escapes."""
    return (
        name.replace("\x00", "\\x00").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    )


def visible_name(name: str) -> str:
    """`name` on one line with controls, overrides and other hidden characters shown as `<U+202E>`."""
    return "".join(f"<U+{ord(letter):04X}>" if _is_hidden(letter) else letter for letter in name)


def safe_name(name: str, *, fallback: str) -> str:
    """A name for the reader's disk: one component, no hidden characters, at most 255 bytes, ending kept.

    `fallback` is used when nothing is left.
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        "_" if letter in _FORBIDDEN_SOMEWHERE else letter for letter in last if not _is_hidden(letter)
    )
    # A leading dot would hide the file, a trailing dot or space is lost on Windows.
    return _shortened(kept.strip().strip(".").strip()) or fallback


def _is_hidden(letter: str) -> bool:
    if letter in _HONEST:
        return False
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _shortened(name: str) -> str:
    if len(name.encode()) <= _LONGEST_BYTES:
        return name
    ending = PurePosixPath(name).suffix
    if len(ending.encode()) > 20:
        ending = ""
    stem = name.removesuffix(ending).encode()[: _LONGEST_BYTES - len(ending.encode())]
    return stem.decode("utf-8", "ignore") + ending
