"""The Merkle tree of RFC 6962 section 2.1 and RFC 9162 section 2.1, over SHA-256. Pure: no Django, no storage.

Where the hashes lie is the caller's affair: a `Nodes` function answers with the hash of the complete subtree of
2^level leaves that starts at leaf index * 2^level. All else follows from it, so a proof reads a few nodes of a
stored tree and the same code runs over a plain list in a test.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

Nodes = Callable[[int, int], bytes]

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
# It has taken in the prefix of a leaf: a copy of it costs less than a new one and a body with the prefix before it.
_LEAF = hashlib.sha256(b"\x00")


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 || body), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1: the other prefix keeps a node from posing as a leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_hashes(bodies: Iterable[bytes]) -> list[bytes]:
    """Return the leaf hash of each body."""
    found, begun = [], _LEAF.copy
    for body in bodies:
        digest = begun()
        digest.update(body)
        found.append(digest.digest())
    return found


def nodes_over(leaf_hashes: Sequence[bytes]) -> Nodes:
    """Return the `Nodes` of a tree whose leaf hashes are at hand, computing each node when asked."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hashes[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 2^n hashes of one level, pair by pair."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def rows_above(row: bytes) -> list[bytes]:
    """Return the hashes of one level that lie behind each other, and all complete rows above them, lowest first."""
    rows = [row]
    while len(row) >= 2 * HASH_BYTES:
        pairs = range(0, len(row) - HASH_BYTES, 2 * HASH_BYTES)
        row = b"".join([hashlib.sha256(b"\x01" + row[at : at + 2 * HASH_BYTES]).digest() for at in pairs])
        rows.append(row)
    return rows


def root(size: int, nodes: Nodes) -> bytes:
    """Return the Merkle tree hash of the first `size` leaves."""
    return _range_root(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the audit path PATH(index, D[size]) of RFC 6962 section 2.1.1, lowest sibling first.

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError("There is no such leaf in a tree of this size.")
    start, end, siblings = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append(_range_root(middle, end, nodes))
            end = middle
        else:
            siblings.append(_range_root(start, middle, nodes))
            start = middle
    return siblings[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Return PROOF(old, D[new]) of RFC 6962 section 2.1.2; empty where either is trivially consistent.

    Raises ValueError unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError("A later tree cannot be smaller than an earlier one.")
    if old in (0, new):
        return []
    start, end, siblings = 0, new, []
    whole = True  # the old tree is, so far, a complete left part of what we look at
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            siblings.append(_range_root(middle, end, nodes))
            end = middle
        else:
            siblings.append(_range_root(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        siblings.append(_range_root(start, end, nodes))
    return siblings[::-1]


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that the proof leads to (RFC 9162 section 2.1.3.2), or None where it cannot fit the sizes."""
    if not 0 <= index < size:
        return None
    at, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            result = node_hash(sibling, result)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        at, last = at >> 1, last >> 1
    return result if last == 0 else None


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Say whether the leaf hash stands at `index` in the tree of this size and root."""
    return root_from_inclusion(index, size, leaf, proof) == root_hash


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the tree of `old` leaves is the beginning of the tree of `new` (RFC 9162 section 2.1.4.2).

    The empty tree is the beginning of every tree: then, as for equal sizes, the proof must be empty.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(path) and _climb(old - 1, new - 1, path) == (old_root, new_root)


def _climb(at: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    while at & 1:
        at, last = at >> 1, last >> 1
    old_root = new_root = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        at, last = at >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _range_root(start: int, end: int, nodes: Nodes) -> bytes:
    """Return the hash over leaves start..end, where start is a multiple of the largest power of two inside."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(size)
    return node_hash(_range_root(start, middle, nodes), _range_root(middle, end, nodes))


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size` (RFC 6962 section 2.1), for sizes from 2."""
    return 1 << ((size - 1).bit_length() - 1)


class TreeHasher:
    """The root of a growing tree in memory of log2(size) hashes: the verifier's own view of the log."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, hashed: bytes, *, level: int = 0) -> None:
        """Add a complete subtree of 2^level leaves. Raises ValueError where it would not be aligned."""
        if self.size & ((1 << level) - 1):
            raise ValueError("A complete subtree begins at a multiple of its own size.")
        self.size += 1 << level
        while self._peaks and self._peaks[-1][0] == level:
            hashed = node_hash(self._peaks.pop()[1], hashed)
            level += 1
        self._peaks.append((level, hashed))

    def root(self, tail: Sequence[bytes] = ()) -> bytes:
        """Return the root, as if the leaf hashes of `tail` had been appended too."""
        if tail:
            grown = self._copy()
            for hashed in tail:
                grown.append(hashed)
            return grown.root()
        if not self._peaks:
            return EMPTY_ROOT
        result = self._peaks[-1][1]
        for _level, peak in reversed(self._peaks[:-1]):
            result = node_hash(peak, result)
        return result

    def _copy(self) -> "TreeHasher":
        other = TreeHasher()
        other.size, other._peaks = self.size, list(self._peaks)
        return other
