#!/usr/bin/env python3
"""Check an export of Dadkhah's audit log without Dadkhah: Python 3.8 or newer, its standard library, and no network.

    python3 verify_log.py                       check the export that this file lies in
    python3 verify_log.py FOLDER                check another one
    python3 verify_log.py FOLDER --key KEY      and compare the log's key with one that reached you by another way:
                                                a file, the key line itself, or the fingerprint that is printed here
    python3 verify_log.py FOLDER --against FILE compare with checkpoints that you were given before, one or more, such
                                                as log/checkpoint of a dossier
    python3 verify_log.py FOLDER --json         print one JSON object

It trusts nothing that the export says of itself. It reads every byte again, hashes every entry, computes the whole
tree, compares every checkpoint with it and checks its Ed25519 signatures. It says which checks it made and what it
could not check, names every fault it finds and not only the first, and ends with VERIFIED (exit 0) or NOT VERIFIED
(exit 1). Exit 2 means that the call itself was wrong.

Whoever could exchange the whole export could exchange this file too. Take verify_log.py from a second source, or
compare its SHA-256 with one, and compare the key's fingerprint with the one that the organisation gave you.
"""

# It runs where only Python 3.8 is: `os.path` and plain `open` are its ground, and it stays one file.
# ruff: noqa: PTH100, PTH112, PTH113, PTH118, PTH120, PTH123

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import sys
from typing import Any, Callable, Iterator  # noqa: UP035  3.8 cannot subscript collections.abc

BLOCK = 1 << 22
WIDTH = 256
HASH = 32
SUMS = "SHA256SUMS"
ALWAYS = {"README.txt", "verify_log.py", "entries.bin", "keys", "tiles/0", SUMS}
ALLOWED = re.compile(
    r"tiles/[0-7]\Z|checkpoints/[0-9]{12,19}\Z|rotations/[0-9]{4,9}\Z|stamps/[0-9]{12,19}-[0-9]{2,9}\.(tsq|tsr)\Z"
)
PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\Z")
# What malformed data can raise in a check; each becomes a named fault, never a traceback.
MALFORMED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
    MemoryError,
    OSError,
)
# Beyond this many, faults are counted but no longer listed.
LISTED = 1000


class Report:
    """What was checked, what was found wrong in the order found, and what could not be checked."""

    def __init__(self) -> None:
        self.checks: list[tuple[str, bool]] = []
        self.faults: list[str] = []
        self.count = 0
        self.unchecked: list[str] = []
        self.size = 0
        self.root = ""
        self.signed = 0

    def fault(self, where: str, what: str) -> None:
        """Name one fault, with the file it lies in."""
        self.count += 1
        if len(self.faults) < LISTED:
            self.faults.append(f"{shown(where)}: {shown(what)}")

    def leave(self, where: str, what: str) -> None:
        """Say once what is not checked here."""
        sentence = f"{shown(where)}: {shown(what)}"
        if sentence not in self.unchecked and len(self.unchecked) < LISTED:
            self.unchecked.append(sentence)

    def run(self, sentence: str, where: str, check: Callable[..., Any], *arguments: Any) -> Any:
        """Make one check, record whether it found faults, and return what it returns (None if it broke off)."""
        before = self.count
        result = None
        try:
            result = check(self, *arguments)
        except MALFORMED as error:
            self.fault(
                where,
                f"could not be checked, its form is not the expected one ({type(error).__name__}: {error})",
            )
        self.checks.append((sentence, self.count == before))
        return result


def shown(text: str) -> str:
    """The text with everything that could confuse a terminal written as an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


# ----------------------------------------------------------------------------------------------------
# The folder


def list_files(report: Report, root: str) -> list[str]:
    """Every regular file below the folder, as a path with `/`; anything else in there is a fault."""
    found: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for entry in sorted(os.scandir(os.path.join(root, folder)), key=lambda entry: entry.name):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not PLAIN_NAME.match(entry.name):
                report.fault(path, "has a name that no export uses (only letters, digits, '.', '-' and '_')")
            if entry.is_symlink():
                report.fault(path, "is a symbolic link; an export holds none")
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
            else:
                report.fault(path, "is neither a file nor a folder")
    for path in sorted(ALWAYS - set(found)):
        report.fault(path, "is missing")
    for path in found:
        if path not in ALWAYS and not ALLOWED.match(path):
            report.fault(path, "is no part of an export; it was added")
    return sorted(found)


class Export:
    """The folder under check: where it lies, which files it has, and the digests of those read so far."""

    def __init__(self, root: str, files: list[str]) -> None:
        self.root = root
        self.files = set(files)
        self.digests: dict[str, str] = {}

    def blocks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file in blocks; its digest is known at the end. Raises OSError where it is not there.

        Nothing is opened but a regular file: a pipe would never answer, and a link can lead to a device that never
        ends.
        """
        if path not in self.files:
            raise FileNotFoundError(f"{path} is not a file of the export")
        digest = hashlib.sha256()
        with open_regular(os.path.join(self.root, path)) as file:
            while True:
                block = file.read(BLOCK)
                if not block:
                    break
                digest.update(block)
                yield block
        self.digests[path] = digest.hexdigest()

    def read(self, path: str) -> bytes:
        """The bytes of a small file."""
        return b"".join(self.blocks(path))

    def under(self, folder: str) -> list[str]:
        """The files of one folder, in order."""
        return sorted(path for path in self.files if path.startswith(folder + "/"))


def open_regular(path: str) -> Any:
    """Open a regular file for reading. Raises OSError for anything else."""
    descriptor = os.open(
        path,
        os.O_RDONLY
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_BINARY", 0)
        | getattr(os, "O_NONBLOCK", 0),
    )
    file = open(descriptor, "rb", buffering=0)  # noqa: SIM115  the caller closes it
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OSError(0, "it is no regular file")
    return file


def check_sums(report: Report, export: Export) -> None:
    """Every file is as SHA256SUMS lists it, byte for byte in the one canonical form."""
    listed: dict[str, str] = {}
    content = export.read(SUMS)
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        match = re.match(rb"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)\Z", line)
        if match is None:
            report.fault(SUMS, f"line {number} is not a digest, two spaces and a path")
        else:
            listed[match.group(2).decode("ascii")] = match.group(1).decode("ascii")
    if "".join(f"{listed[path]}  {path}\n" for path in sorted(listed)).encode("ascii") != content:
        report.fault(SUMS, "is not in its canonical form (sorted by path, one line feed after each line)")
    for path in sorted(export.files - {SUMS}):
        if path not in export.digests:
            for _block in export.blocks(path):
                continue
        if path not in listed:
            report.fault(path, f"is not listed in {SUMS}: it was added, or the list was shortened")
        elif export.digests[path] != listed[path]:
            report.fault(path, f"was changed: its digest is not that of {SUMS}")
    for path in sorted(set(listed) - export.files):
        report.fault(path, f"is listed in {SUMS} but is not in the export")


# ----------------------------------------------------------------------------------------------------
# The signature: RFC 8032, and keys as C2SP signed notes write them


PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)


def recover_x(y: int, sign: int) -> int | None:
    """The x of a point from its y and the sign of x, None if there is no such point (RFC 8032 section 5.1.3)."""
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return None
    return PRIME - x if x & 1 != sign else x


def decode_point(encoded: bytes) -> tuple[int, int, int, int] | None:
    """A point in extended coordinates from its 32 bytes."""
    number = int.from_bytes(encoded, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % PRIME)


def encode_point(point: tuple[int, int, int, int]) -> bytes:
    """The 32 bytes of a point."""
    x, y, z, _ = point
    inverse = pow(z, PRIME - 2, PRIME)
    return (y * inverse % PRIME | (x * inverse % PRIME & 1) << 255).to_bytes(32, "little")


def add_points(p: tuple[int, int, int, int], q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The sum of two points (RFC 8032 section 5.1.4)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % PRIME
    b = (p[1] + p[0]) * (q[1] + q[0]) % PRIME
    c = 2 * p[3] * q[3] * CURVE_D % PRIME
    d = 2 * p[2] * q[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def multiply_point(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The point added to itself `scalar` times. Not constant in time: everything here is public."""
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add_points(total, point)
        point = add_points(point, point)
        scalar >>= 1
    return total


BASE_Y = 4 * pow(5, PRIME - 2, PRIME) % PRIME


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is the key's (RFC 8032 section 5.1.7, without the cofactor)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key = decode_point(public)
    base = decode_point(BASE_Y.to_bytes(32, "little"))
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or base is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    negated = (PRIME - key[0], key[1], key[2], PRIME - key[3])
    expected = add_points(multiply_point(scalar, base), multiply_point(challenge, negated))
    return encode_point(expected) == signature[:32]


def has_small_order(public: bytes) -> bool:
    """Whether the key is no point, or one of the eight that vanish when multiplied by the cofactor."""
    point = decode_point(public)
    return point is None or encode_point(multiply_point(8, point)) == (1).to_bytes(32, "little")


class LogKey:
    """The log's public key, from its line `name+hash+base64` (C2SP signed note)."""

    def __init__(self, line: str) -> None:
        self.line = line.strip()
        name, short, encoded = self.line.split("+", 2)
        blob = base64.b64decode(encoded, validate=True)
        if len(blob) != 33 or blob[0] != 1:
            raise ValueError("it is no Ed25519 key")
        self.name = name
        self.public = blob[1:]
        if has_small_order(self.public):
            raise ValueError("it is one of the points under which anything is signed, and nobody's key")
        self.key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + blob).digest()[:4]
        if short != self.key_id.hex() or base64.b64encode(blob).decode("ascii") != encoded:
            raise ValueError("its short hash does not match the key")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 bytes of the key, in groups of four that can be read out on the telephone."""
        digest = hashlib.sha256(self.public).hexdigest()
        return " ".join(digest[i : i + 4] for i in range(0, 64, 4))


class Note:
    """A signed note (C2SP signed-note): its text, and its signatures with the names of their keys."""

    def __init__(self, content: bytes) -> None:
        text, separator, block = content.decode("utf-8").rpartition("\n\n")
        if not separator or not block.endswith("\n"):
            raise ValueError("it is no signed note")
        self.text = text + "\n"
        self.signatures: list[tuple[str, bytes]] = []
        for line in block[:-1].split("\n"):
            dash, name, encoded = line.split(" ")
            blob = base64.b64decode(encoded, validate=True)
            if dash != "\u2014" or len(blob) < 5 or base64.b64encode(blob).decode("ascii") != encoded:
                raise ValueError("a signature line has another form")
            self.signatures.append((name, blob))

    def signers(self, report: Report, where: str, keys: list[LogKey]) -> list[LogKey]:
        """Which of the keys signed this. A wrong signature by a known key is a fault; others are listed."""
        good = []
        for name, blob in self.signatures:
            known = [key for key in keys if key.name == name and key.key_id == blob[:4]]
            if not known:
                report.leave(where, f"the signature of {name}+{blob[:4].hex()} ({len(blob) - 4} bytes)")
            for key in known:
                if ed25519_verify(key.public, self.text.encode("utf-8"), blob[4:]):
                    good.append(key)
                else:
                    report.fault(where, f"its signature by {name}+{key.key_id.hex()} is not good")
        return good


class Checkpoint(Note):
    """What the log signed: its name, how many entries it holds, the root over them (C2SP tlog-checkpoint)."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.origin, size, root = self.text.split("\n")[:3]
        if not re.match(r"(0|[1-9][0-9]{0,18})\Z", size):
            raise ValueError("its size is no plain number")
        self.size = int(size)
        self.root = base64.b64decode(root, validate=True)
        if len(self.root) != HASH or base64.b64encode(self.root).decode("ascii") != root:
            raise ValueError("its root is no SHA-256")


def same_key(key: LogKey, given: str) -> bool:
    """Whether what reached the reader by another way is this key: its line or its fingerprint."""
    wanted = re.sub(r"[\s:]", "", given)
    return wanted == key.line or wanted.lower() == key.fingerprint.replace(" ", "")


def read_keys(report: Report, export: Export) -> list[LogKey]:
    """The keys that the export carries, one a line. Those of another kind than Ed25519 are listed as not checked."""
    keys = []
    content = export.read("keys").decode("utf-8")
    for number, line in enumerate(content.split("\n")[:-1], start=1):
        blob = base64.b64decode(line.split("+", 2)[2], validate=True)
        if blob[:1] != b"\x01":
            report.leave("keys", f"line {number}, a key of another kind than Ed25519, and what it signed")
            continue
        key = LogKey(line)
        if key.line != line:
            report.fault("keys", f"line {number} is not one key line")
        keys.append(key)
    if not content.endswith("\n") or not keys:
        report.fault("keys", "does not hold a key of the kind Ed25519 in each line")
    return keys


def check_rotations(report: Report, export: Export, keys: list[LogKey], given: str | None) -> list[LogKey]:
    """Which keys stand for the log: the first (or the one that you gave), and those that it named, one after another.

    A rotation is a note in which a key names its successors, each by its key line.
    """
    named: list[tuple[list[LogKey], set[str]]] = []
    for path in export.under("rotations"):
        note = Note(export.read(path))
        signers = note.signers(report, path, keys)
        lines = {line for line in note.text.split("\n") if line.count("+") >= 2}
        if not signers:
            report.fault(path, "is not signed by a key of the log")
        named.append((signers, lines))
    successors = {line for _signers, lines in named for line in lines}
    trusted = (
        [key for key in keys if same_key(key, given)]
        if given
        else [key for key in keys if key.line not in successors]
    )
    if given and not trusted:
        report.fault("keys", "does not hold the key that you gave")
    if not given and len(trusted) > 1:
        report.fault("keys", "holds several keys that no rotation links to each other")
    for _round in named:
        for signers, lines in named:
            if any(signer in trusted for signer in signers):
                trusted += [key for key in keys if key.line in lines and key not in trusted]
    return trusted


# ----------------------------------------------------------------------------------------------------
# The tree: RFC 6962


class Tree:
    """The root of a growing tree, in memory of some hashes."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[tuple[int, bytes]] = []

    def add(self, level: int, node: bytes) -> None:
        """Add a complete subtree of 2**level leaves."""
        self.size += 1 << level
        while self.peaks and self.peaks[-1][0] == level:
            node = hashlib.sha256(b"\x01" + self.peaks.pop()[1] + node).digest()
            level += 1
        self.peaks.append((level, node))

    def root(self, more: list[bytes]) -> bytes:
        """The root, as if these leaf hashes had been added too."""
        grown = Tree()
        grown.size, grown.peaks = self.size, list(self.peaks)
        for leaf in more:
            grown.add(0, leaf)
        if not grown.peaks:
            return hashlib.sha256(b"").digest()
        root = grown.peaks[-1][1]
        for _level, peak in reversed(grown.peaks[:-1]):
            root = hashlib.sha256(b"\x01" + peak + root).digest()
        return root


def leaf_tiles(report: Report, export: Export) -> Iterator[list[bytes]]:
    """The leaf hashes of all entries, 256 at a time. An entry is its length in two bytes, and its bytes."""
    rest = b""
    row: list[bytes] = []
    sha256, append = hashlib.sha256, row.append
    for block in export.blocks("entries.bin"):
        rest += block
        at, end = 0, len(rest)
        while at + 2 <= end:
            start = at + 2
            at = start + (rest[at] << 8 | rest[at + 1])
            if at > end:
                at = start - 2
                break
            append(sha256(b"\x00" + rest[start:at]).digest())
            if len(row) == WIDTH:
                yield row
                row = []
                append = row.append
        rest = rest[at:]
    if rest:
        report.fault("entries.bin", "was cut short: the last entry is not whole")
    if row:
        yield row


def check_tree(report: Report, export: Export, wanted: set[int]) -> dict[int, bytes]:
    """Hash every entry, compare with the tiles, and return the root at each of the wanted sizes."""
    roots: dict[int, bytes] = {}
    tree = Tree()
    levels: list[bytes] = []
    sizes = sorted(wanted, reverse=True)
    stored = TileFile(export, "tiles/0")
    last: list[bytes] = []
    for row in leaf_tiles(report, export):
        given = stored.next(len(row) * HASH)
        if given != b"".join(row):
            name_leaves(report, tree.size, row, given)
        while sizes and sizes[-1] < tree.size + len(row):
            size = sizes.pop()
            roots[size] = tree.root(row[: size - tree.size])
        if len(row) < WIDTH:
            last = row
            break
        node = subtree(row)
        tree.add(8, node)
        levels.append(node)
    if stored.next(1):
        report.fault("tiles/0", "holds more hashes than there are entries: entries.bin was cut short")
    report.size = tree.size + len(last)
    while sizes and sizes[-1] <= report.size:
        size = sizes.pop()
        roots[size] = tree.root(last[: size - tree.size])
    report.root = tree.root(last).hex()
    check_levels(report, export, levels)
    return roots


class TileFile:
    """One level of the stored tree, read as far as it is asked for."""

    def __init__(self, export: Export, path: str) -> None:
        self._blocks = export.blocks(path)
        self._rest = b""

    def next(self, count: int) -> bytes:
        """The next bytes; fewer where the file ends."""
        while len(self._rest) < count:
            block = next(self._blocks, b"")
            if not block:
                break
            self._rest += block
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken


def name_leaves(report: Report, start: int, row: list[bytes], given: bytes) -> None:
    """Name the entries whose hash is not the one that the tree was given."""
    for offset, found in enumerate(row):
        wanted = given[offset * HASH : (offset + 1) * HASH]
        if found != wanted:
            empty = found == hashlib.sha256(b"\x00").digest()
            what = "its entry is missing" if empty else "its entry is not what the tree holds in its place"
            report.fault(
                "entries.bin", f"leaf {start + offset}: {what}" if wanted else "tiles/0 is cut short"
            )


def subtree(row: list[bytes]) -> bytes:
    """The hash over a full row."""
    sha256 = hashlib.sha256
    while len(row) > 1:
        row = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    return row[0]


def check_levels(report: Report, export: Export, row: list[bytes]) -> None:
    """Every level above the leaves holds the hashes over the full tiles of the level below, and there is no other."""
    level = 1
    while row:
        path = f"tiles/{level}"
        if path not in export.files:
            report.fault(path, "is missing")
        elif export.read(path) != b"".join(row):
            report.fault(path, "is not the level of the tree that follows from the entries")
        row = [subtree(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)]
        level += 1
    for path in export.under("tiles"):
        if int(path[6:]) >= max(level, 1):
            report.fault(path, "is a level that this tree does not have")


# ----------------------------------------------------------------------------------------------------
# Checkpoints


def read_checkpoints(report: Report, export: Export) -> list[tuple[str, Checkpoint]]:
    """Every checkpoint of the export; each lies under its own size."""
    found = []
    for path in export.under("checkpoints"):
        try:
            checkpoint = Checkpoint(export.read(path))
        except MALFORMED as error:
            report.fault(path, f"is no checkpoint ({error})")
            continue
        if int(path.rpartition("/")[2]) != checkpoint.size:
            report.fault(path, f"is a checkpoint of size {checkpoint.size}")
        found.append((path, checkpoint))
    return found


def check_checkpoints(
    report: Report, found: list[tuple[str, Checkpoint]], roots: dict[int, bytes],
    keys: list[LogKey], trusted: list[LogKey],
) -> None:  # fmt: skip
    """Each checkpoint signs this tree with a key of the export, and the last that fits with a trusted one."""
    good = 0
    for path, checkpoint in found:
        signers = checkpoint.signers(report, path, keys)
        if not signers:
            report.fault(path, "is not signed by a key of this log")
        elif any(key.name != checkpoint.origin for key in signers):
            report.fault(path, f"is of the log {checkpoint.origin}, the key is that of another")
        if checkpoint.size > report.size:
            report.fault(
                path, f"signs {checkpoint.size} entries, and only {report.size} are here: the end was cut"
            )
        elif roots.get(checkpoint.size) != checkpoint.root:
            report.fault(path, f"the log was changed among its entries {good} to {checkpoint.size - 1}")
        else:
            good = checkpoint.size
            if any(key in trusted for key in signers):
                report.signed = max(report.signed, good)
    if found and not report.signed:
        report.fault("checkpoints", "none fits the entries and is signed by the key that is trusted")
    if not found:
        report.leave("checkpoints", "there is none, so nothing shows when these entries were written")
    elif report.signed < report.size:
        report.leave(
            "entries.bin", f"leaves {report.signed} to {report.size - 1} stand after the last checkpoint"
        )


def read_against(report: Report, paths: list[str]) -> list[tuple[str, Checkpoint]]:
    """The checkpoints that the reader was given before."""
    found = []
    for path in paths:
        with open_regular(path) as file:
            found.append((path, Checkpoint(file.read(BLOCK))))
    return found


def check_against(
    report: Report, given: list[tuple[str, Checkpoint]], roots: dict[int, bytes], keys: list[LogKey]
) -> None:
    """The log still begins with what it was when those checkpoints left it."""
    for path, checkpoint in given:
        if not checkpoint.signers(report, path, keys):
            report.fault(path, "is not signed by a key of this log; nothing follows from it")
        elif checkpoint.size > report.size:
            report.fault(
                path, f"signs {checkpoint.size} entries, and only {report.size} are here: rolled back or cut"
            )
        elif roots.get(checkpoint.size) != checkpoint.root:
            report.fault(path, "the log does not begin with what this checkpoint signs: forked or rebuilt")


def check_stamps(report: Report, export: Export) -> None:
    """Time-stamps belong to a checkpoint, and come with what was asked; `openssl ts -verify` checks them."""
    for path in export.under("stamps"):
        name = path.rpartition("/")[2]
        if f"checkpoints/{name.split('-')[0]}" not in export.files:
            report.fault(path, "belongs to a checkpoint that is not here")
        if path.endswith(".tsr"):
            report.leave(path, "the time-stamp; README.txt says how openssl checks it")
            if path[:-1] + "q" not in export.files:
                report.fault(path[:-1] + "q", "is missing")


# ----------------------------------------------------------------------------------------------------
# The call


def check_folder(report: Report, root: str, given_key: str | None, against: list[str]) -> list[LogKey]:
    """Every check, in the order in which each rests on the ones before it."""
    run = report.run
    export = Export(
        root, run("The folder holds the files of an export and no others", ".", list_files, root) or []
    )
    keys = run("The log's public keys can be read", "keys", read_keys, export) or []
    trusted = (
        run("Each key was named by the one before it", "rotations", check_rotations, export, keys, given_key)
        or []
    )
    checkpoints = run("The checkpoints can be read", "checkpoints", read_checkpoints, export) or []
    outside = (
        run("The checkpoints that you gave can be read", "--against", read_against, against) or []
        if against
        else []
    )
    wanted = {checkpoint.size for _path, checkpoint in checkpoints + outside}
    roots = run("Every entry has its place in the tree", "entries.bin", check_tree, export, wanted) or {}
    run(
        "Every checkpoint signs this tree (Ed25519)", "checkpoints", check_checkpoints,
        checkpoints, roots, keys, trusted,
    )  # fmt: skip
    if against:
        run(
            "The log begins as the checkpoints that you gave say",
            "--against",
            check_against,
            outside,
            roots,
            keys,
        )
    run("Each time-stamp has its checkpoint", "stamps", check_stamps, export)
    run("Every byte is as SHA256SUMS lists it", SUMS, check_sums, export)
    return trusted


def print_report(report: Report, root: str, trusted: list[LogKey], compared: bool) -> None:
    """The checks made, what was left, the key to compare, the faults, the verdict."""
    print(f"Export: {shown(os.path.abspath(root))}\n{report.size} entries, signed up to {report.signed}")
    print(f"Root: {report.root}\n")
    for sentence, passed in report.checks:
        print(f"  {'ok   ' if passed else 'FAULT'}  {sentence}")
    for key in trusted[:1]:
        print(
            f"\nKey of the log {shown(key.name)} (SHA-256 of the Ed25519 public key):\n\n    {key.fingerprint}\n"
        )
    if not compared:
        print("Compare it with the fingerprint that the organisation gave you by another way (or use --key):")
        print("whoever forged a whole export would have signed it with a key of their own.")
    if report.unchecked:
        print("\nNot checked here:")
        for sentence in report.unchecked:
            print(f"  - {sentence}")
    if report.faults:
        print(f"\n{report.count} fault(s):")
        for fault in report.faults:
            print(f"  - {fault}")
    print("\nNOT VERIFIED" if report.count else "\nVERIFIED")


def as_json(report: Report, trusted: list[LogKey]) -> str:
    """The same for a program."""
    return json.dumps(
        {
            "ok": not report.count,
            "entries": report.size,
            "signed": report.signed,
            "root": report.root,
            "keys": [key.line for key in trusted],
            "checks": [{"check": sentence, "ok": passed} for sentence, passed in report.checks],
            "fault_count": report.count,
            "faults": report.faults,
            "unchecked": report.unchecked,
        }
    )


def main(arguments: list[str]) -> int:
    """Check one folder; the exit code is 0 for VERIFIED, 1 for NOT VERIFIED, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        description="Check an export of the audit log offline. Ends with VERIFIED or NOT VERIFIED."
    )
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument(
        "--key", help="the log's key by another way: a file, the key line, or its fingerprint"
    )
    parser.add_argument("--against", nargs="+", default=[], help="checkpoints that you were given before")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if not os.path.isdir(options.folder):
        parser.error(f"{shown(options.folder)} is not a folder")
    report = Report()
    key = options.key
    if key is not None and os.path.isfile(key):
        with open(key, encoding="utf-8", errors="replace") as file:
            key = file.read(10_000)
    trusted = check_folder(report, options.folder, key, options.against)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if options.json:
        print(as_json(report, trusted))
    else:
        print_report(report, options.folder, trusted, key is not None)
    return 1 if report.count else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
