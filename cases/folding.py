"""Fold a name to the letters by which it is searched. Pure.

Persian is typed with Arabic and Persian code points, with and without marks, joiners and spaces. The folded form
makes them meet; it is never stored as a name and never shown. The order of the steps matters: NFC does not join
U+06CC with a following U+0654, so marks are dropped after the letters are folded.
"""

import unicodedata


def _table() -> dict[int, int | None]:
    groups = {
        0x06CC: (0x064A, 0x0649, 0x0626, 0x06CC, 0x06D0),  # yeh
        0x06A9: (0x0643, 0x06AA),  # kaf
        0x0627: (0x0622, 0x0623, 0x0625, 0x0671),  # alef
        0x0648: (0x0624,),  # vav
        0x0647: (0x0629, 0x06C0, 0x06C1, 0x06C2, 0x06BE, 0x06D5),  # heh
    }
    table: dict[int, int | None] = {old: new for new, olds in groups.items() for old in olds}
    # A hamza alone, tatweel, and NUL, which PostgreSQL takes in no text, not even one to search for.
    table.update({0x0621: None, 0x0640: None, 0x0000: None})
    for digit in range(10):
        table[0x0660 + digit] = table[0x06F0 + digit] = ord("0") + digit
    return table


_LETTERS = _table()
# Combining marks (tashkeel, U+0654, U+0670) and format characters (ZWNJ, ZWJ, direction marks).
_DROPPED = {"Mn", "Me", "Cf"}


def fold(text: str) -> str:
    """`text` as it is searched: one letter per sound-alike code point, no marks, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    # Decomposed so that the accents of Latin names fall with the other marks.
    parted = unicodedata.normalize("NFD", folded)
    kept = "".join(letter for letter in parted if unicodedata.category(letter) not in _DROPPED)
    return " ".join(kept.split())


def joined_key(text: str) -> str:
    """The folded form without spaces, in which "علی رضا" and "علیرضا" agree."""
    return fold(text).replace(" ", "")
