"""Letters that look like others: a word as a reader sees it. Pure.

Folded letters are looked up, so that a letter which looks like one as a capital and like another as a small one (the
Cyrillic i, a Greek nu) stands for both.
"""

from collections.abc import Callable
from itertools import islice, product
from typing import Final

from witnesses.leaks.letters import is_persian

_MOST_READINGS: Final = 24
_DIGITS: Final = "0o 1il 2z 3e 4a 5s 6bg 7t 8b 9g"
# Cyrillic, Greek, Armenian, small capitals, letters with strokes and turned ones, Cherokee, Lisu.
_LATIN: Final = """
    аa вb гr дa еe зz иun кk мm нhn оo пnp рp сc тt уyu хx цu чy шw щw ьb эe яr іi јj ѕs ԁd ԛq ԝw һh ӏl ѵv үy ҽe ҏp ғf
    қk ҳx αa βbv γy δd εe ζz ηnh ιi κk λa μmu νvn οo πn ρp σes τt υuy χx ωw
    ոn սu օo հh յj ցg զq ռn աw լl տs քf
    ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz
    ɡg ɑa ɩi ıi ƅb ƽs ʋv ꞵb łl đd øo ħh ŧt ƶz ɨi ƙk ɗd ɓb əae ǝe ɐa ɹr ʇt ɯm ʌv ɥh ɟf ʞk ʎy ɔc
    ᎠD ᎡR ᎢT ᎥI ᎪA ᎫJ ᎬE ᎳW ᎷM ᎻH ᏀG ᏃZ ᏒR ᏚS ᏙV ᏞL ᏟC ᏢP ᏦK ᏴB ᎩY ᏳG
    ꓐB ꓑP ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓟM ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU
"""
_PERSIAN: Final = """
    ٲا ٳا ٵا ٮبپتثنی ںن ڹن ڻن ڼن ڽن ٹت ټت ٽت ٿت ٺت ٻب ڀپ ځحخ ڂح څخ ڄج ڃج ڇچ ڿچ ڈد ډد ڊد ڋد ڌذ ڍد ڎذ ڏد ڐد ڑر ړر ڔر ڕر ږر
    ڗز ڙژ ښسش ڛس ڜش ڝص ڞض ڟظ ڠغ ڡفق ڢف ڣف ڤف ڥف ڦف ٯقف ڧق ڨق ګگک ڬک ڭک ڮک ڰگ ڱگ ڲگ ڳگ ڴگ ڵل ڶل ڷل ڸل ۅو ۆو ۇو ۈو ۉو ۊو
    ۋو ۍی ێی ےی ۓی
"""
# Words wholly in one of these are words of a language first.
_LANGUAGES: Final = ((0x370, 0x3FF), (0x400, 0x52F), (0x530, 0x58F))


def _table(written: str) -> dict[str, str]:
    return {entry[0]: entry[1:] for entry in written.casefold().split()}


_LOOKS: Final = _table(_DIGITS) | _table(_LATIN)
_PERSIAN_LOOKS: Final = _table(_PERSIAN)


def looks_of(word: str) -> list[str]:
    """What a folded word with letters that look like Latin or Persian ones can be read as; mostly nothing.

    Of a word that mixes digits and letters too, for digits are read as letters.
    """
    table = _PERSIAN_LOOKS if is_persian(word) else _LOOKS
    alphabet: Callable[[str], bool] = is_persian if is_persian(word) else str.isascii
    if word.isdigit() or table.keys().isdisjoint(word):
        return []
    readings = [table.get(letter, letter) for letter in word]
    if not all(alphabet(one) and one.isalpha() for one in readings):
        return []
    return ["".join(one) for one in islice(product(*readings), _MOST_READINGS)]


def is_of_a_language(word: str) -> bool:
    """Whether a word is wholly written in Cyrillic, Greek or Armenian: only as it is sealed is it taken for Latin."""
    return any(all(first <= ord(letter) <= last for letter in word) for first, last in _LANGUAGES)
