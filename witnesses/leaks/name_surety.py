"""How sure it is that parts of a name in a text are that name. Pure."""

from typing import Final

from witnesses.leaks.letters import is_persian
from witnesses.leaks.name_parts import Name
from witnesses.leaks.plain_words import ALONE, BEGINNINGS, CHILD, ENDINGS, FIELD, GIVEN, SENTENCE, TITLES
from witnesses.leaks.surety import Surety

_WIDEST_GAP: Final = 2
# "son of Hassan", "فرزند محمد علی"
_LONGEST_CHILD: Final = 3
_SHORTEST_ALONE: Final = 4
_SHORTEST_HEARD_ALONE: Final = {True: 5, False: 7}
_TELLS_NOTHING: Final = ALONE | SENTENCE
_FAMILIES: Final = ALONE - GIVEN
_COMPOUNDED: Final = ENDINGS | BEGINNINGS | GIVEN


def alone(name: Name, bits: int, *, exact: bool) -> Surety | None:
    """Several parts in one word; or a part that few have, by itself."""
    parts = _parts_of(name, bits)
    if len(parts) > 1:
        return together(name, bits, exact=exact)
    rare = parts[0] not in _TELLS_NOTHING and len(parts[0]) >= _SHORTEST_ALONE
    # A short name sounds like too many words.
    heard_enough = exact or len(parts[0]) >= _SHORTEST_HEARD_ALONE[is_persian(parts[0])]
    return Surety.POSSIBLE if rare and heard_enough else None


def together(
    name: Name, bits: int, *, exact: bool, between: tuple[str, ...] = (), family_first: bool = False
) -> Surety | None:
    """How sure several parts of a name are, with these words between them; None where it is too far from one name."""
    in_form = _is_form(between) or (_is_child(between) and not family_first)
    if len(between) > _WIDEST_GAP and not in_form:
        return None
    parts = _parts_of(name, bits)
    if not bits >> (len(name.parts) - 1):
        # Without the family name: "Mohammad Ali" is half a country.
        if between or all(part in GIVEN for part in parts):
            return None
        return Surety.LIKELY if exact and not all(part in ALONE for part in parts) else Surety.POSSIBLE
    if not between and exact:
        return Surety.SURE
    parted = any(word in SENTENCE or word == "." for word in between) or (len(between) > 1 and not exact)
    doubtful = parted or _are_others(between, family_first=family_first)
    return Surety.POSSIBLE if doubtful and not in_form else Surety.LIKELY


def _is_form(between: tuple[str, ...]) -> bool:
    """Whether the parts of a name stand in a form: "Name: Ali, Family name: Rezaei"."""
    return not FIELD.isdisjoint(between) and all(word in FIELD or word == "." for word in between)


def _are_others(between: tuple[str, ...], *, family_first: bool) -> bool:
    """Whether two words end one person's name and begin another's: "Ali [Ahmadi, Hassan] Rezaei"."""
    if len(between) != _WIDEST_GAP or not TITLES.isdisjoint(between):
        return False
    family, given = reversed(between) if family_first else between
    unlike = given in GIVEN and family not in GIVEN
    return unlike or (not _FAMILIES.isdisjoint(between) and _COMPOUNDED.isdisjoint(between))


def _is_child(between: tuple[str, ...]) -> bool:
    """Whether the father's name stands between: "Ali, son of Hassan Rezaei"."""
    return bool(between) and between[0] in CHILD and len(between) <= _LONGEST_CHILD


def _parts_of(name: Name, bits: int) -> list[str]:
    return [part for place, part in enumerate(name.parts) if bits >> place & 1]
