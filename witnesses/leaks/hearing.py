"""Whether two spellings can be one name: Latin and Latin, or Persian and Latin. Pure.

Nobody can romanise Persian by rule, for short vowels are not written. So both spellings are brought to the same shape,
consonants with what stands between them, and two shapes agree where the consonants are the same and each vowel can
be the other: حسین is Hossein, Hosein, Husayn and Hussain. Some different names agree too (کرمی, Karimi); whoever asks
never calls such a match sure.
"""

import re
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from witnesses.leaks.letters import is_cyrillic, is_latin, is_persian

_PERSIAN: Final = {
    "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ث": "s", "س": "s", "ص": "s", "ج": "j", "ژ": "j", "چ": "c", "ح": "h",
    "ه": "h", "خ": "x", "د": "d", "ذ": "z", "ز": "z", "ض": "z", "ظ": "z", "ر": "r", "ش": "š", "غ": "q", "ق": "q",
    "گ": "q", "ف": "f", "ک": "k", "ل": "l", "م": "m", "ن": "n",
}  # fmt: skip
_WEAK: Final = {"ا": "a", "ی": "i", "و": "w", "ع": "'"}
# The longest first. Where a spelling is read in two ways, both.
_LATIN: Final = (
    ("tch", ("c",)), ("sch", ("š",)), ("kh", ("x", "kh")), ("gh", ("q", "qh")), ("sh", ("š", "sh")), ("ch", ("c",)),
    ("zh", ("j", "zh")), ("dj", ("j", "dj")), ("ph", ("f",)), ("th", ("s", "t", "th")), ("dh", ("z", "dh")),
    ("ck", ("k",)), ("g", ("q",)), ("q", ("q",)), ("c", ("k",)), ("x", ("x",)),
    # Maryam is Marjam where j is said as y.
    ("j", ("j", "y")),
)  # fmt: skip
# As Persian names are written in Russian and Tajik; where a letter stands for two sounds, both.
_CYRILLIC: Final = {
    "а": ("a",), "б": ("b",), "в": ("v",), "г": ("g", "h"), "ғ": ("gh",), "д": ("d",), "е": ("e",), "ж": ("j",),
    "з": ("z",), "и": ("i",), "к": ("k",), "қ": ("gh",), "л": ("l",), "м": ("m",), "н": ("n",), "о": ("o",),
    "п": ("p",), "р": ("r",), "с": ("s",), "т": ("t",), "у": ("u",), "ф": ("f",), "х": ("kh", "h"), "ҳ": ("h",),
    "ц": ("ts",), "ч": ("ch",), "ҷ": ("j",), "ш": ("sh",), "щ": ("sh",), "ъ": ("",), "ы": ("i",), "ь": ("",),
    "э": ("e",), "ю": ("yu",), "я": ("ya",),
}  # fmt: skip
_LATIN_START: Final = re.compile("|".join(spelled for spelled, _read in _LATIN) + "|.")
_READ: Final = dict(_LATIN)
_DOUBLED: Final = re.compile(r"(.)\1+")
_SILENT_H: Final = re.compile(r"(?<=[aeiou])h$")
_VOWELS: Final = frozenset("aeiouyvw")
_SHORT_VOWELS: Final = ("", "a", "e", "i", "o", "u", "ou")
_SUN: Final = "تثدذرزسشصضطظن"
# Final yeh that is said as alef.
_SAID_AS_ALEF: Final = frozenset(
    ("موسی", "عیسی", "مصطفی", "مرتضی", "یحیی", "مجتبی", "کبری", "صغری", "لیلی", "سلمی", "هدی", "یسری")
)
_MOST_READINGS: Final = 16


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """The consonants of a word, and what stands before, between and after them: one more than consonants."""

    consonants: str
    between: tuple[str, ...]
    persian: bool

    def __repr__(self) -> str:
        return "<sealed>"


def readings(word: str) -> list[Reading]:
    """How a folded word can be read. Empty for other scripts, and for what has no consonant."""
    if is_persian(word):
        found = [_shape(spelled, persian=True) for spelled in _persian_spellings(word)]
    elif is_latin(word):
        found = [_shape(spelled, persian=False) for spelled in _latin_spellings(word)]
    elif is_cyrillic(word):
        letters = [_CYRILLIC.get(letter, ("",)) for letter in word.replace("дж", "ҷ")]
        latin = ["".join(one) for one in islice(product(*letters), _MOST_READINGS)]
        found = [_shape(spelled, persian=False) for one in latin for spelled in _latin_spellings(one)]
    else:
        return []
    return [reading for reading in found if reading.consonants]


def agree(one: Reading, other: Reading) -> bool:
    """Whether both can be one name. Two Persian spellings agree by their weak letters, for both wrote them."""
    if one.consonants != other.consonants:
        return False
    if one.persian and other.persian:
        return _written(one) == _written(other)
    if one.persian or other.persian:
        persian, latin = (one, other) if one.persian else (other, one)
        return all(map(_said_as, persian.between, latin.between, _places(persian)))
    return all(map(_sounds_like, one.between, other.between))


def _persian_spellings(word: str) -> set[str]:
    plain = word.replace("الله", "اله").replace("لله", "له")
    if word in _SAID_AS_ALEF:
        plain = f"{plain[:-1]}ا"
    plain = plain.replace("خوا", "خا")
    return {
        plain,
        # The article inside a name: its alef is any vowel, its lam can become the next letter.
        re.sub(r"(?<=.)ال", "ل", plain),
        re.sub(rf"(?<=.)ال(?=[{_SUN}])", "", plain),
    }


def _latin_spellings(word: str) -> list[str]:
    plain = _SILENT_H.sub("", _DOUBLED.sub(r"\1", word))
    read = [_READ.get(spelled, (spelled,)) for spelled in _LATIN_START.findall(plain)]
    return ["".join(one) for one in islice(product(*read), _MOST_READINGS)]


def _shape(spelled: str, *, persian: bool) -> Reading:
    consonants, between = "", [""]
    last = len(spelled) - 1
    for position, letter in enumerate(spelled):
        weak = _WEAK.get(letter) if persian else (letter if letter in _VOWELS else None)
        if persian and letter == "ه" and position == last and position:
            weak = "e" if spelled[position - 1] not in _WEAK else ""
        if weak is not None:
            between[-1] += weak
            continue
        consonants += _PERSIAN.get(letter, letter) if persian else letter
        between.append("")
    return Reading(consonants, tuple(between), persian)


def _written(reading: Reading) -> list[str]:
    return [weak.replace("ww", "w") for weak in reading.between]


def _places(reading: Reading) -> list[int]:
    """-1 for what stands before the first consonant, 1 for what stands after the last, 0 for the rest."""
    return [-1, *[0] * (len(reading.consonants) - 1), 1]


def _said_as(persian: str, latin: str, place: int) -> bool:
    """Whether Latin vowels can be what Persian letters, or their lack, are said as."""
    if not persian:
        return latin in (("",) if place else _SHORT_VOWELS)
    if len(latin) > len(persian) + 2:
        return False
    required = persian[1:] if place == -1 and persian[0] == "a" else persian
    if required is not persian and not latin:
        return False
    wanted = {"a": "a", "i": "iye", "w": "ouvw", "e": "ae"}
    if not all(set(wanted[letter]) & set(latin) for letter in required if letter in wanted):
        return False
    if "w" not in persian and set(latin) & set("vw"):
        return False
    return "i" in persian or "y" not in latin or "e" in persian


def _sounds_like(one: str, other: str) -> bool:
    """Whether Latin vowels can be the same vowel; e stands for a and for i."""
    if not one or not other:
        return one == other
    return _vowels(one) <= _vowels(other) | _loose(other) and _vowels(other) <= _vowels(one) | _loose(one)


def _vowels(spelled: str) -> set[str]:
    classes = {"a": "a", "i": "i", "y": "i", "o": "o", "u": "o", "v": "o", "w": "o"}
    return {classes[letter] for letter in spelled if letter in classes}


def _loose(spelled: str) -> set[str]:
    return {"a", "i"} if "e" in spelled else set()
