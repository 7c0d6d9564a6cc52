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
key that was in use at its size. The entries tell of each checkpoint, signature, time-stamp and change of keys: all of
that must be here, and no signature or time-stamp that none tells of. All entries must be signed. It says which checks
it made and what it could not check (the ML-DSA-44 signatures), names every fault it finds and not only the first, and
ends with one of

    VERIFIED            exit 0
    NOT VERIFIED        exit 1
    VERIFIED IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN
                        exit 2: no fault was found, but something that you gave to compare could not be compared; it
                        says what, why, and what to do. What was not compared never passes for agreement
    VERIFIED UP TO n    exit 3, only with --unsigned-tail: the first n entries are signed, for the rest nobody stands
    VERIFIED UP TO n IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN
                        exit 2: both of these

A call with a word that it does not know, or without a folder, also ends with exit 2, before anything is checked.

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
FOLDERS = {"tiles", "checkpoints", "rotations", "stamps"}
# Numbers are filled up with zeros to a length, and beyond it begin with none: one name for each.
ALLOWED = re.compile(
    r"tiles/[0-7]\Z|checkpoints/(?:[0-9]{12}|[1-9][0-9]{12,17})\Z|rotations/(?:[0-9]{4}|[1-9][0-9]{4,8})\Z|"
    r"stamps/(?:[0-9]{12}|[1-9][0-9]{12,17})-(?:[0-9]{2}|[1-9][0-9]{2,8})\.(?:tsq|tsr|pem)\Z"
)
REMOVE = "If your own computer put it there, remove it and check again"
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
# How the entries begin that tell of the rest of an export: in the one canonical form the action comes first.
TELLING = b'{"action":"log.'
# A copy of the log ends with the entry about it and the first checkpoint after that. Earlier versions ended with the
# newest checkpoint, before which others may have signed meanwhile; the entries about their copies do not say where.
ENDS = {"next_checkpoint": 1, "as_it_is": 1}
OVERTAKING = 3
# A log has a few keys and some witnesses.
SIGNATURES = 200
# An ML-DSA-44 signature as a note holds it: the key's id, the time, and the signature itself.
SECOND_KIND = 4 + 8 + 2420
# Reading an entry as JSON takes ten times as long as hashing it: so many are read without being asked to.
FORMS_READ = 100_000
# Beyond this many, faults are counted but no longer listed.
LISTED = 1000
CHANGED = "its line ends were changed on its way, as mail does; it was read as it was signed"
# Of a word that stands in a file so many characters are shown, and of a sentence so many.
WORD, SENTENCE = 120, 700


class Report:
    """What was checked, what was found wrong in the order found, and what could not be checked."""

    def __init__(self) -> None:
        # None for a check that could not be made of all that was given.
        self.checks: list[tuple[str, bool | None]] = []
        self.faults: list[str] = []
        self.count = 0
        # What was given from outside: what it agrees with, and kind, place and reason where it could not be compared.
        self.compared: list[str] = []
        self.aside: list[tuple[str, str, str]] = []
        # Faults that the copy shows only beside what was given.
        self.contradicted = 0
        self.other_key = 0
        self.unchecked: list[str] = []
        self.size = 0
        self.root = ""
        self.signed = 0
        self.last = ""
        self.whole = False
        # The paths that the reader named, which are shown as the reader wrote them.
        self.given: set[str] = set()

    def fault(self, where: str, what: str) -> None:
        """Name one fault, with the file it lies in."""
        self.count += 1
        if len(self.faults) < LISTED:
            self.faults.append(self.sentence(where, what))

    def sentence(self, where: str, what: str) -> str:
        """One line about one file."""
        return f"{plain(where) if where in self.given else word(where)}: {shown(what, SENTENCE)}"

    def agree(self, where: str, what: str) -> None:
        """Say of one thing that was given what it shows."""
        self.compared.append(self.sentence(where, what))

    def set_aside(self, kind: str, where: str, what: str) -> None:
        """Name one thing that was given and could not be compared; the copy is checked all the same."""
        self.aside.append((kind, where, shown(what, SENTENCE)))

    def leave(self, where: str, what: str) -> None:
        """Say once what is not checked here."""
        sentence = self.sentence(where, what)
        if sentence not in self.unchecked and len(self.unchecked) < LISTED:
            self.unchecked.append(sentence)

    def take(self, other: Report) -> None:
        """Take over the faults of another report."""
        self.faults += other.faults[: LISTED - len(self.faults)]
        self.count += other.count

    def run(self, sentence: str, where: str, check: Callable[..., Any], *arguments: Any) -> Any:
        """Make one check, record whether it found faults, and return what it returns (None if it broke off)."""
        before, aside = self.count, len(self.aside)
        result = None
        try:
            result = check(self, *arguments)
        except MALFORMED as error:
            self.fault(where, f"could not be checked: {reason(error)}")
        passed = self.count == before
        self.checks.append((sentence, None if passed and len(self.aside) > aside else passed))
        return result


def plain(text: str) -> str:
    """The reader's own words, with everything that could confuse a terminal written as an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shown(text: str, longest: int) -> str:
    """What stands in a file or is its name, cut, with all but ASCII as escapes: no letter can pass for another."""
    cut = "".join(c if " " <= c <= "~" else ascii(c)[1:-1] for c in text[:longest])
    return cut if len(text) <= longest and len(cut) <= longest else f"{cut[:longest]}... (cut)"


def word(text: str) -> str:
    """One word of a file, as it stands in a sentence of ours."""
    return shown(text, WORD)


class BadForm(ValueError):
    """What was read is not what it should be; the text says so to a reader who knows no Python."""


def reason(error: Exception) -> str:
    """What an error says to a reader who knows no Python."""
    if isinstance(error, UnicodeError):
        return "it is no text in UTF-8"
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    if isinstance(error, PermissionError):
        return "you may not read it; copy the folder to where you may, or ask whoever gave it to you"
    if isinstance(error, MemoryError):
        return "this computer has too little memory for it; try on a larger one"
    if isinstance(error, OSError):
        return f"this computer cannot read it ({error.strerror}); copy the folder here again"
    return str(error) if isinstance(error, BadForm) else "its form is not the expected one"


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else many}"


# ----------------------------------------------------------------------------------------------------
# The folder


def list_files(report: Report, root: str) -> list[str]:
    """Every regular file of the folder, as a path with `/`; anything that no export has is a fault."""
    found: list[str] = []
    seen: set[str] = set()
    folders = [""]
    for folder in folders:
        entries = sorted(os.scandir(os.path.join(root, folder)), key=lambda entry: entry.name)
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            seen.add(path)
            if entry.is_dir(follow_symlinks=False) and path in FOLDERS:
                folders.append(path)
            elif is_file(report, path, entry):
                found.append(path)
        if not entries:
            report.fault(folder or ".", f"is an empty folder, which no export has. {REMOVE}")
    for path in sorted(ALWAYS - seen):
        report.fault(path, "is missing. Ask for another copy")
    check_numbers(report, [path for path in sorted(found) if ALLOWED.match(path)])
    return sorted(found)


def is_file(report: Report, path: str, entry: os.DirEntry[str]) -> bool:
    """Whether this is a file that can be read; what no export has is named."""
    if entry.is_symlink():
        report.fault(path, "is a symbolic link; an export holds none")
    elif entry.is_dir(follow_symlinks=False):
        report.fault(path, f"is a folder that no export has; what lies in it was not looked at. {REMOVE}")
    elif not entry.is_file(follow_symlinks=False):
        report.fault(path, "is neither a file nor a folder")
    elif entry.stat(follow_symlinks=False).st_size > SMALL and not GROWING.match(path):
        report.fault(path, "is larger than any such file; it was not read")
    else:
        if path not in ALWAYS and not ALLOWED.match(path):
            report.fault(path, f"is no part of an export; it was added. {REMOVE}")
        return True
    return False


def check_numbers(report: Report, paths: list[str]) -> None:
    """Changes of keys and stamps are numbered from 0 on, in the order of their names, so none is numbered twice."""
    for folder in ("rotations", "stamps"):
        numbers = {
            path.rpartition("/")[2].split(".")[0]: 0 for path in paths if path.startswith(folder + "/")
        }
        by_size = sorted(numbers, key=lambda name: [int(part) for part in name.split("-")])
        for place, name in enumerate(by_size):
            due = f"{place:04}" if folder == "rotations" else f"{place:02}"
            if name.split("-")[-1] != due:
                report.fault(
                    f"{folder}/{name}", f"is numbered otherwise than an export numbers: {due} is due"
                )
                break


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
            raise FileNotFoundError(path)
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
        """The bytes of a file. Raises BadForm where it has more than `limit`."""
        blocks, size = [], 0
        for block in self.blocks(path):
            size += len(block)
            if size > limit:
                raise BadForm(f"it has more than {limit} bytes")
            blocks.append(block)
        return b"".join(blocks)

    def under(self, folder: str) -> list[str]:
        """The files of one folder that bear a name of their kind, in order."""
        return sorted(path for path in self.files if path.startswith(folder + "/") and ALLOWED.match(path))


def open_regular(path: str) -> Any:
    """Open a regular file for reading. Raises OSError or BadForm for anything else."""
    descriptor = os.open(
        path,
        os.O_RDONLY
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_BINARY", 0)
        | getattr(os, "O_NONBLOCK", 0),
    )
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BadForm("it is no plain file")
    return open(descriptor, "rb", buffering=0)


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
            raise BadForm("it is no Ed25519 key")
        self.name = name
        self.public = blob[1:]
        if has_small_order(self.public):
            raise BadForm("it is one of the points under which anything is signed, and nobody's key")
        self.key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + blob).digest()[:4]
        if short != self.key_id.hex() or base64.b64encode(blob).decode("ascii") != encoded:
            raise BadForm("its short hash does not match the key")

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
            raise BadForm("it is no signed note")
        self.text = text + "\n"
        self.signatures: list[tuple[str, bytes]] = []
        if block.count("\n") > SIGNATURES:
            raise BadForm("it has more signatures than any note")
        for line in block[:-1].split("\n"):
            words = line.split(" ")
            blob = from_base64(words[-1])
            if len(words) != 3 or words[0] != "\u2014" or not words[1] or len(blob) < 5:
                raise BadForm("a signature line has another form")
            self.signatures.append((words[1], blob))

    def signers(self, report: Report, where: str, keys: list[LogKey]) -> list[LogKey]:
        """Which of the keys signed this. A wrong signature by a known key is a fault; others are listed.

        The first signature of each key is looked at and no other: a note could be filled with some thousand.
        """
        good = []
        firsts = {named(name, blob): (name, blob) for name, blob in reversed(self.signatures)}
        for name, blob in reversed(list(firsts.values())):
            known = [key for key in keys if key.name == name and key.key_id == blob[:4]]
            if not known:
                report.leave(where, f"the signature of {word(named(name, blob))} ({len(blob) - 4} bytes)")
            for key in known:
                if ed25519_verify(key.public, self.text.encode("utf-8"), blob[4:]):
                    good.append(key)
                else:
                    report.fault(where, f"its signature by {word(own_name(key))} is not good")
        return good


class Checkpoint(Note):
    """What the log signed: its name, how many entries it holds, the root over them (C2SP tlog-checkpoint)."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        lines = self.text.split("\n")
        if len(lines) != 4:
            raise BadForm("it is not three lines with the log's name, size and root")
        self.origin = lines[0]
        self.size, self.root = read_head(lines[1], lines[2])
        # Whether its line ends were others when it was read; only of one that was given.
        self.changed = False


class Rotation(Note):
    """What a key of the log says of its successors: where the log stood, and the lines of the new keys."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        lines = self.text.split("\n")
        if lines[0] != ROTATION or not 6 <= len(lines) <= 7:
            raise BadForm(f"it is no rotation of keys in the form {ROTATION}")
        self.origin = lines[1]
        self.size, self.root = read_head(lines[2], lines[3])
        self.key = ed25519_key(lines[4])
        self.second = other_key(lines[5]) if len(lines) == 7 else None
        names = {self.key.name, self.second[0] if self.second else self.origin}
        if self.key.line != lines[4] or names != {self.origin}:
            raise BadForm("its new keys are not written as keys of this log")


def read_head(size: str, root: str) -> tuple[int, bytes]:
    """The size and the root that a checkpoint or a rotation states. Raises BadForm for another form."""
    if not re.match(r"(0|[1-9][0-9]{0,17})\Z", size, re.ASCII):
        raise BadForm("its size is no plain number")
    digest = from_base64(root)
    if len(digest) != HASH:
        raise BadForm("its root is no SHA-256")
    return int(size), digest


def from_base64(text: str) -> bytes:
    """The bytes that are written so. Raises BadForm for what is no base64, or is not its one canonical form."""
    try:
        blob = base64.b64decode(text.encode("utf-8"))
    except ValueError:
        blob = b""
    if base64.b64encode(blob) != text.encode("utf-8"):
        raise BadForm("it is not written in base64")
    return blob


def parts_of_key(line: str) -> tuple[str, str, bytes]:
    """Name, short hash and key of a key line. Raises BadForm for anything else."""
    parts = line.split("+", 2)
    if len(parts) != 3:
        raise BadForm("it is not a name, a short hash and a key, joined by +")
    return parts[0], parts[1], from_base64(parts[2])


def ed25519_key(line: str) -> LogKey:
    """The key of a line that is nothing but a key line. Raises BadForm for anything else."""
    parts_of_key(line)
    return LogKey(line)


def other_key(line: str) -> tuple[str, bytes]:
    """Name and id of an ML-DSA-44 key, from its line. Raises BadForm for anything else."""
    name, short, blob = parts_of_key(line)
    if len(blob) != 1313 or blob[0] != 6:
        raise BadForm("it is no ML-DSA-44 key")
    key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + blob).digest()[:4]
    if short != key_id.hex():
        raise BadForm("its short hash does not match the key")
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
        self.left: list[tuple[str, Rotation]] = []
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

    Raises BadForm, with a sentence for the reader, where it is none of these.
    """
    if os.path.exists(given):
        if not os.path.isfile(given):
            raise BadForm(f"{given} is no plain file")
        with open(given, "rb") as file:
            content = file.read(SMALL + 1)
        if len(content) > SMALL:
            raise BadForm(f"{given} is too large for a file of keys")
        text = content.decode("utf-8", "replace")
    else:
        text = given
    found = named_keys(text)
    if not found and not os.path.exists(given):
        raise BadForm(f"there is no such file, and it is no key line and no fingerprint: {given!r}")
    if not found:
        raise BadForm(f"{given} holds no Ed25519 key and no fingerprint of one")
    return found


def named_keys(text: str) -> set[str]:
    """The key lines and the fingerprints (64 digits) in a text; keys of another kind are passed over."""
    if re.search(r"PRIVATE[+ ]KEY", text):
        raise BadForm("this is a private key, which nobody should have been given; ask for the public one")
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
        raise BadForm("this PEM file holds another kind of key than Ed25519")
    return hashlib.sha256(blob[12:]).hexdigest()


def is_given(key: LogKey, given: set[str]) -> bool:
    """Whether the key is one of those that reached the reader by another way."""
    return key.line in given or key.fingerprint.replace(" ", "") in given


def read_keys(report: Report, export: Export) -> list[Generation]:
    """The keys that the export carries, one a line, each Ed25519 key with the ML-DSA-44 key that follows it.

    ML-DSA-44 keys are listed as not checked: the standard library cannot.
    """
    found: list[Generation] = []
    seen: set[str] = set()
    lines = export.read("keys").decode("utf-8").split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        if line in seen:
            report.fault("keys", f"line {number} is a key that stands there already")
            continue
        seen.add(line)
        try:
            if parts_of_key(line)[2][:1] == b"\x01":
                found.append(Generation(ed25519_key(line), None))
                continue
            second = other_key(line)
        except ValueError as error:
            report.fault("keys", f"line {number} is no key of a log ({reason(error)})")
            continue
        report.leave("keys", f"line {number}, a key of another kind than Ed25519, and what it signed")
        if not found or found[-1].second is not None:
            report.fault("keys", f"line {number} is an ML-DSA-44 key that follows no Ed25519 key of its own")
        else:
            found[-1].second = second
    if lines[-1] or not found:
        report.fault("keys", "is not one key in each line, each line ended, at least one of the kind Ed25519")
    return found


def check_rotations(report: Report, export: Export, published: list[Generation]) -> Chain:
    """Follow the log's keys from the first one: each names its successor in a rotation that it signed.

    A key that no rotation introduced is a fault, and so is a rotation that leads nowhere.
    """
    waiting: list[tuple[str, Rotation]] = []
    for path in export.under("rotations"):
        try:
            waiting.append((path, Rotation(export.read(path))))
        except MALFORMED as error:
            report.fault(path, f"is no rotation of keys ({reason(error)})")
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
    chain.left = waiting
    for path, rotation in waiting:
        if any(one.named_by(rotation) for one in chain.generations):
            report.fault(path, "is a second rotation by one key: somebody else had that key")
        else:
            report.fault(path, "is not signed by the key that was in use")
    lines = [key.line for key in chain.keys]
    for one in published:
        if one.key.line not in lines:
            report.fault("keys", f"holds {word(own_name(one.key))}, which no rotation introduced")
    chain.trusted = chain.generations
    return chain


def read_given_key(report: Report, given: str, place: str) -> set[str] | None:
    """The keys that the reader gave, or None where they cannot be read, which says nothing about the copy."""
    try:
        return given_keys(given)
    except (OSError, ValueError) as error:
        why = unreadable(error).replace(f": {given!r}", "")
        if given and why.startswith(given):
            why = f"it{why[len(given) :]}"
        step = "Give the log's public key: the file log_signing.pub, a line of it, or the key's fingerprint"
        report.set_aside("unreadable_key", place, f"{why[:1].upper()}{why[1:]}. {step}")
        return None


def place_of_key(report: Report, given: str) -> str:
    """What the key that was given is called: its file as the reader wrote it, and no key that was given itself."""
    try:
        is_file = os.path.exists(given) or not named_keys(given)
    except ValueError:
        is_file = False
    place = given if given and is_file else "--key"
    report.given.add(place)
    return place


def check_given_key(report: Report, chain: Chain, given: set[str], place: str) -> None:
    """Hold the keys that were given against those of the copy; what is trusted begins with the first that fits."""
    if not chain.generations:
        report.set_aside("no_key", place, "this copy holds no key that could be compared with it")
        return
    places = [number for number, key in enumerate(chain.keys) if is_given(key, given)]
    if not places:
        report.other_key += 1
        report.fault(place, no_key_of_this(chain, given))
        return
    chain.trusted = chain.generations[places[0] :]
    name = chain.keys[0].name
    known = {word for key in chain.keys for word in (key.line, key.fingerprint.replace(" ", ""))}
    # Keys of other logs may stand in the same file, and are nothing to this one.
    newer = [one for one in given - known if "+" not in one or one.startswith(f"{name}+")]
    aliens = [key for key in chain.keys[places[0] :] if not is_given(key, given)]
    lines = [one for one in newer if "+" in one]
    # Fingerprints that the copy lacks may be of any log, so only whole lines say that this log went on otherwise.
    if aliens and lines and any(key.line in given for key in chain.keys):
        report.other_key += 1
        report.fault(place, parted_keys(aliens[0], lines))
    elif newer:
        report.set_aside(
            "newer_key",
            place,
            "not all the keys that you gave are in this copy: it was made before they came into use, or by somebody "
            "who has only an old key. Ask for a copy of today. Or, if you know from elsewhere that this one was made "
            f"before, give that time's key alone: the line that begins with {word(own_name(chain.keys[places[-1]]))}",
        )
    else:
        report.agree(place, found_key(chain, places[-1]))


def parted_keys(alien: LogKey, lacking: list[str]) -> str:
    """What it means that the copy goes on with a key that was not given, and lacks ones that were."""
    lacked = words([own_name(LogKey(line)) for line in sorted(lacking)])
    return (
        f"this copy goes on with {word(own_name(alien))}, which is not among the keys that you gave, and lacks "
        f"{lacked}, which you gave. An older copy only lacks the last keys of log_signing.pub and holds no other. So "
        "unless keys were left out of what you gave, this log was forked: somebody who had one of its keys named "
        "another successor. Ask the organisation, by another way than the one on which this copy came, whether "
        f"{word(own_name(alien))} is its key"
    )


def found_key(chain: Chain, number: int) -> str:
    """What it means that the newest key that was given is this one of the copy's."""
    generation, count = chain.generations[number], len(chain.generations)
    if number == count - 1:
        return "the key that you gave is this log's, the key in use at the end of this copy"
    return (
        f"the key that you gave is a former key of this log, number {number + 1} of {count}; it was replaced at "
        f"{counted(generation.until or 0, 'entry', 'entries')}. Each key signed the next, so it was followed to the "
        "newest; but whoever had the former one could have named another. Compare the fingerprint of the newest, "
        "below, with the one that the organisation gives you today"
    )


def no_key_of_this(chain: Chain, given: set[str]) -> str:
    """What it means that no key that was given is one of the copy's."""
    name = chain.keys[0].name
    others = sorted({one.split("+")[0] for one in given if "+" in one and not one.startswith(f"{name}+")})
    if others and all("+" in one and not one.startswith(f"{name}+") for one in given):
        return (
            f"the key that you gave is no key of this copy: it is a key of the log {word(others[0])}, and this copy "
            f"says that it is of {word(name)}. One of the two is not what you take it for. Ask the organisation for "
            "the fingerprint of this log's key, by another way than the one on which this copy came"
        )
    return (
        "the key that you gave is no key of this copy: the key is of another log, or newer than this copy, or "
        "somebody made this copy with a key of their own; by the copy alone nobody can tell. Ask the organisation, by "
        "another way than the one on which this copy came, for the fingerprint of the key that was in use when the "
        "copy was made, or ask for a copy of today"
    )


def check_turns(report: Report, chain: Chain, roots: dict[int, bytes], telling: Telling) -> None:
    """Where a key was replaced, the log was what the rotation says, and only keys of the log signed that."""
    for path, rotation in chain.rotations:
        if rotation.size > report.size:
            report.fault(path, f"was made at {rotation.size} entries, and only {report.size} are here: cut")
        elif roots.get(rotation.size) != rotation.root:
            report.fault(
                path, f"the first {rotation.size} entries are not those under which the key was replaced"
            )
        seen: set[str] = set()
        for name, blob in rotation.signatures:
            key = named(name, blob)
            if key in seen:
                report.fault(path, f"bears two signatures of {word(key)}")
            elif key not in telling.own:
                report.fault(path, f"bears a signature of {word(key)}, which is no key of this log")
            elif key in telling.second and len(blob) != SECOND_KIND:
                report.fault(path, f"its signature by {word(key)} is not as long as one by ML-DSA-44 is")
            elif key in telling.second:
                report.leave(path, f"the signature of {word(key)} ({len(blob) - 4} bytes)")
            seen.add(key)


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


def leaf_tiles(report: Report, export: Export, telling: Telling) -> Iterator[list[bytes]]:
    """The leaf hashes of all entries, 256 at a time. An entry is its length in two bytes, and its bytes.

    Those that tell of the rest of the export are handed on by the way.
    """
    rest = b""
    row: list[bytes] = []
    full = 0
    # A copy of a hash that has taken in the prefix costs less than a new one and an entry with the prefix before it.
    begun, append = hashlib.sha256(b"\x00").copy, row.append
    for block in export.blocks("entries.bin"):
        rest += block
        at, end = 0, len(rest)
        # One search finds where they may begin, so that most entries cost one comparison.
        teller = found_from(rest, 0)
        while at + 2 <= end:
            start = at + 2
            at = start + (rest[at] << 8 | rest[at + 1])
            if at > end:
                at = start - 2
                break
            leaf = begun()
            leaf.update(rest[start:at])
            append(leaf.digest())
            if start >= teller:
                if start == teller:
                    telling.hear(full + len(row) - 1, rest[start:at])
                teller = found_from(rest, at)
            if len(row) == WIDTH:
                yield row
                full += WIDTH
                row = []
                append = row.append
        if at:
            telling.last = rest[start:at]
        rest = rest[at:]
    if rest:
        report.fault("entries.bin", "was cut short: the last entry is not whole")
    if row:
        yield row


def found_from(content: bytes, start: int) -> int:
    """Where the beginning of an entry that tells is found next; the length of the content where there is none."""
    at = content.find(TELLING, start)
    return len(content) if at < 0 else at


def check_tree(report: Report, export: Export, wanted: set[int], telling: Telling) -> dict[int, bytes]:
    """Hash every entry, compare with the tiles, and return the root at each of the wanted sizes."""
    roots: dict[int, bytes] = {}
    tree = Tree()
    levels: list[bytes] = []
    sizes = sorted(wanted, reverse=True)
    stored = TileFile(export, "tiles/0")
    last: list[bytes] = []
    for row in leaf_tiles(report, export, telling):
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
    report.last = moment_of(telling.last)
    check_levels(report, export, levels)
    return roots


def moment_of(body: bytes) -> str:
    """When an entry was written, by its own word; nothing where it does not say."""
    moment = (read_canonical(body) or {}).get("recorded_at")
    return word(moment) if isinstance(moment, str) else ""


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
        if not wanted:
            report.fault("tiles/0", f"is cut short: it ends before leaf {start + offset}")
            return
        if found != wanted:
            empty = found == hashlib.sha256(b"\x00").digest()
            what = "its entry is missing" if empty else "its entry is not what the tree holds in its place"
            report.fault("entries.bin", f"leaf {start + offset}: {what}")


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
        elif TileFile(export, path).next(len(row) * HASH + 1) != b"".join(row):
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
            report.fault(path, f"is no checkpoint ({reason(error)})")
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
                f"is signed by {word(own_name(key))}, which was not in use at {checkpoint.size} entries",
            )
    if not signers:
        report.fault(
            path,
            "is not signed by a key of this copy: it is of another log, or one of the two was forged. Compare the "
            "fingerprint below with the one that the organisation gave you",
        )
    elif any(key.name != checkpoint.origin for key in signers):
        report.fault(path, f"is of the log {word(checkpoint.origin)}, the key is that of another")
        return False
    return own is not None and any(key.line == own.key.line for key in signers)


def read_against(report: Report, paths: list[str]) -> list[tuple[str, Checkpoint]]:
    """The checkpoints that the reader was given before. One that cannot be read says nothing about the copy."""
    found = []
    for path in paths:
        place = path or "--against"
        report.given.add(place)
        try:
            found.append((place, given_checkpoint(path)))
        except MALFORMED as error:
            report.set_aside("unreadable_file", place, unreadable(error))
    return found


def given_checkpoint(path: str) -> Checkpoint:
    """Read a checkpoint that travelled. Raises OSError, or BadForm with a sentence for the reader."""
    content = given_bytes(path)
    # Mail and editors change line ends, and what opens and closes a file. Nothing is lost by undoing that: the
    # signature is over the bytes as they were, and is checked after this.
    sent = content[3:] if content.startswith(b"\xef\xbb\xbf") else content
    sent = sent.replace(b"\r\n", b"\n").strip(b"\n") + b"\n"
    try:
        checkpoint = Checkpoint(sent)
    except MALFORMED as error:
        raise BadForm(
            f"It is no checkpoint: {reason(error)}. Take the file log/checkpoint of a dossier, or a file of the "
            "folder checkpoints of an earlier copy, and give it unchanged"
        ) from error
    checkpoint.changed = sent != content
    return checkpoint


def given_bytes(path: str) -> bytes:
    """What a small file holds that the reader named. Raises OSError, or BadForm with a sentence for the reader."""
    if not path:
        raise BadForm(
            "No file was named: what stands after the option is empty. Name the file of a checkpoint, or leave the "
            "option out"
        )
    if os.path.isdir(path):
        raise BadForm("It is a folder. Name the file in it: that of a dossier is log/checkpoint")
    try:
        with open_regular(os.path.realpath(path)) as file:
            content: bytes = file.read(SMALL + 1)
    except ValueError as error:
        raise BadForm("It is a device or a pipe. Write what it gives into a file, and name that") from error
    if not content:
        raise BadForm("It is empty. Get it anew from whoever keeps the checkpoint")
    if len(content) > SMALL:
        raise BadForm("It is larger than any checkpoint is. Name the file of the checkpoint itself")
    return content


def unreadable(error: Exception) -> str:
    """Why something that was given cannot be read, and what to do."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "There is no such file. Look at the path that was typed"
    if isinstance(error, PermissionError):
        return "You may not read it, or not its folder. Copy it to where you may, and name the copy"
    if isinstance(error, OSError):
        return f"It cannot be opened or read ({error.strerror}). Copy it to this computer anew, and name the copy"
    return str(error) if isinstance(error, BadForm) else "It cannot be read. Get it anew"


def check_against(
    report: Report,
    given: list[tuple[str, Checkpoint]],
    roots: dict[int, bytes],
    chain: Chain,
    telling: Telling,
) -> None:
    """The log still begins with what it was when those checkpoints left it."""
    for path, checkpoint in given:
        signers, damaged = own_signers(checkpoint, chain)
        own = chain.at(checkpoint.size)
        if not signers or checkpoint.origin != chain.keys[0].name:
            kind, what = unsigned_by_us(report, checkpoint, chain, telling, damaged)
            report.set_aside(kind, path, what)
        elif own is None or own.key not in signers:
            report.contradicted += 1
            report.fault(
                path,
                f"is signed by {word(own_name(signers[0]))}, which was not in use at {checkpoint.size} entries: it was "
                "signed outside this log. Keep it, and show it to the organisation and to whoever gave it to you",
            )
        elif checkpoint.size > report.size:
            report.set_aside("newer", path, newer(report, checkpoint))
        elif roots.get(checkpoint.size) != checkpoint.root:
            report.contradicted += 1
            report.fault(path, contradiction(report))
        else:
            report.agree(path, agreement(report, checkpoint))
            for name, blob in checkpoint.signatures:
                if named(name, blob) not in {own_name(key) for key in signers}:
                    report.leave(path, f"the signature of {word(named(name, blob))} ({len(blob) - 4} bytes)")


def contradiction(report: Report) -> str:
    """What follows where a checkpoint of this log signs other entries than those of the copy."""
    if report.count >= report.contradicted + report.other_key:
        return (
            "this copy does not begin with what this checkpoint signs; the faults of the copy itself may be why. "
            "Compare it with another copy"
        )
    return (
        "the log does not begin with what this checkpoint signs: forked or rebuilt. Keep both, and show them to the "
        "organisation and to whoever gave you the checkpoint"
    )


def own_signers(checkpoint: Checkpoint, chain: Chain) -> tuple[list[LogKey], list[LogKey]]:
    """Which keys of the copy signed the checkpoint, and whose signature is not good."""
    good: list[LogKey] = []
    bad: list[LogKey] = []
    firsts = {named(name, blob): blob for name, blob in reversed(checkpoint.signatures)}
    for key in chain.keys:
        blob = firsts.get(own_name(key))
        if blob is not None:
            fits = ed25519_verify(key.public, checkpoint.text.encode("utf-8"), blob[4:])
            (good if fits else bad).append(key)
    return good, bad


def agreement(report: Report, checkpoint: Checkpoint) -> str:
    """How far a checkpoint and the copy agree."""
    if checkpoint.size == 0:
        what = "it signs no entry at all, as every log begins, so it shows nothing. Give one of a later day"
    elif checkpoint.size == report.size:
        what = f"agrees up to entry {checkpoint.size} of {report.size}, which is all of this copy"
    else:
        what = f"agrees up to entry {checkpoint.size} of {report.size}; of those after it this checkpoint says nothing"
    return f"{what} ({CHANGED})" if checkpoint.changed else what


def newer(report: Report, checkpoint: Checkpoint) -> str:
    """What follows where a checkpoint reaches beyond the copy."""
    size = counted(report.size, "entry", "entries")
    return (
        f"It signs {checkpoint.size} entries, and this copy ends at {report.size}: the checkpoint was signed after the "
        "copy was made, or the copy was cut back. Ask for a copy made after the checkpoint, and compare that; with "
        f"this copy only a checkpoint of at most {size} can be compared"
    )


def unsigned_by_us(
    report: Report, checkpoint: Checkpoint, chain: Chain, telling: Telling, damaged: list[LogKey]
) -> tuple[str, str]:
    """Kind and reason, where no key of the copy signed what was given as a checkpoint of its log."""
    if not chain.generations:
        return "no_key", "This copy holds no key that can be read. Compare it with another copy"
    name = chain.keys[0].name
    second = [one for one in (named(*parts) for parts in checkpoint.signatures) if one in telling.second]
    if checkpoint.origin != name:
        what = (
            f"It is a checkpoint of the log {word(checkpoint.origin)}, and this copy is of {word(name)}. Give one of "
            "this log; if it was handed to you as one, show both to the organisation"
        )
        return "other_log", what
    if damaged:
        what = (
            f"Its signature by {word(own_name(damaged[0]))} is not good: it was changed or damaged on its way, or "
            "forged. Get it anew from whoever keeps it"
        )
        return "bad_signature", what
    if second:
        what = (
            f"It bears this log's ML-DSA-44 signature ({word(second[0])}) and no Ed25519 signature, and this program "
            "checks Ed25519 alone. Get the checkpoint with all its lines, or have the organisation compare it on the "
            "machine of the log: manage.py verify_audit_log --against FILE"
        )
        return "unsupported_signature", what
    beyond = f" {newer(report, checkpoint)}." if checkpoint.size > report.size else ""
    what = (
        "It bears this log's name and is signed by no key that this copy holds: its key is newer than the copy, or it "
        f"is not this log's, or the copy is not.{beyond} Compare the fingerprint below with the one that the "
        "organisation gave you; if they are the same, ask the organisation about this checkpoint"
    )
    return "foreign_key", what


def is_about(content: bytes, checkpoint: Checkpoint) -> bool:
    """Whether the digest of the checkpoint's text stands in this question or answer of a time-stamp."""
    text = checkpoint.text.encode("utf-8")
    return any(hashlib.new(kind, text).digest() in content for kind in ("sha256", "sha384", "sha512"))


def check_stamps(report: Report, export: Export, checkpoints: list[tuple[str, Checkpoint]]) -> None:
    """Time-stamps belong to a checkpoint, and come with what was asked; `openssl ts -verify` checks them."""
    by_path = dict(checkpoints)
    for path in export.under("stamps"):
        checkpoint = by_path.get(f"checkpoints/{path[7:].split('-')[0]}")
        answer = f"{path[:-3]}tsr"
        if checkpoint is None:
            report.fault(path, "belongs to a checkpoint that is not here")
        elif not path.endswith(".pem") and not is_about(export.read(path), checkpoint):
            report.fault(path, "is for other bytes than the text of its checkpoint")
        if answer not in export.files:
            report.fault(path, f"belongs to no time-stamp: {answer} is missing")
        if path == answer:
            report.leave(path, "the time-stamp; README.txt says how openssl checks it")
            if f"{path[:-3]}tsq" not in export.files:
                report.fault(f"{path[:-3]}tsq", "is missing")


# ----------------------------------------------------------------------------------------------------
# What the entries tell of


class Stamp:
    """A time-stamp of the export: where it lies, and the digests of the question and the answer."""

    def __init__(self, path: str, question: str, answer: str) -> None:
        self.path = path
        self.question = question
        self.answer = answer


class Telling:
    """What the log's entries tell of checkpoints, signatures, time-stamps and keys, held against the files here.

    Nobody can take such an entry away unseen, so it betrays what was taken away from beside it, and what was put
    there. Each is compared when it is read and not kept: the memory grows with the files, not with the entries.
    """

    def __init__(
        self,
        published: list[Generation],
        chain: Chain,
        checkpoints: list[tuple[str, Checkpoint]],
        rotations: list[Rotation],
        stamps: list[Stamp],
    ) -> None:
        self.second = {named(*one.second) for one in [*published, *chain.generations] if one.second}
        self.own = self.second | {own_name(one.key) for one in [*published, *chain.generations]}
        self.checkpoints = {checkpoint.size: checkpoint for _path, checkpoint in checkpoints}
        self.rotations = {
            (one.size, frozenset({own_name(one.key)} | ({named(*one.second)} if one.second else set())))
            for one in rotations
        }
        self.stamps = {(int(one.path[7:].split("-")[0]), one.answer): one for one in stamps}
        self.found = Report()
        # By which entry each was told of first, checkpoints by their size, signatures by size and key.
        self.signings: dict[int, int] = {}
        self.lines: dict[tuple[int, str], int] = {}
        self.stamped: dict[str, int] = {}
        self.lacking: set[str] = set()
        # The last entry about a copy for which the log was to be signed, and by which keys.
        self.announced: tuple[int, list[str]] = (-1, [])
        # The last entry about a copy, and how many checkpoints a copy may have after it.
        self.ended = (-1, 0)
        # The last entry about a copy that was made without signing the log.
        self.unsigned = -1
        self.last = b""

    def hear(self, leaf: int, body: bytes) -> None:
        """Compare what one entry tells of; one that cannot be understood is a fault, and ends nothing."""
        content = read_canonical(body)
        if content is None:
            what = (
                "tells of it in a form that no entry has: it is not written in the one canonical form of JSON"
            )
            self.found.fault("entries.bin", f"leaf {leaf} {what}")
            return
        facts, action = content.get("facts"), content.get("action")
        listeners: dict[Any, Callable[[int, Any], None]] = {
            "log.checkpoint_signed": self.hear_of_checkpoint,
            "log.cosignature_added": self.hear_of_cosignature,
            "log.stamped": self.hear_of_stamp,
            "log.key_rotated": self.hear_of_keys,
            "log.exported": self.hear_of_copy,
        }
        if action not in listeners:
            return
        try:
            listeners[action](leaf, facts)
        except MALFORMED:
            self.found.fault(
                "entries.bin", f"leaf {leaf} tells of it in a form that no entry has ({word(str(action))})"
            )

    def hear_of_checkpoint(self, leaf: int, facts: dict[str, Any]) -> None:
        """A checkpoint was signed; entries of before the second kind of key name one, as `key`."""
        size = plain_size(facts["size"])
        keys = plain_keys(facts["keys"] if "keys" in facts else [facts["key"]])
        path = f"checkpoints/{size:012}"
        for key in keys:
            if key not in self.own and key not in self.lacking:
                self.found.fault("keys", f"lacks {word(key)}, which signed by the word of leaf {leaf}")
                if len(self.lacking) < LISTED:
                    self.lacking.add(key)
        checkpoint = self.checkpoints.get(size)
        if checkpoint is None:
            self.found.fault(path, f"is missing; leaf {leaf} says that it was signed by {words(keys)}")
            return
        self.signings.setdefault(size, leaf)
        if facts["root"] != checkpoint.root.hex():
            self.found.fault(path, f"has another root than was signed by the word of leaf {leaf}")
        for key in keys:
            self.hear_of_line(leaf, size, key)

    def hear_of_line(self, leaf: int, size: int, key: str) -> bytes:
        """A checkpoint bears this key's signature, which is returned; nothing where it does not."""
        path, checkpoint = f"checkpoints/{size:012}", self.checkpoints.get(size)
        if checkpoint is None:
            self.found.fault(path, f"is missing; leaf {leaf} tells of a signature of {word(key)} under it")
            return b""
        for name, blob in checkpoint.signatures:
            if named(name, blob) == key:
                self.lines.setdefault((size, key), leaf)
                return blob
        self.found.fault(path, f"lacks the signature of {word(key)}, of which leaf {leaf} tells")
        return b""

    def hear_of_cosignature(self, leaf: int, facts: dict[str, Any]) -> None:
        """A witness's signature was added."""
        size, [key], moment = plain_size(facts["size"]), plain_keys([facts["key"]]), facts["signed_at"]
        blob = self.hear_of_line(leaf, size, key)
        if blob and moment is not None and int.from_bytes(blob[4:12], "big") != moment:
            self.found.fault(
                f"checkpoints/{size:012}",
                f"the signature of {word(key)} states another time than leaf {leaf} tells",
            )

    def hear_of_stamp(self, leaf: int, facts: dict[str, Any]) -> None:
        """An authority stamped a checkpoint."""
        size, authority = plain_size(facts["size"]), facts["authority"]
        question, answer = facts["request"], facts["response"]
        stamp = self.stamps.get((size, answer))
        if stamp is None:
            what = f"a time-stamp by {word(str(authority))} for {counted(size, 'entry', 'entries')}, and it is not here"
            self.found.fault("stamps", f"leaf {leaf} tells of {what}")
            return
        self.stamped.setdefault(stamp.path, leaf)
        if stamp.question not in ("", question):
            self.found.fault(stamp.path[:-1] + "q", f"is not what was asked, of which leaf {leaf} tells")

    def hear_of_keys(self, leaf: int, facts: dict[str, Any]) -> None:
        """The keys were replaced."""
        size, keys = plain_size(facts["size"]), plain_keys(facts["new"])
        if (size, frozenset(keys)) not in self.rotations:
            at = counted(size, "entry", "entries")
            what = f"a change of keys at {at} to {words(keys)}, and it is not here"
            self.found.fault("rotations", f"leaf {leaf} tells of {what}")

    def hear_of_copy(self, leaf: int, facts: dict[str, Any]) -> None:
        """A copy was taken out; no entry of that copy can tell of its last signing, so this one says by which keys."""
        end = str(facts.get("end", ""))
        if facts["signed"] is True:
            self.announced = (leaf, plain_keys(facts.get("keys", [])))
        else:
            self.unsigned = leaf
        if facts["signed"] is True or end in ENDS:
            self.ended = (leaf, ENDS.get(end, OVERTAKING))


def named(name: str, blob: bytes) -> str:
    """A key as the log writes it."""
    return f"{name}+{blob[:4].hex()}"


def words(keys: list[str]) -> str:
    """The first keys of a list, as they stand in a sentence."""
    return " and ".join(word(key) for key in keys[:4])


def own_name(key: LogKey) -> str:
    """The same of an Ed25519 key."""
    return named(key.name, key.key_id)


def plain_size(value: Any) -> int:
    """How many entries a checkpoint has, by the word of an entry. Raises BadForm for anything else."""
    if type(value) is not int or not 0 <= value < 10**18:
        raise BadForm("it is no size of a log")
    return value


def plain_keys(value: Any) -> list[str]:
    """Names of keys. Raises BadForm for anything else."""
    if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
        raise BadForm("it is no list of keys")
    return value


def read_stamps(report: Report, export: Export) -> list[Stamp]:
    """Every time-stamp of the export, with the digests as the log writes them."""
    found = []
    for path in export.under("stamps"):
        for _block in export.blocks(path):
            continue
        if path.endswith(".tsr"):
            found.append(path)
    digests = {path: f"sha256:{digest}" for path, digest in export.digests.items()}
    return [Stamp(path, digests.get(path[:-1] + "q", ""), digests[path]) for path in found]


def check_told(
    report: Report,
    telling: Telling,
    checkpoints: list[tuple[str, Checkpoint]],
    stamps: list[Stamp],
    chain: Chain,
) -> None:
    """What the entries tell of is here, and no signature or time-stamp that none tells of."""
    report.take(telling.found)
    about, most = telling.ended
    behind = sum(checkpoint.size > about for _path, checkpoint in checkpoints)
    if report.whole and (about < 0 or behind > most):
        report.fault(
            "entries.bin",
            "does not end with the entry about a copy: its end was cut, at an earlier checkpoint. Ask for another copy",
        )
    else:
        leave_end(report, telling, checkpoints)
    for path, checkpoint in checkpoints:
        check_lines(report, path, checkpoint, telling)
        check_second(report, path, checkpoint, telling, chain)
    for stamp in stamps:
        leaf = telling.stamped.get(stamp.path)
        if leaf is None:
            report.fault(
                stamp.path,
                "no entry tells of this time-stamp: it was put there outside the log. Do not rely on it",
            )
        elif leaf >= report.signed:
            report.leave(stamp.path, f"the time-stamp, of which only leaf {leaf} tells, which nobody signed")


def leave_end(report: Report, telling: Telling, checkpoints: list[tuple[str, Checkpoint]]) -> None:
    """Say what nobody can know of the end of a copy, and where the entry is not there with which it should end."""
    # A copy with faults may have been signed to its end all the same, and ends with another entry then.
    about, most = telling.ended if report.count else (telling.unsigned, ENDS["as_it_is"])
    behind = sum(checkpoint.size > about for _path, checkpoint in checkpoints)
    if not report.whole and (about < 0 or behind > most):
        report.leave(
            "entries.bin",
            "whether its end was cut: the entry about the copy is not among its last ones, and a copy that was made "
            "without signing ends with that, unless the log was so broken that it gave the entry no place. Ask for "
            "another copy",
        )
    report.leave(
        "entries.bin",
        "whether the log went on after its end: a copy that was cut back to where an earlier copy ended looks like "
        "that one. Look at the time of the last entry, and compare a checkpoint that you got later (--against)",
    )


def check_lines(report: Report, path: str, checkpoint: Checkpoint, telling: Telling) -> None:
    """Every signature has its entry. Where no entry tells of the checkpoint yet, the log's own need none.

    The last signing of a copy is told of by an entry after it, and so is one that a crash broke off.
    """
    keys = [named(name, blob) for name, blob in checkpoint.signatures]
    for place, key in enumerate(keys):
        leaf = telling.lines.get((checkpoint.size, key))
        if key in keys[:place]:
            report.fault(path, f"bears two signatures of {word(key)}")
        elif leaf is None and (key not in telling.own or checkpoint.size in telling.signings):
            report.fault(
                path,
                f"bears a signature of {word(key)} that no entry tells of; it was put there outside the log. Do not "
                "rely on it",
            )
        elif leaf is not None and leaf >= report.signed and key not in telling.own:
            report.leave(
                path, f"the signature of {word(key)}, of which only leaf {leaf} tells, which nobody signed"
            )


def check_second(report: Report, path: str, checkpoint: Checkpoint, telling: Telling, chain: Chain) -> None:
    """The ML-DSA-44 signature by the key in use is there and has its length, as far as that is known."""
    own = chain.at(checkpoint.size)
    if own is None or own.second is None:
        return
    key = named(*own.second)
    found = [blob for name, blob in checkpoint.signatures if named(name, blob) == key]
    if any(len(blob) != SECOND_KIND for blob in found):
        report.fault(path, f"its signature by {word(key)} is not as long as one by ML-DSA-44 is")
    if found or checkpoint.size in telling.signings:
        return
    leaf, keys = telling.announced
    if leaf < checkpoint.size and key in keys and own_name(own.key) in keys:
        report.fault(
            path, f"lacks the signature of {word(key)}, with which it was signed by the word of leaf {leaf}"
        )
    else:
        report.leave(
            path, f"whether it bore a signature of {word(key)}: it bears none, and no entry here tells of it"
        )


# ----------------------------------------------------------------------------------------------------
# The call


def check_keys(
    report: Report, export: Export, given: set[str] | None, place: str
) -> tuple[list[Generation], Chain]:
    """The keys of the copy and how they follow each other, held against those that were given."""
    published = report.run("The log's public keys can be read", "keys", read_keys, export) or []
    chain = report.run(
        "Each key was named by the one before it", "rotations", check_rotations, export, published
    ) or Chain([], [])
    if given is not None:
        report.run("The key that you gave is a key of this log", place, check_given_key, chain, given, place)
    return published, chain


def check_folder(
    report: Report,
    root: str,
    given_key: set[str] | None,
    against: list[str],
    place: str = "--key",
    **chosen: bool,
) -> list[LogKey]:
    """Every check, in the order in which each rests on the ones before it; `place` is what the key is called."""
    run = report.run
    export = Export(
        root, run("The folder holds the files of an export and no others", ".", list_files, root) or []
    )
    published, chain = check_keys(report, export, given_key, place)
    checkpoints = run("The checkpoints can be read", "checkpoints", read_checkpoints, export) or []
    outside = (
        run("The checkpoints that you gave can be read", "--against", read_against, against) or []
        if against
        else []
    )
    stamps = run("The time-stamps can be read", "stamps", read_stamps, export) or []
    rotations = [rotation for _path, rotation in chain.rotations + chain.left]
    telling = Telling(published, chain, checkpoints, rotations, stamps)
    wanted = {note.size for _path, note in checkpoints + outside + chain.rotations}
    roots = (
        run("Every entry has its place in the tree", "entries.bin", check_tree, export, wanted, telling) or {}
    )
    run(
        "Every entry that was read is JSON in its one canonical form",
        "entries.bin",
        check_forms,
        export,
        chosen.get("forms", False),
    )
    run("The log was what each replaced key says", "rotations", check_turns, chain, roots, telling)
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
            telling,
        )
    run("Each time-stamp has its checkpoint", "stamps", check_stamps, export, checkpoints)
    run(
        "All that the entries tell of is here: checkpoints, signatures, time-stamps and changes of keys",
        "entries.bin", check_told, telling, checkpoints, stamps, chain,
    )  # fmt: skip
    run("Every byte is as SHA256SUMS lists it", SUMS, check_sums, export)
    return [generation.key for generation in chain.trusted]


def verdict(report: Report) -> tuple[str, int]:
    """The last word and the exit code."""
    if report.count:
        return "NOT VERIFIED", 1
    word, code = ("VERIFIED", 0) if report.whole else (f"VERIFIED UP TO {report.signed}", 3)
    return (f"{word} IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN", 2) if report.aside else (word, code)


ADVICE = """
Do not rely on this copy. Keep it as it is, and ask for another one by another way: the transport may have damaged this
one. If that one has faults too, show this report to the organisation whose log it is."""
OTHER_KEY = """
Do not rely on this copy before you know whose key it is signed with. By itself it agrees, but so does a whole copy that
somebody made up and signed with a key of their own."""
CONTRADICTED = """
Do not rely on this copy. By itself it agrees, but not with what you gave, and keys of this log signed both: no damage
on the way brings that about. Keep both as they are."""
OPEN = """
The copy was checked by itself all the same. Do what is said above and check again: until then nobody knows by these
whether the copy fits them."""


def advice(report: Report) -> str:
    """What to do about the faults, by where they lie."""
    if report.count > report.contradicted + report.other_key:
        return ADVICE
    return CONTRADICTED if report.contradicted else OTHER_KEY


def print_report(report: Report, root: str, trusted: list[LogKey], compared: bool) -> None:
    """The checks made, what was left, the key to compare, the faults, the verdict."""
    print(f"Export: {plain(os.path.abspath(root))}")
    dated = f", the last of {report.last}" if report.last else ""
    print(f"{counted(report.size, 'entry', 'entries')}{dated}, signed up to {report.signed}")
    print(f"Root: {report.root}\n")
    for sentence, passed in report.checks:
        print(f"  { ({True: 'ok', False: 'FAULT', None: 'OPEN'}[passed]):5}  {sentence}")
    for number, key in enumerate(trusted):
        which = f", number {number + 1} of {len(trusted)}" if len(trusted) > 1 else ""
        print(
            f"\nKey of the log {word(key.name)}{which} (SHA-256 of the Ed25519 public key):\n\n"
            f"    {key.fingerprint}\n"
        )
    if not compared:
        print("Compare it with the fingerprint that the organisation gave you by another way (or use --key):")
        print("whoever forged a whole export would have signed it with a key of their own.")
    print_list("Compared with what you gave", report.compared)
    print_list("Not checked here", report.unchecked)
    asides = [report.sentence(where, what) for _kind, where, what in report.aside]
    print_list("NOT COMPARED, of what you gave", asides)
    if asides:
        print(OPEN)
    print_list(counted(report.count, "fault", "faults"), report.faults)
    if report.faults:
        print(advice(report))
    print(f"\n{verdict(report)[0]}")


def print_list(title: str, sentences: list[str]) -> None:
    """Some sentences under a title; nothing where there are none."""
    if sentences:
        print(f"\n{title}:")
    for sentence in sentences:
        print(f"  - {sentence}")


def as_json(report: Report, trusted: list[LogKey]) -> str:
    """The same for a program; `ok` only where the exit code is 0."""
    return json.dumps(
        {
            "ok": verdict(report)[1] == 0,
            "verdict": verdict(report)[0],
            "entries": report.size,
            "signed": report.signed,
            "last_recorded_at": report.last,
            "root": report.root,
            "keys": [key.line for key in trusted],
            "checks": [{"check": sentence, "ok": passed} for sentence, passed in report.checks],
            "fault_count": report.count,
            "faults": report.faults,
            "compared": report.compared,
            "incomparable": [
                {"kind": kind, "place": where, "detail": what} for kind, where, what in report.aside
            ],
            "unchecked": report.unchecked,
        }
    )


def speak(code: int, say: Callable[..., None], *arguments: Any) -> int:
    """Say it all, and return the exit code; a report that could not be written to its end is no success."""
    try:
        say(*arguments)
        print(end="", flush=True)
    except OSError as error:
        # Else what was not written is tried once more at the end, and that ends in Python's words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # Whoever closed the pipe, such as `head`, has read what they wanted.
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(
                f"NOT VERIFIED: the report could not be written ({error.strerror}). Make room or let it be written "
                "elsewhere, and call this again\n"
            )
            return 1
    return code


def main(arguments: list[str]) -> int:
    """Check one folder; the exit codes are those that the head of this file lists."""
    parser = argparse.ArgumentParser(
        description="Check an export of the audit log offline. Ends with VERIFIED (0), NOT VERIFIED (1), VERIFIED IN "
        "ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN (2) or, only with --unsigned-tail, VERIFIED UP TO n (3)."
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
        parser.error(f"{plain(options.folder)} is not a folder")
    report = Report()
    key, place = None, ""
    if options.key is not None:
        place = place_of_key(report, options.key)
        key = report.run("The key that you gave can be read", place, read_given_key, options.key, place)
    chosen = {"lenient": options.unsigned_tail, "forms": options.forms}
    trusted = check_folder(report, options.folder, key, options.against, place, **chosen)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    code = verdict(report)[1]
    if options.json:
        return speak(code, print, as_json(report, trusted))
    return speak(code, print_report, report, options.folder, trusted, key is not None)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("NOT VERIFIED: the check was stopped before its end. Call it again.")
