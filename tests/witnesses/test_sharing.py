import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from witnesses.sharing import SECRET_AT, Share, interpolate, restore, split

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "shamir_slip39.json").read_text())["vectors"]
quorums = st.integers(2, 5).flatmap(lambda t: st.tuples(st.just(t), st.integers(t, t + 3)))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_field_and_the_polynomial_are_those_of_slip_39(vector):
    points = [Share(share["x"], bytes.fromhex(share["y"])) for share in vector["shares"]]
    assert interpolate(points, SECRET_AT).hex() == vector["secret_at_255"]
    assert interpolate(points, 254).hex() == vector["digest_at_254"]


@settings(max_examples=25, deadline=None)
@given(secret=st.binary(min_size=32, max_size=32), quorum=quorums)
def test_every_subset_of_the_threshold_restores_and_none_smaller_does(secret, quorum):
    threshold, count = quorum
    shares = split(secret, threshold=threshold, count=count)
    assert [share.index for share in shares] == list(range(1, count + 1))
    for chosen in itertools.combinations(shares, threshold):
        assert restore(chosen) == secret
    for chosen in itertools.combinations(shares, threshold - 1):
        if len(chosen) >= 2:
            assert restore(chosen) != secret


@settings(max_examples=25, deadline=None)
@given(secret=st.binary(min_size=4, max_size=4), other=st.binary(min_size=4, max_size=4))
def test_one_share_of_two_fits_every_secret(secret, other):
    share = split(secret, threshold=2, count=3)[0]
    partner = Share(2, interpolate([share, Share(SECRET_AT, other)], 2))
    assert restore([share, partner]) == other


def test_the_shares_of_two_splittings_do_not_mix():
    secret = bytes(range(32))
    first, second = (split(secret, threshold=2, count=3) for _ in range(2))
    assert restore([first[0], second[1]]) != secret


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_it_refuses_a_quorum_that_protects_nothing(threshold, count):
    with pytest.raises(ValueError):
        split(b"x" * 32, threshold=threshold, count=count)


def test_it_refuses_shares_that_cannot_belong_together():
    one, two, _ = split(b"x" * 32, threshold=2, count=3)
    for wrong in ([one], [one, one], [one, Share(255, two.value)], [one, Share(2, b"short")], []):
        with pytest.raises(ValueError):
            restore(wrong)


def test_a_share_does_not_print_its_value():
    share = split(b"y" * 32, threshold=2, count=2)[0]
    assert "sealed" in repr(share)
    assert share.value.hex()[:6] not in repr(share)
