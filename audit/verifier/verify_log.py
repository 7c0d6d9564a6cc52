#!/usr/bin/env python3
"""Check an export of Dadkhah's audit log without Dadkhah: Python 3.8 or newer, its standard library, and no network.

    python3 verify_log.py                       check the export that this file lies in
    python3 verify_log.py FOLDER                check another one
    python3 verify_log.py FOLDER --key KEY      and compare the log's key with one that reached you by another way:
                                                a file (of key lines, such as log_signing.pub, or public-key.pem),
                                                the key line itself, or the fingerprint that is printed here
    python3 verify_log.py FOLDER --against FILE compare with checkpoints that you were given before, one or more, such
                                                as log/checkpoint of a dossier
    python3 verify_log.py FOLDER --unsigned-tail
                                                accept that the last entries are signed by nobody: for an export of a
                                                broken log, that was made without signing it
    python3 verify_log.py FOLDER --forms        read every entry as JSON too, however many there are: up to
                                                100,000 it does so by itself
    python3 verify_log.py FOLDER --json         print one JSON object

It trusts nothing that the export says of itself. It reads every byte again, hashes every entry, computes the whole
tree, follows the log's keys from one to the next, and compares every checkpoint with the tree and with the Ed25519
key that was in use at its size. All entries must be signed. It says which checks it made and what it could not check
(the ML-DSA-44 signatures), names every fault it finds and not only the first, and ends with one of

    VERIFIED            exit 0
    NOT VERIFIED        exit 1
    VERIFIED UP TO n    exit 3, only with --unsigned-tail: the first n entries are signed, for the rest nobody stands

Exit 2 means that the call itself was wrong.

Whoever could exchange the whole export could exchange this file too. Take verify_log.py from a second source, or
compare its SHA-256 with one, and compare the key's fingerprint with the one that the organisation gave you.
"""

# It runs where only Python 3.8 is: `os.path` and plain `open` are its ground, and it stays one file.
# ruff: noqa: PTH100, PTH110, PTH112, PTH113, PTH118, PTH120, PTH123

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import sys
import threading
from typing import Any, Callable, Iterator  # noqa: UP035  3.8 cannot subscript collections.abc

BLOCK = 1 << 22
WIDTH = 256
HASH = 32
SUMS = "SHA256SUMS"
ALWAYS = {"README.txt", "verify_log.py", "entries.bin", "keys", "tiles/0", SUMS}
ALLOWED = re.compile(
    r"tiles/[0-7]\Z|checkpoints/[0-9]{12,19}\Z|rotations/[0-9]{4,9}\Z|stamps/[0-9]{12,19}-[0-9]{2,9}\.(tsq|tsr|pem)\Z"
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
# The files that grow with the log; every other one is read whole and has a size beyond which it is none of ours.
GROWING = re.compile(r"entries\.bin\Z|SHA256SUMS\Z|tiles/")
SMALL = 1 << 20
ROTATION = "dadkhah/key-rotation/v1"
# Reading an entry as JSON takes ten times as long as hashing it: so many are read without being asked to.
FORMS_READ = 100_000
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
        self.whole = False

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


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else many}"


# ----------------------------------------------------------------------------------------------------
# The folder


def list_files(report: Report, root: str) -> list[str]:
    """Every regular file below the folder, as a path with `/`; anything else in there is a fault."""
    found: list[str] = []
    oversized: list[str] = []
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
                if entry.stat(follow_symlinks=False).st_size > SMALL and not GROWING.match(path):
                    report.fault(path, "is larger than any such file; it was not read")
                    oversized.append(path)
                else:
                    found.append(path)
            else:
                report.fault(path, "is neither a file nor a folder")
    for path in sorted(ALWAYS - set(found) - set(oversized)):
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
        # A long file's digest is taken by a second processor, while what is in it is looked at by this one.
        hashing = threading.Thread()
        with open_regular(os.path.join(self.root, path)) as file:
            while True:
                block = file.read(BLOCK)
                if hashing.ident is not None:
                    hashing.join()
                if not block:
                    break
                hashing = threading.Thread(target=digest.update, args=(block,))
                if len(block) < SMALL:
                    hashing.run()
                else:
                    hashing.start()
                yield block
        self.digests[path] = digest.hexdigest()

    def read(self, path: str, limit: int = SMALL) -> bytes:
        """The bytes of a file. Raises ValueError where it has more than `limit`."""
        blocks, size = [], 0
        for block in self.blocks(path):
            size += len(block)
            if size > limit:
                raise ValueError(f"it has more than {limit} bytes")
            blocks.append(block)
        return b"".join(blocks)

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
    content = export.read(SUMS, SMALL + 256 * len(export.files))
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
        lines = self.text.split("\n")
        if len(lines) != 4:
            raise ValueError("it is not three lines with the log's name, size and root")
        self.origin = lines[0]
        self.size, self.root = read_head(lines[1], lines[2])


class Rotation(Note):
    """What a key of the log says of its successors: where the log stood, and the lines of the new keys."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        lines = self.text.split("\n")
        if lines[0] != ROTATION or not 6 <= len(lines) <= 7:
            raise ValueError(f"it is no rotation of keys in the form {ROTATION}")
        self.origin = lines[1]
        self.size, self.root = read_head(lines[2], lines[3])
        self.key = LogKey(lines[4])
        self.second = other_key(lines[5]) if len(lines) == 7 else None
        names = {self.key.name, self.second[0] if self.second else self.origin}
        if self.key.line != lines[4] or names != {self.origin}:
            raise ValueError("its new keys are not written as keys of this log")


def read_head(size: str, root: str) -> tuple[int, bytes]:
    """The size and the root that a checkpoint or a rotation states. Raises ValueError for another form."""
    if not re.match(r"(0|[1-9][0-9]{0,17})\Z", size, re.ASCII):
        raise ValueError("its size is no plain number")
    digest = base64.b64decode(root, validate=True)
    if len(digest) != HASH or base64.b64encode(digest).decode("ascii") != root:
        raise ValueError("its root is no SHA-256")
    return int(size), digest


def other_key(line: str) -> tuple[str, bytes]:
    """Name and id of an ML-DSA-44 key, from its line. Raises ValueError for anything else."""
    name, short, encoded = line.split("+", 2)
    blob = base64.b64decode(encoded, validate=True)
    if len(blob) != 1313 or blob[0] != 6 or base64.b64encode(blob).decode("ascii") != encoded:
        raise ValueError("it is no ML-DSA-44 key")
    key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + blob).digest()[:4]
    if short != key_id.hex():
        raise ValueError("its short hash does not match the key")
    return name, key_id


class Generation:
    """One Ed25519 key of the log, and the checkpoints that are its to sign: above `since` and up to `until` entries."""

    def __init__(self, key: LogKey, second: tuple[str, bytes] | None, since: int = -1) -> None:
        self.key = key
        self.second = second
        self.since = since
        self.until: int | None = None

    def covers(self, size: int) -> bool:
        """Whether a checkpoint of this size is this key's to sign."""
        return self.since < size and (self.until is None or size <= self.until)

    def named_by(self, rotation: Rotation) -> bool:
        """Whether this key signed the rotation, with a signature of the ML-DSA-44 key beside it where there is one."""
        own = (self.key.name, self.key.key_id)
        named = {(name, blob[:4]) for name, blob in rotation.signatures}
        return (
            rotation.origin == self.key.name
            and rotation.size > self.since
            and (self.second is None or self.second in named)
            and any(
                ed25519_verify(self.key.public, rotation.text.encode("utf-8"), blob[4:])
                for name, blob in rotation.signatures
                if (name, blob[:4]) == own
            )
        )


class Chain:
    """The log's keys, oldest first, each named by the one before, and from which of them on the reader trusts them."""

    def __init__(self, generations: list[Generation], rotations: list[tuple[str, Rotation]]) -> None:
        self.generations = generations
        self.rotations = rotations
        self.trusted: list[Generation] = []

    @property
    def keys(self) -> list[LogKey]:
        """All keys."""
        return [generation.key for generation in self.generations]

    def at(self, size: int) -> Generation | None:
        """The key that was in use when the log had this size."""
        return next((generation for generation in self.generations if generation.covers(size)), None)


def given_keys(given: str) -> set[str]:
    """The key lines and fingerprints that reached the reader by another way: in a file, or as they are.

    Raises ValueError, with a sentence for the reader, where it is none of these.
    """
    if os.path.exists(given):
        if not os.path.isfile(given):
            raise ValueError(f"{given} is no plain file")
        with open(given, "rb") as file:
            content = file.read(SMALL + 1)
        if len(content) > SMALL:
            raise ValueError(f"{given} is too large for a file of keys")
        text = content.decode("utf-8", "replace")
    else:
        text = given
    found = named_keys(text)
    if not found and not os.path.exists(given):
        raise ValueError(f"there is no such file, and it is no key line and no fingerprint: {given!r}")
    if not found:
        raise ValueError(f"{given} holds no Ed25519 key and no fingerprint of one")
    return found


def named_keys(text: str) -> set[str]:
    """The key lines and the fingerprints (64 digits) in a text; keys of another kind are passed over."""
    if re.search(r"PRIVATE[+ ]KEY", text):
        raise ValueError("this is a private key, which nobody should have been given; ask for the public one")
    match = re.match(r"\s*-----BEGIN PUBLIC KEY-----\s+(\S+)\s+-----END PUBLIC KEY-----\s*\Z", text)
    if match:
        return {pem_fingerprint(match.group(1))}
    found = set()
    for line in [*text.splitlines(), text]:
        plain = re.sub(r"[\s:]", "", line).lower()
        if re.match(r"[0-9a-f]{64}\Z", plain):
            found.add(plain)
            continue
        try:
            found.add(LogKey(line).line)
        except ValueError:
            continue
    return found


def pem_fingerprint(encoded: str) -> str:
    """The fingerprint of an Ed25519 key in the form of openssl (RFC 8410)."""
    blob = base64.b64decode(encoded, validate=True)
    if len(blob) != 44 or blob[:12] != bytes.fromhex("302a300506032b6570032100"):
        raise ValueError("this PEM file holds another kind of key than Ed25519")
    return hashlib.sha256(blob[12:]).hexdigest()


def is_given(key: LogKey, given: set[str]) -> bool:
    """Whether the key is one of those that reached the reader by another way."""
    return key.line in given or key.fingerprint.replace(" ", "") in given


def read_keys(report: Report, export: Export) -> list[Generation]:
    """The keys that the export carries, one a line, each Ed25519 key with the ML-DSA-44 key that follows it.

    ML-DSA-44 keys are listed as not checked: the standard library cannot.
    """
    found: list[Generation] = []
    content = export.read("keys").decode("utf-8")
    for number, line in enumerate(content.split("\n")[:-1], start=1):
        blob = base64.b64decode(line.split("+", 2)[2], validate=True)
        if blob[:1] != b"\x01":
            report.leave("keys", f"line {number}, a key of another kind than Ed25519, and what it signed")
            if found and found[-1].second is None:
                found[-1].second = other_key(line)
            continue
        key = LogKey(line)
        if key.line != line:
            report.fault("keys", f"line {number} is not one key line")
        found.append(Generation(key, None))
    if not content.endswith("\n") or not found:
        report.fault("keys", "does not hold a key of the kind Ed25519 in each line")
    return found


def check_rotations(
    report: Report, export: Export, published: list[Generation], given: set[str] | None
) -> Chain:
    """Follow the log's keys from the first one: each names its successor in a rotation that it signed.

    A key that no rotation introduced is a fault, and so is a rotation that leads nowhere.
    """
    waiting: list[tuple[str, Rotation]] = []
    for path in export.under("rotations"):
        try:
            waiting.append((path, Rotation(export.read(path))))
        except MALFORMED as error:
            report.fault(path, f"is no rotation of keys ({error})")
    chain = Chain(published[:1], [])
    while chain.generations:
        last = chain.generations[-1]
        step = next((one for one in waiting if last.named_by(one[1])), None)
        if step is None:
            break
        waiting.remove(step)
        chain.rotations.append(step)
        last.until = step[1].size
        chain.generations.append(Generation(step[1].key, step[1].second, step[1].size))
    for path, rotation in waiting:
        if any(one.named_by(rotation) for one in chain.generations):
            report.fault(path, "is a second rotation by one key: somebody else had that key")
        else:
            report.fault(path, "is not signed by the key that was in use")
    lines = [key.line for key in chain.keys]
    for one in published:
        if one.key.line not in lines:
            report.fault("keys", f"holds {one.key.name}+{one.key.key_id.hex()}, which no rotation introduced")
    chain.trusted = trusted_from(report, chain, given)
    return chain


def trusted_from(report: Report, chain: Chain, given: set[str] | None) -> list[Generation]:
    """The keys that the reader can rest on: from the first one that was given, as it leads on to all after it."""
    if given is None:
        return chain.generations
    places = [place for place, key in enumerate(chain.keys) if is_given(key, given)]
    if not places:
        report.fault("keys", "does not hold the key that you gave")
        return []
    words = {word for key in chain.keys for word in (key.line, key.fingerprint.replace(" ", ""))}
    if not given <= words:
        report.fault(
            "keys",
            "does not hold all the keys that you gave: this was made before they were introduced, or by somebody "
            "who has only an old key. Give the one key that was in use then, if you know that",
        )
    return chain.generations[places[0] :]


def check_turns(report: Report, chain: Chain, roots: dict[int, bytes]) -> None:
    """Where a key was replaced, the log was what the rotation says."""
    for path, rotation in chain.rotations:
        if rotation.size > report.size:
            report.fault(path, f"was made at {rotation.size} entries, and only {report.size} are here: cut")
        elif roots.get(rotation.size) != rotation.root:
            report.fault(
                path, f"the first {rotation.size} entries are not those under which the key was replaced"
            )


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
    # A copy of a hash that has taken in the prefix costs less than a new one and an entry with the prefix before it.
    begun, append = hashlib.sha256(b"\x00").copy, row.append
    for block in export.blocks("entries.bin"):
        rest += block
        at, end = 0, len(rest)
        while at + 2 <= end:
            start = at + 2
            at = start + (rest[at] << 8 | rest[at + 1])
            if at > end:
                at = start - 2
                break
            leaf = begun()
            leaf.update(rest[start:at])
            append(leaf.digest())
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


def check_forms(report: Report, export: Export, asked: bool) -> None:
    """Every entry is one JSON object in its one canonical form: a key that stands twice could be read in two ways."""
    if report.size > FORMS_READ and not asked:
        report.leave("entries.bin", "whether each entry is JSON in its canonical form; call with --forms")
        return
    for index, body in enumerate(bodies(export)):
        if not body:
            continue
        content = read_canonical(body)
        if content is None:
            what = "its content is not written in the one canonical form of JSON"
            report.fault("entries.bin", f"leaf {index}: {what}")
        elif not isinstance(content.get("facts"), dict):
            what = "its facts are no names with values, so they would be read as none"
            report.fault("entries.bin", f"leaf {index}: {what}")


def bodies(export: Export) -> Iterator[bytes]:
    """Every whole entry, as leaf_tiles hashes them."""
    rest = b""
    for block in export.blocks("entries.bin"):
        rest += block
        at = 0
        while at + 2 <= len(rest):
            end = at + 2 + (rest[at] << 8 | rest[at + 1])
            if end > len(rest):
                break
            yield rest[at + 2 : end]
            at = end
        rest = rest[at:]


def is_canonical(body: bytes) -> bool:
    """Whether these bytes are what canonical JSON (RFC 8785, whole numbers alone) makes of what they say."""
    return read_canonical(body) is not None


def read_canonical(body: bytes) -> Any:
    """The object that these bytes are the canonical JSON of, or None."""
    try:
        content = json.loads(body.decode("utf-8"), parse_float=no_number, parse_constant=no_number)
        again = json.dumps(
            content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
        return content if isinstance(content, dict) and again.encode("utf-8") == body else None
    except (ValueError, RecursionError):
        return None


def no_number(text: str) -> Any:
    """No entry holds a fraction, an infinity or what is no number."""
    raise ValueError(text)


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
        elif export.read(path, len(row) * HASH) != b"".join(row):
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
    report: Report, found: list[tuple[str, Checkpoint]], roots: dict[int, bytes], chain: Chain, lenient: bool
) -> None:
    """Each checkpoint signs this tree with the key that was in use at its size, and the last covers all entries."""
    good, signed = 0, -1
    for path, checkpoint in found:
        by_its_key = check_signers(report, path, checkpoint, chain)
        if checkpoint.size > report.size:
            report.fault(
                path, f"signs {checkpoint.size} entries, and only {report.size} are here: the end was cut"
            )
        elif roots.get(checkpoint.size) != checkpoint.root:
            report.fault(path, f"the log was changed among its entries {good} to {checkpoint.size - 1}")
        else:
            good = checkpoint.size
            if by_its_key and chain.at(checkpoint.size) in chain.trusted:
                signed = max(signed, good)
    report.signed = max(signed, 0)
    report.whole = signed == report.size
    if signed < 0:
        report.fault("checkpoints", "none fits the entries and is signed by the key that is trusted")
    elif not report.whole and not lenient:
        report.fault(
            "entries.bin",
            f"leaves {signed} to {report.size - 1} stand after the last checkpoint: they are signed by nobody, and "
            "anybody could have added them. If this export was made unsigned on purpose, call with --unsigned-tail",
        )
    elif not report.whole:
        report.leave("entries.bin", f"leaves {signed} to {report.size - 1}, which nobody signed")


def check_signers(report: Report, path: str, checkpoint: Checkpoint, chain: Chain) -> bool:
    """Whether the key that was in use at its size signed the checkpoint; any other key of the log is a fault."""
    signers = checkpoint.signers(report, path, chain.keys)
    own = chain.at(checkpoint.size)
    for key in signers:
        if own is None or key.line != own.key.line:
            report.fault(
                path,
                f"is signed by {key.name}+{key.key_id.hex()}, which was not in use at {checkpoint.size} entries",
            )
    if not signers:
        report.fault(path, "is not signed by a key of this log")
    elif any(key.name != checkpoint.origin for key in signers):
        report.fault(path, f"is of the log {checkpoint.origin}, the key is that of another")
        return False
    return own is not None and any(key.line == own.key.line for key in signers)


def read_against(report: Report, paths: list[str]) -> list[tuple[str, Checkpoint]]:
    """The checkpoints that the reader was given before."""
    found = []
    for path in paths:
        with open_regular(path) as file:
            found.append((path, Checkpoint(file.read(SMALL))))
    return found


def check_against(
    report: Report, given: list[tuple[str, Checkpoint]], roots: dict[int, bytes], chain: Chain
) -> None:
    """The log still begins with what it was when those checkpoints left it."""
    for path, checkpoint in given:
        if not check_signers(report, path, checkpoint, chain):
            report.fault(path, "nothing follows from it")
        elif checkpoint.size > report.size:
            report.fault(
                path, f"signs {checkpoint.size} entries, and only {report.size} are here: rolled back or cut"
            )
        elif roots.get(checkpoint.size) != checkpoint.root:
            report.fault(path, "the log does not begin with what this checkpoint signs: forked or rebuilt")


def is_about(export: Export, path: str) -> bool:
    """Whether the digest of the checkpoint's text stands in this question or answer of a time-stamp."""
    name = path.rpartition("/")[2]
    text = Note(export.read(f"checkpoints/{name.split('-')[0]}")).text.encode("utf-8")
    content = export.read(path)
    return any(hashlib.new(kind, text).digest() in content for kind in ("sha256", "sha384", "sha512"))


def check_stamps(report: Report, export: Export) -> None:
    """Time-stamps belong to a checkpoint, and come with what was asked; `openssl ts -verify` checks them."""
    for path in export.under("stamps"):
        name = path.rpartition("/")[2]
        if f"checkpoints/{name.split('-')[0]}" not in export.files:
            report.fault(path, "belongs to a checkpoint that is not here")
        elif not path.endswith(".pem") and not is_about(export, path):
            report.fault(path, "is for other bytes than the text of its checkpoint")
        if path.endswith(".tsr"):
            report.leave(path, "the time-stamp; README.txt says how openssl checks it")
            if path[:-1] + "q" not in export.files:
                report.fault(path[:-1] + "q", "is missing")


# ----------------------------------------------------------------------------------------------------
# The call


def check_folder(
    report: Report, root: str, given_key: set[str] | None, against: list[str], **chosen: bool
) -> list[LogKey]:
    """Every check, in the order in which each rests on the ones before it."""
    run = report.run
    export = Export(
        root, run("The folder holds the files of an export and no others", ".", list_files, root) or []
    )
    published = run("The log's public keys can be read", "keys", read_keys, export) or []
    chain = run(
        "Each key was named by the one before it", "rotations", check_rotations, export, published, given_key
    ) or Chain([], [])
    checkpoints = run("The checkpoints can be read", "checkpoints", read_checkpoints, export) or []
    outside = (
        run("The checkpoints that you gave can be read", "--against", read_against, against) or []
        if against
        else []
    )
    wanted = {note.size for _path, note in checkpoints + outside + chain.rotations}
    roots = run("Every entry has its place in the tree", "entries.bin", check_tree, export, wanted) or {}
    run(
        "Every entry that was read is JSON in its one canonical form",
        "entries.bin",
        check_forms,
        export,
        chosen.get("forms", False),
    )
    run("The log was what each replaced key says", "rotations", check_turns, chain, roots)
    run(
        "Every checkpoint signs this tree with the key in use then (Ed25519), and the last one signs all of it",
        "checkpoints", check_checkpoints, checkpoints, roots, chain, chosen.get("lenient", False),
    )  # fmt: skip
    if against:
        run(
            "The log begins as the checkpoints that you gave say",
            "--against",
            check_against,
            outside,
            roots,
            chain,
        )
    run("Each time-stamp has its checkpoint", "stamps", check_stamps, export)
    run("Every byte is as SHA256SUMS lists it", SUMS, check_sums, export)
    return [generation.key for generation in chain.trusted]


def verdict(report: Report) -> tuple[str, int]:
    """The last word and the exit code."""
    if report.count:
        return "NOT VERIFIED", 1
    return ("VERIFIED", 0) if report.whole else (f"VERIFIED UP TO {report.signed}", 3)


def print_report(report: Report, root: str, trusted: list[LogKey], compared: bool) -> None:
    """The checks made, what was left, the key to compare, the faults, the verdict."""
    print(f"Export: {shown(os.path.abspath(root))}")
    print(f"{counted(report.size, 'entry', 'entries')}, signed up to {report.signed}")
    print(f"Root: {report.root}\n")
    for sentence, passed in report.checks:
        print(f"  {'ok   ' if passed else 'FAULT'}  {sentence}")
    for number, key in enumerate(trusted):
        which = f", number {number + 1} of {len(trusted)}" if len(trusted) > 1 else ""
        print(
            f"\nKey of the log {shown(key.name)}{which} (SHA-256 of the Ed25519 public key):\n\n"
            f"    {key.fingerprint}\n"
        )
    if not compared:
        print("Compare it with the fingerprint that the organisation gave you by another way (or use --key):")
        print("whoever forged a whole export would have signed it with a key of their own.")
    if report.unchecked:
        print("\nNot checked here:")
        for sentence in report.unchecked:
            print(f"  - {sentence}")
    if report.faults:
        print(f"\n{counted(report.count, 'fault', 'faults')}:")
        for fault in report.faults:
            print(f"  - {fault}")
    print(f"\n{verdict(report)[0]}")


def as_json(report: Report, trusted: list[LogKey]) -> str:
    """The same for a program."""
    return json.dumps(
        {
            "ok": verdict(report)[1] == 0,
            "verdict": verdict(report)[0],
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
    """Check one folder; the exit codes are those that the head of this file lists."""
    parser = argparse.ArgumentParser(
        description="Check an export of the audit log offline. Ends with VERIFIED (0), NOT VERIFIED (1) or, only with "
        "--unsigned-tail, VERIFIED UP TO n (3)."
    )
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument(
        "--key", help="the log's key by another way: a file of keys, the key line, or its fingerprint"
    )
    parser.add_argument("--against", nargs="+", default=[], help="checkpoints that you were given before")
    parser.add_argument(
        "--unsigned-tail", action="store_true", help="accept that the last entries are signed by nobody"
    )
    parser.add_argument(
        "--forms", action="store_true", help="read every entry as JSON, however many there are"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if not os.path.isdir(options.folder):
        parser.error(f"{shown(options.folder)} is not a folder")
    for path in options.against:
        if not os.path.exists(path):
            parser.error(f"--against: there is no such file: {shown(path)}")
    try:
        key = None if options.key is None else given_keys(options.key)
    except (OSError, ValueError) as error:
        parser.error(f"--key: {shown(str(error))}")
    report = Report()
    chosen = {"lenient": options.unsigned_tail, "forms": options.forms}
    trusted = check_folder(report, options.folder, key, options.against, **chosen)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if options.json:
        print(as_json(report, trusted))
    else:
        print_report(report, options.folder, trusted, key is not None)
    return verdict(report)[1]


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
