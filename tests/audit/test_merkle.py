"""The tree against published answers, against an independent brute force, and against its own promises."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import merkle

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "merkle.json").read_text())
LEAVES = [merkle.leaf_hash(bytes.fromhex(text)) for text in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(text) for text in VECTORS["roots"]]
NODES = merkle.nodes_over(LEAVES)


def brute_root(bodies: list[bytes]) -> bytes:
    """RFC 6962 section 2.1 word for word, sharing nothing with the module."""
    if not bodies:
        return hashlib.sha256().digest()
    if len(bodies) == 1:
        return hashlib.sha256(b"\x00" + bodies[0]).digest()
    k = max(2**power for power in range(20) if 2**power < len(bodies))
    return hashlib.sha256(b"\x01" + brute_root(bodies[:k]) + brute_root(bodies[k:])).digest()


def brute_path(index: int, bodies: list[bytes]) -> list[bytes]:
    if len(bodies) == 1:
        return []
    k = max(2**power for power in range(20) if 2**power < len(bodies))
    if index < k:
        return [*brute_path(index, bodies[:k]), brute_root(bodies[k:])]
    return [*brute_path(index - k, bodies[k:]), brute_root(bodies[:k])]


def brute_consistency(old: int, bodies: list[bytes], whole: bool = True) -> list[bytes]:
    if old == len(bodies):
        return [] if whole else [brute_root(bodies)]
    k = max(2**power for power in range(20) if 2**power < len(bodies))
    if old <= k:
        return [*brute_consistency(old, bodies[:k], whole), brute_root(bodies[k:])]
    return [*brute_consistency(old - k, bodies[k:], False), brute_root(bodies[:k])]


@pytest.mark.parametrize("size", range(9))
def test_it_gives_the_published_root_at_every_size(size: int) -> None:
    assert merkle.root(size, NODES) == ROOTS[size]


@pytest.mark.parametrize("case", VECTORS["inclusion"])
def test_it_gives_and_accepts_the_published_inclusion_proofs(case: dict) -> None:
    proof = [bytes.fromhex(text) for text in case["proof"]]
    assert merkle.inclusion_proof(case["index"], case["size"], NODES) == proof
    assert merkle.verify_inclusion(
        case["index"], case["size"], LEAVES[case["index"]], proof, ROOTS[case["size"]]
    )


@pytest.mark.parametrize("case", VECTORS["consistency"])
def test_it_gives_and_accepts_the_published_consistency_proofs(case: dict) -> None:
    proof = [bytes.fromhex(text) for text in case["proof"]]
    old, new = case["old"], case["new"]
    assert merkle.consistency_proof(old, new, NODES) == proof
    assert merkle.verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


BODIES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


@given(BODIES, st.data())
def test_it_agrees_with_the_brute_force_on_any_tree(bodies: list[bytes], data: st.DataObject) -> None:
    nodes = merkle.nodes_over([merkle.leaf_hash(body) for body in bodies])
    index = data.draw(st.integers(0, len(bodies) - 1))
    old = data.draw(st.integers(1, len(bodies)))
    root = brute_root(bodies)
    path, consistency = brute_path(index, bodies), brute_consistency(old, bodies)
    assert merkle.root(len(bodies), nodes) == root
    assert merkle.inclusion_proof(index, len(bodies), nodes) == path
    assert merkle.consistency_proof(old, len(bodies), nodes) == consistency
    assert merkle.verify_inclusion(index, len(bodies), merkle.leaf_hash(bodies[index]), path, root)
    assert merkle.verify_consistency(old, len(bodies), brute_root(bodies[:old]), root, consistency)


@given(BODIES, st.data())
def test_it_refuses_a_proof_in_which_anything_was_changed(bodies: list[bytes], data: st.DataObject) -> None:
    size = len(bodies)
    nodes = merkle.nodes_over([merkle.leaf_hash(body) for body in bodies])
    index = data.draw(st.integers(0, size - 1))
    leaf, root = merkle.leaf_hash(bodies[index]), merkle.root(size, nodes)
    proof = merkle.inclusion_proof(index, size, nodes)
    assert not merkle.verify_inclusion(index, size, merkle.leaf_hash(b"forged leaf"), proof, root)
    assert not merkle.verify_inclusion(index, size, leaf, [*proof, leaf], root)
    assert not merkle.verify_inclusion(size, size, leaf, proof, root)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:at], hashlib.sha256(proof[at]).digest(), *proof[at + 1 :]]
        assert not merkle.verify_inclusion(index, size, leaf, changed, root)
        assert not merkle.verify_inclusion(index, size, leaf, proof[:-1], root)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=60), st.data())
def test_it_refuses_a_later_tree_whose_past_was_changed(bodies: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(1, len(bodies) - 1))
    forged = [b"something else entirely", *bodies[1:]]
    nodes = merkle.nodes_over([merkle.leaf_hash(body) for body in forged])
    proof = merkle.consistency_proof(old, len(bodies), nodes)
    assert not merkle.verify_consistency(
        old, len(bodies), brute_root(bodies[:old]), brute_root(forged), proof
    )


@given(BODIES)
def test_the_growing_tree_has_the_same_root_at_every_size(bodies: list[bytes]) -> None:
    hasher = merkle.TreeHasher()
    hashes = [merkle.leaf_hash(body) for body in bodies]
    for size, hashed in enumerate(hashes, start=1):
        hasher.append(hashed)
        assert hasher.root() == brute_root(bodies[:size])
    half = merkle.TreeHasher()
    for hashed in hashes[: len(hashes) // 2]:
        half.append(hashed)
    assert half.root(hashes[len(hashes) // 2 :]) == hasher.root()


def test_the_growing_tree_refuses_a_subtree_that_does_not_begin_at_its_own_size() -> None:
    hasher = merkle.TreeHasher()
    hasher.append(LEAVES[0])
    with pytest.raises(ValueError, match="complete subtree"):
        hasher.append(LEAVES[1], level=1)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(index, size, NODES)
    assert merkle.root_from_inclusion(index, size, LEAVES[0], []) is None


def test_a_smaller_tree_is_never_later() -> None:
    with pytest.raises(ValueError, match="cannot be smaller"):
        merkle.consistency_proof(4, 3, NODES)
    assert not merkle.verify_consistency(4, 3, ROOTS[4], ROOTS[3], [])
    assert merkle.verify_consistency(0, 3, merkle.EMPTY_ROOT, ROOTS[3], [])
    assert not merkle.verify_consistency(0, 3, ROOTS[1], ROOTS[3], [])


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=300))
def test_rows_above_hashes_hold_every_complete_node(hashes: list[bytes]) -> None:
    node = merkle.nodes_over(hashes)
    rows = merkle.rows_above(b"".join(hashes))
    for level, row in enumerate(rows):
        assert len(row) == 32 * (len(hashes) >> level)
        assert row == b"".join(node(level, index) for index in range(len(hashes) >> level))
    assert len(hashes) >> len(rows) == 0


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_many_leaves_are_hashed_as_one_is(bodies: list[bytes]) -> None:
    assert merkle.leaf_hashes(bodies) == [merkle.leaf_hash(body) for body in bodies]
