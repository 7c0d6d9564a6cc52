"""The seed of a kit as words on paper, and back: SLIP-39, one group, no passphrase. Pure: no database.

The library raises errors that quote what was typed. None of them leaves here, not even as the cause of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from audit.digits import in_digits
from witnesses.recovery.errors import BadKit, WordsDoNotOpen
from witnesses.sealed import SealedBytes, SealedText
from witnesses.sealing import SEED_BYTES
from witnesses.sharing import MOST_SHARES

WORDS_OF_A_SHEET: Final = 33
_BITS_OF_A_WORD: Final = 10
# SLIP-39 names words by their first four letters: no two begin alike.
_BEGINNING: Final = 4
_BY_BEGINNING: Final = {word[:_BEGINNING]: word for word in WORDLIST}


@dataclass(frozen=True, slots=True)
class Restored:
    """The seed, with the threshold that the sheets themselves name."""

    threshold: int
    seed: SealedBytes = field(repr=False)


@sensitive_variables()
def split_seed(seed: bytes, *, threshold: int, shares: int) -> list[SealedText]:
    """The words of each sheet. Raises BadKit unless 2 <= threshold <= shares <= 16."""
    if not 2 <= threshold <= shares <= MOST_SHARES:
        raise BadKit(
            _(
                "A kit has at most %(most)s sheets and needs at least two of them, so that nobody alone opens it."
            )
            % {"most": in_digits(MOST_SHARES)}
        )
    (group,) = generate_mnemonics(1, [(threshold, shares)], bytes(seed))
    return [SealedText(words) for words in group]


@sensitive_variables()
def read_sheet(typed: str) -> SealedText:
    """The words of one sheet as they were printed, whatever the letter case; four letters of a word are enough.

    Raises WordsDoNotOpen where they cannot be a sheet: SLIP-39's checksum finds up to three wrong words.
    """
    # No frame that raises holds a word in clear: a crash report may print its variables.
    read = _read(typed)
    if read is None:
        raise WordsDoNotOpen
    return read


@sensitive_variables()
def restore_seed(sheets: Sequence[str]) -> Restored:
    """The seed from exactly as many different sheets of one kit as it needs. Raises WordsDoNotOpen for all others."""
    restored = _restored(sheets)
    if restored is None:
        raise WordsDoNotOpen
    return restored


@sensitive_variables()
def needed(sheet: str) -> int:
    """How many sheets a sheet says that its kit needs: the words of each name it."""
    count = _threshold_of(sheet)
    if not count:
        raise WordsDoNotOpen
    return count


@sensitive_variables()
def is_of_the_same_kit(sheet: str, other: str) -> bool:
    """Whether two sheets name the same kit, and are not the same sheet. Says nothing of what they hold."""
    one, another = _share_of(sheet), _share_of(other)
    if one is None or another is None:
        return False
    return bool(one.group_parameters() == another.group_parameters() and one.index != another.index)


def words_of(digest: bytes, *, count: int) -> list[str]:
    """The first bits of a digest as words of the same list, ten bits a word: to be read out over the telephone."""
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - count * _BITS_OF_A_WORD)
    places = range((count - 1) * _BITS_OF_A_WORD, -1, -_BITS_OF_A_WORD)
    return [WORDLIST[number >> place & (len(WORDLIST) - 1)] for place in places]


@sensitive_variables()
def _share_of(sheet: str) -> Share | None:
    try:
        share = Share.from_mnemonic(str(sheet))
    except (MnemonicError, ValueError):
        return None
    # A sheet of another maker's, with groups, is none of ours.
    return share if share.group_count == 1 and share.group_threshold == 1 else None


@sensitive_variables()
def _read(typed: str) -> SealedText | None:
    words = [
        _BY_BEGINNING.get(word.casefold()[:_BEGINNING], "") for word in typed.split()[: WORDS_OF_A_SHEET + 1]
    ]
    read = SealedText(" ".join(words))
    whole = len(words) == WORDS_OF_A_SHEET and "" not in words and _share_of(read) is not None
    return read if whole else None


@sensitive_variables()
def _threshold_of(sheet: str) -> int:
    share = _share_of(sheet)
    return int(share.member_threshold) if share else 0


@sensitive_variables()
def _restored(sheets: Sequence[str]) -> Restored | None:
    if not sheets or any(_share_of(sheet) is None for sheet in sheets):
        return None
    try:
        seed = SealedBytes(combine_mnemonics([str(sheet) for sheet in sheets]))
    except (MnemonicError, ValueError):
        return None
    return Restored(_threshold_of(sheets[0]), seed) if len(seed) == SEED_BYTES else None
