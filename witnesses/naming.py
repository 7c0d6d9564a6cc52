"""Looking for pseudonyms in texts, and for the rows of a table that can name one."""

import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, Final

from django.db.models import Q, QuerySet

from audit.erased import ErasedText
from witnesses.pseudonyms import read_pseudonym

_DASHES: Final = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-")
_PSEUDONYM: Final = re.compile(r"(?<![0-9A-Za-z])[Ww][- ]?[0-9A-Za-z]{4}[- ]?[0-9A-Za-z](?![0-9A-Za-z])")
_MISREAD: Final = {"0": "0O", "1": "1IL"}
# Above so many pseudonyms, looking for each in the database costs more than reading what there is.
_ONE_BY_ONE: Final = 16


def pseudonyms_in(text: str) -> set[str]:
    """The pseudonyms that a text names, as they were issued. What was erased names nobody."""
    if isinstance(text, ErasedText):
        return set()
    found = (read_pseudonym(match.group()) for match in _PSEUDONYM.finditer(text.translate(_DASHES)))
    return {pseudonym for pseudonym in found if pseudonym}


def that_can_name(rows: QuerySet[Any], words: Iterable[str], names: Sequence[str]) -> QuerySet[Any]:
    """The rows that can name one of the pseudonyms in one of these columns, and perhaps some that do not.

    The four signs in the middle of a pseudonym stand together in every spelling, so the database looks for them.
    """
    if len(names) > _ONE_BY_ONE:
        return rows
    cores = {
        "".join(signs)
        for name in names
        for signs in product(*(_MISREAD.get(sign, sign) for sign in name[2:6]))
    }
    wanted = Q()
    for word in words:
        for core in sorted(cores):
            wanted |= Q(**{f"{word}__icontains": core})
    return rows.filter(wanted)
