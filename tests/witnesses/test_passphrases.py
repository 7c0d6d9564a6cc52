import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from witnesses.errors import SealBroken, UnsafeParameters, WrongPassphrase
from witnesses.passphrase_strength import weakness
from witnesses.passphrases import Stretching, stretch_code, unwrap_seed, wrap_seed

CHEAP = {"iterations": 1, "lanes": 1, "memory_cost": 8 * 1024}
BINDING = {"key": "a"}


def test_the_right_passphrase_unwraps_and_another_does_not():
    stretching = Stretching.fresh(CHEAP)
    wrapped = wrap_seed(b"s" * 32, key=stretching.stretch("four quiet rivers under snow"), binding=BINDING)
    again = Stretching.stored(stretching.row())
    assert (
        unwrap_seed(wrapped, key=again.stretch("four quiet rivers under snow"), binding=BINDING) == b"s" * 32
    )
    for key, binding in (
        (again.stretch("four quiet rivers under rain"), BINDING),
        (again.stretch("four quiet rivers under snow"), {"key": "b"}),
        (Stretching.fresh(CHEAP).stretch("four quiet rivers under snow"), BINDING),
    ):
        with pytest.raises(WrongPassphrase):
            unwrap_seed(wrapped, key=key, binding=binding)


def test_a_wrapped_key_of_another_format_is_broken_not_wrong():
    key = stretch_code("AAAAA", salt=b"1" * 16)
    for wrapped in (b"", b"\x02" + b"x" * 60, b"\x01short"):
        with pytest.raises(SealBroken):
            unwrap_seed(wrapped, key=key, binding=BINDING)


@pytest.mark.parametrize(
    "change",
    [
        {"memory_cost": 2**30},
        {"memory_cost": 8},
        {"iterations": 10**6},
        {"lanes": 0},
        {"salt": "zz"},
        {"salt": "00"},
        {"algorithm": "argon2d"},
        {"iterations": "many"},
    ],
)
def test_stored_parameters_that_would_exhaust_or_weaken_are_refused(change):
    with pytest.raises(UnsafeParameters):
        Stretching.stored({**Stretching.fresh(CHEAP).row(), **change})


# In a process of its own, for those who wait for each other for ever cannot be ended otherwise.
AT_ONCE = """
from concurrent.futures import ThreadPoolExecutor
from witnesses.passphrases import Stretching

stretching = Stretching.fresh({"iterations": 1, "lanes": 4, "memory_cost": 8 * 1024})
with ThreadPoolExecutor(4) as pool:
    keys = {bytes(key) for key in pool.map(stretching.stretch, ["four quiet rivers under snow"] * 8)}
assert len(keys) == 1
"""


def test_many_custodians_type_their_passphrases_at_once_with_the_lanes_of_production():
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", AT_ONCE], cwd=root, timeout=120, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("passphrase", "what"),
    [
        ("short one", "short"),
        ("Password1234!!", "common"),
        ("qwertyqwertyqwerty", "common"),
        ("correct horse battery staple", "common"),
        ("parvin_k is quite great here", "named"),
        ("niloofar walks over hills", "named"),
        ("aaaaaaaaaaaaaaaaaa", "repetitive"),
        ("ghijklmnopqrstuvwx", "repetitive"),
        ("herongrandmothers", "plain"),
        ("green green green green", "repetitive"),
        ("four quiet rivers under snow", None),
        ("چهار رودخانه آرام زیر برف", None),
        ("Tr7-kelp_Ozone-91", None),
    ],
)
def test_passphrases_are_judged(passphrase, what):
    assert weakness(passphrase, names=("parvin_k", "Niloofar Ahmadi")) == what


@given(st.text(max_size=60))
def test_judging_gives_words_or_nothing_whatever_was_typed(passphrase):
    found = weakness(passphrase, names=("a", ""))
    assert found is None or found
    assert found is not None or len(passphrase) >= 14
