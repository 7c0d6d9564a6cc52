#!/usr/bin/env python3
"""Check a dossier of Dadkhah without Dadkhah: Python 3.8 or newer, its standard library, and no network.

    python3 verify.py                      check the dossier that this file lies in
    python3 verify.py FOLDER               check another one
    python3 verify.py FOLDER --key KEY     and compare the log's key with one that reached you by another way:
                                           a file (of key lines, or public-key.pem), the key line itself, or the
                                           fingerprint that is printed here;
                                           an earlier key of the log is followed to the one in use
    python3 verify.py FOLDER --earlier CHECKPOINT
                                           and check that the log goes on from the log/checkpoint of a dossier that
                                           you received before

It trusts nothing that the dossier says of itself. It reads every byte again, recomputes every digest, every
fingerprint and every path through the log's tree, and checks the log's Ed25519 signature. It says which checks it
made, names every fault it finds and not only the first, and ends with one of

    VERIFIED            exit 0
    NOT VERIFIED        exit 1
    VERIFIED IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN
                        exit 2: no fault was found, but not all that you gave could be compared; it says what to do

A call that is wrong, such as one with a word that it does not know, also ends with exit 2, before anything is checked.

Whoever could exchange the whole dossier could exchange this file too. Take verify.py from a second source, or
compare its SHA-256 with one, and compare the key's fingerprint with the one that the organisation gave you.
"""

# It runs where only Python 3.8 is: `os.path` and plain `open` are its ground, and it stays one file.
# ruff: noqa: PTH100, PTH110, PTH112, PTH113, PTH118, PTH120, PTH123, PLR0917

from __future__ import annotations

import argparse
import base64
import concurrent.futures
import hashlib
import json
import os
import re
import stat
import sys
import unicodedata
from typing import Any, Callable  # noqa: UP035  3.8 cannot subscript collections.abc

FORMAT = "dadkhah-dossier/1"
CERTIFICATE_FORMAT = "dadkhah-custody-certificate/1"
BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFESTS = {"manifest-sha256.txt": "sha256", "manifest-sha512.txt": "sha512"}
TAG_MANIFESTS = {"tagmanifest-sha256.txt": "sha256", "tagmanifest-sha512.txt": "sha512"}
TAG_FILES = {
    "bag-info.txt",
    "bagit.txt",
    "log/all-keys",
    "log/checkpoint",
    "log/checkpoint.sig",
    "log/checkpoint.txt",
    "log/consistency.json",
    "log/entries.jsonl",
    "log/public-key",
    "log/public-key.pem",
    "log/rotations.json",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "verify.py",
}
PAYLOAD_FILES = {
    "data/README.txt",
    "data/hashes.sha256",
    "data/index.json",
    "data/index.pdf",
    "data/index.txt",
    "data/links.json",
    "data/persons.json",
    "data/witnesses.json",
}
STAMP_FILE = re.compile(
    r"log/stamps/([a-z0-9][a-z0-9-]*)\.(tsq|tsr|txt|consistency\.json|certificates\.pem)\Z"
)
PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\Z")
# The version is the first thing hashed, so that no digest of one kind is taken for another.
COMMITMENT_PREFIX = b"dadkhah/commitment/v1\x00"
FINGERPRINT_PREFIX = b"dadkhah/custody-event/v1\n"
CONSISTENCY_FORMAT = "dadkhah-consistency/1"
ROTATION_FORMAT = "dadkhah/key-rotation/v1"
BLOCK = 1 << 20
# What a file of keys or a checkpoint never reaches.
SMALL = 1 << 20
SMALL_FILES = re.compile(
    r"log/(all-keys|checkpoint(\.sig|\.txt)?|public-key(\.pem)?|stamps/.*)\Z|bagit\.txt\Z"
)
PAIRED_FROM = 8 * BLOCK
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


class Report:
    """What was checked and what was found wrong, in the order found."""

    def __init__(self) -> None:
        # None for a check that could not be made of all that was given.
        self.checks: list[tuple[str, bool | None]] = []
        self.faults: list[str] = []
        self.aside: list[str] = []
        self.stamps: list[str] = []
        self.notes: list[str] = []

    def fault(self, where: str, what: str) -> None:
        """Name one fault once, with the file it lies in."""
        sentence = f"{shown(where)}: {shown(what)}"
        if sentence not in self.faults:
            self.faults.append(sentence)

    def set_aside(self, where: str, what: str) -> None:
        """Name what was given and could not be compared; the dossier is checked all the same."""
        self.aside.append(f"{shown(where)}: {shown(what)}")

    def note(self, what: str) -> None:
        """Say what was not checked here and is no fault."""
        if shown(what) not in self.notes:
            self.notes.append(shown(what))

    def run(self, sentence: str, where: str, check: Callable[..., Any], *arguments: Any) -> Any:
        """Make one check, record whether it found faults, and return what it returns (None if it broke off)."""
        before, aside = len(self.faults), len(self.aside)
        result = None
        try:
            result = check(self, *arguments)
        except MALFORMED as error:
            self.fault(
                where,
                f"could not be checked: {reason(error)}",
            )
        passed = len(self.faults) == before
        self.checks.append((sentence, None if passed and len(self.aside) > aside else passed))
        return result


def shown(text: str) -> str:
    """The text with everything that could confuse a terminal written as an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class BadForm(ValueError):
    """What was read is not what it should be; the text says so to a reader who knows no Python."""


def reason(error: Exception) -> str:
    """What an error says to a reader who knows no Python."""
    if isinstance(error, BadForm):
        return str(error)
    if isinstance(error, MemoryError):
        return "this computer has too little memory for it; try on a larger one"
    if isinstance(error, OSError):
        return f"this computer cannot read it ({error.strerror}); copy the folder here again"
    return "its form is not the expected one"


# ----------------------------------------------------------------------------------------------------
# The folder and its digests


class FoundFile:
    """A file in the folder with both digests of its bytes as they are now."""

    def __init__(self, size: int, sha256: str, sha512: str) -> None:
        self.size = size
        self.sha256 = sha256
        self.sha512 = sha512

    def digest(self, algorithm: str) -> str:
        """The digest in lower-case hexadecimal; `algorithm` is `sha256` or `sha512`."""
        return self.sha256 if algorithm == "sha256" else self.sha512


def list_files(report: Report, root: str) -> list[str]:
    """Every regular file below the folder, as a path with `/`; anything else in there is a fault."""
    found: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        entries = sorted(os.scandir(os.path.join(root, folder)), key=lambda entry: entry.name)
        if not entries:
            report.fault(folder or ".", "is an empty folder; a dossier has none")
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            check_name(report, path, entry.name)
            if entry.is_symlink():
                report.fault(path, "is a symbolic link; a dossier holds none")
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
            else:
                report.fault(path, "is neither a file nor a folder")
    check_alike(report, found)
    return sorted(found)


def check_name(report: Report, path: str, name: str) -> None:
    """Only plain ASCII names: nothing that hides, escapes or changes from one file system to the next."""
    if not PLAIN_NAME.match(name):
        report.fault(path, "has a name that no dossier uses (only letters, digits, '.', '-' and '_')")


def check_alike(report: Report, paths: list[str]) -> None:
    """No two names that a Windows or macOS disk would take for one."""
    seen: dict[str, str] = {}
    for path in paths:
        folded = unicodedata.normalize("NFC", path).casefold()
        if folded in seen:
            report.fault(path, f"differs from {seen[folded]} only in case or accents")
        seen[folded] = path


def hash_folder(report: Report, root: str, paths: list[str]) -> dict[str, FoundFile]:
    """Read every file once and take SHA-256 and SHA-512 of the same buffer."""
    found: dict[str, FoundFile] = {}
    workers = max(2, os.cpu_count() or 1)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        sizes = {path: os.lstat(os.path.join(root, path)).st_size for path in paths}
        small = [path for path in paths if sizes[path] < PAIRED_FROM]
        jobs = {path: pool.submit(hash_file, os.path.join(root, path), None) for path in small}
        for path in paths:
            try:
                job = jobs.get(path)
                found[path] = job.result() if job else hash_file(os.path.join(root, path), pool)
            except OSError as error:
                report.fault(path, f"could not be read ({error.strerror})")
    return found


def hash_file(path: str, pool: concurrent.futures.Executor | None) -> FoundFile:
    """Both digests of a file; with a pool the second digest is taken in another thread beside the first."""
    first, second, size = hashlib.sha256(), hashlib.sha512(), 0
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no regular file")
        buffer = bytearray(BLOCK)
        view = memoryview(buffer)
        while True:
            count = file.readinto(buffer)
            if not count:
                return FoundFile(size, first.hexdigest(), second.hexdigest())
            size += count
            beside = pool.submit(second.update, view[:count]) if pool else None
            first.update(view[:count])
            if beside:
                beside.result()
            else:
                second.update(view[:count])


# ----------------------------------------------------------------------------------------------------
# The bag (RFC 8493)


class Dossier:
    """The folder under check: where it lies and what was found in it."""

    def __init__(self, root: str, files: dict[str, FoundFile]) -> None:
        self.root = root
        self.files = files
        self.payload = sorted(path for path in files if path.startswith("data/"))
        self.tags = sorted(
            path for path in files if not path.startswith("data/") and path not in TAG_MANIFESTS
        )

    def read(self, path: str) -> bytes:
        """The bytes of a small file. Raises BadForm if it is not there or too large, OSError if it cannot be read.

        Nothing is opened but what was found to be a regular file: a pipe would never answer, and a link can lead to
        a device that never ends.
        """
        if path not in self.files:
            raise BadForm(f"{path} is not a file of the dossier")
        if SMALL_FILES.match(path) and self.files[path].size > SMALL:
            raise BadForm("it is larger than any such file")
        with open(os.path.join(self.root, path), "rb") as file:
            return file.read()

    def read_json(self, path: str) -> Any:
        """A JSON file of the dossier. Raises ValueError if it is not UTF-8 or not JSON."""
        return json.loads(self.read(path).decode("utf-8"))


def check_declaration(report: Report, dossier: Dossier) -> None:
    """bagit.txt byte for byte, and no list of files to fetch from elsewhere."""
    if "bagit.txt" in dossier.files and dossier.read("bagit.txt") != BAGIT_TXT:
        report.fault("bagit.txt", "is not the two lines that declare a BagIt 1.0 bag in UTF-8")
    if "fetch.txt" in dossier.files:
        report.fault("fetch.txt", "must not be here: a dossier is complete and fetches nothing")


def check_expected_files(report: Report, dossier: Dossier) -> None:
    """Every file that a dossier always has is there, and no file lies beside them."""
    for path in sorted((TAG_FILES | set(TAG_MANIFESTS) | PAYLOAD_FILES) - set(dossier.files)):
        report.fault(path, "is missing")
    for path in dossier.tags:
        if path not in TAG_FILES and not STAMP_FILE.match(path):
            report.fault(path, "is no part of a dossier; it was added")
    for path in dossier.payload:
        if path not in PAYLOAD_FILES and not path.startswith(("data/originals/", "data/certificates/")):
            report.fault(path, "is no part of a dossier; it was added")


def check_lists(report: Report, dossier: Dossier, lists: dict[str, str], paths: list[str]) -> None:
    """The lists hold exactly these paths with the digests found, byte for byte in the one canonical form."""
    listed = {name: read_list(report, dossier, name, algorithm) for name, algorithm in lists.items()}
    for path in paths:
        wrong = [
            n
            for n, a in lists.items()
            if listed[n].get(path, dossier.files[path].digest(a)) != dossier.files[path].digest(a)
        ]
        if len(wrong) == len(lists):
            report.fault(path, f"was changed: its digests are not those in {' and '.join(sorted(lists))}")
        else:
            for name in wrong:
                report.fault(
                    name, f"gives a wrong digest for {path}, while the other list agrees with the file"
                )
    for name, algorithm in lists.items():
        if name in dossier.files:
            check_list_form(report, dossier, name, algorithm, paths, listed[name])


def read_list(report: Report, dossier: Dossier, name: str, algorithm: str) -> dict[str, str]:
    """What a manifest lists, path to digest; a line that is not `digest, two spaces, path` is a fault."""
    if name not in dossier.files:
        return {}
    width = 64 if algorithm == "sha256" else 128
    form = re.compile(rb"([0-9a-f]{%d})  ([A-Za-z0-9._/-]+)\Z" % width)
    listed: dict[str, str] = {}
    for number, line in enumerate(dossier.read(name).split(b"\n")[:-1], start=1):
        match = form.match(line)
        if match is None:
            report.fault(name, f"line {number} is not a digest, two spaces and a path")
            continue
        path = match.group(2).decode("ascii")
        if path in listed:
            report.fault(name, f"line {number} lists {path} a second time")
        listed[path] = match.group(1).decode("ascii")
    return listed


def check_list_form(
    report: Report, dossier: Dossier, name: str, algorithm: str, paths: list[str], listed: dict[str, str]
) -> None:
    """Nothing left out, nothing extra, nothing but the canonical bytes."""
    for path in sorted(set(paths) - set(listed)):
        report.fault(path, f"is not listed in {name}: it was added, or the list was shortened")
    for path in sorted(set(listed) - set(paths)):
        report.fault(path, f"is listed in {name} but is not in the dossier")
    canonical = "".join(f"{listed[path]}  {path}\n" for path in sorted(listed)).encode("ascii")
    if dossier.read(name) != canonical:
        report.fault(
            name, "is not in its canonical form (sorted by path, one line feed after each line, nothing else)"
        )


def check_bag_info(report: Report, dossier: Dossier) -> None:
    """Payload-Oxum: the number of bytes and files of the payload."""
    lines = dossier.read("bag-info.txt").decode("utf-8").split("\n")
    stated = [line for line in lines if line.startswith("Payload-Oxum: ")]
    total = sum(dossier.files[path].size for path in dossier.payload)
    if stated != [f"Payload-Oxum: {total}.{len(dossier.payload)}"]:
        report.fault(
            "bag-info.txt", f"does not state the payload found, {total} bytes in {len(dossier.payload)} files"
        )


# ----------------------------------------------------------------------------------------------------
# Index, originals, certificates


def check_index(report: Report, dossier: Dossier) -> Any:
    """The index names every original and certificate and nothing else, with the digests and sizes found."""
    index = dossier.read_json("data/index.json")
    if index["format"] != FORMAT:
        report.fault("data/index.json", f"is of the format {index['format']!r}; this program checks {FORMAT}")
    named: set[str] = set()
    for position, exhibit in enumerate(index["exhibits"], start=1):
        if exhibit["position"] != position:
            report.fault("data/index.json", f"exhibit {exhibit['exhibit']} is not at its place in the list")
        named.update(
            path
            for path in (
                exhibit["original"],
                exhibit["certificate"],
                exhibit["certificate_pdf"],
                exhibit["certificate_text"],
            )
            if path is not None
        )
        check_original(report, dossier, exhibit)
    held = {p for p in dossier.payload if p.startswith(("data/originals/", "data/certificates/"))}
    for path in sorted(held - named):
        report.fault(path, "is not named in data/index.json")
    for path in sorted(named - held):
        report.fault(path, "is named in data/index.json but is not in the dossier")
    check_hash_list(report, dossier, index)
    return index


def check_original(report: Report, dossier: Dossier, exhibit: Any) -> None:
    """The original's size and SHA-256 are those of the index. A physical exhibit has none of the three."""
    if exhibit["original"] is None and (exhibit["sha256"], exhibit["size"]) != (None, None):
        report.fault(
            "data/index.json", f"names no original of {exhibit['exhibit']}, though it is no physical exhibit"
        )
    found = dossier.files.get(exhibit["original"])
    if found and (found.sha256 != exhibit["sha256"] or found.size != exhibit["size"]):
        report.fault(
            exhibit["original"], f"is not the original that data/index.json records as {exhibit['exhibit']}"
        )


def check_hash_list(report: Report, dossier: Dossier, index: Any) -> None:
    """The list for `sha256sum -c`, byte for byte as it follows from the index."""
    held = [e for e in index["exhibits"] if e["original"] is not None]
    lines = [f"{e['sha256']}  {e['original'][len('data/') :]}\n" for e in held]
    if dossier.read("data/hashes.sha256") != "".join(lines).encode("ascii"):
        report.fault(
            "data/hashes.sha256", "does not list the originals of data/index.json with their digests"
        )


def check_certificates(report: Report, dossier: Dossier, index: Any) -> Any:
    """Each certificate speaks of its exhibit's bytes, and its custody events are gapless and unaltered."""
    certificates = {}
    for exhibit in index["exhibits"]:
        path = exhibit["certificate"]
        if path not in dossier.files:
            continue
        certificate = dossier.read_json(path)
        certificates[certificate["item"]["id"]] = (path, certificate)
        if certificate["format"] != CERTIFICATE_FORMAT or certificate["exhibit"] != exhibit["exhibit"]:
            report.fault(path, f"is not the custody certificate of {exhibit['exhibit']}")
        for field in ("id", "reference", "sha256", "size"):
            if certificate["item"][field] != (exhibit["item"] if field == "id" else exhibit[field]):
                report.fault(path, f"differs from data/index.json in the item's {field}")
        check_events(report, path, certificate)
    return certificates


def check_events(report: Report, path: str, certificate: Any) -> None:
    """Events count from one without a gap, and each fingerprint follows from the facts it stands beside."""
    if not certificate["events"]:
        report.fault(path, "holds no custody event, not even the receipt")
    for position, event in enumerate(certificate["events"], start=1):
        if type(event.get("seq")) is not int:
            report.fault(path, f"custody event {position} bears no number")
        elif event["seq"] != position:
            report.fault(path, f"custody event {position} is missing: the next one is number {event['seq']}")
        if fingerprint(event["facts"]) != event["fingerprint"]:
            report.fault(path, f"{event_name(event)} does not match its fingerprint")


def event_name(event: Any) -> str:
    """What a custody event is called in a sentence."""
    number = event.get("seq")
    return f"custody event {number}" if type(number) is int else "a custody event without a number"


def canonical_json(value: Any) -> bytes:
    """RFC 8785 for values without floating-point numbers, with ASCII keys."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    ).encode("utf-8")


# ----------------------------------------------------------------------------------------------------
# The log: RFC 6962 tree, C2SP checkpoint, RFC 8032 signature


def root_from_proof(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes | None:
    """The root that a leaf and its inclusion proof lead to (RFC 9162 section 2.1.3.2), None if they do not fit."""
    if not 0 <= index < size:
        return None
    node, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = hashlib.sha256(b"\x01" + sibling + root).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + sibling).digest()
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def roots_from_consistency(old: int, new: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that a consistency proof leads to (RFC 9162 section 2.1.4.2), None if it does not fit the sizes.

    Where `old` is a power of two its root stands first in `path`; otherwise `path` is the proof alone. 0 < old < new.
    """
    if not 0 < old < new or not path:
        return None
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_root = new_root = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old_root = hashlib.sha256(b"\x01" + sibling + old_root).digest()
            new_root = hashlib.sha256(b"\x01" + sibling + new_root).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new_root = hashlib.sha256(b"\x01" + new_root + sibling).digest()
        node, last = node >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def tree_goes_on(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether the tree of `old` leaves is the beginning of the tree of `new` (RFC 9162 section 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == hashlib.sha256(b"").digest()
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return roots_from_consistency(old, new, path) == (old_root, new_root)


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

    @property
    def pem(self) -> bytes:
        """The same key for openssl (RFC 8410)."""
        encoded = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + self.public)
        return b"-----BEGIN PUBLIC KEY-----\n" + encoded + b"\n-----END PUBLIC KEY-----\n"


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


class SignedNote:
    """A text and the lines that sign it (C2SP signed note)."""

    def __init__(self, note: bytes) -> None:
        text, separator, signatures = note.decode("utf-8").rpartition("\n\n")
        if not separator or not signatures.endswith("\n"):
            raise BadForm("it is no signed note")
        self.text = text + "\n"
        self.lines = signatures[:-1].split("\n")

    @property
    def signatures(self) -> list[tuple[str, bytes]]:
        """Each line's signer and blob. Raises BadForm for a line of another form."""
        return [signature_line(line) for line in self.lines]

    def signature_by(self, key: LogKey) -> bytes:
        """The 64 bytes signed by this key. Raises BadForm unless exactly one line is its own."""
        own = [blob[4:] for name, blob in self.signatures if (name, blob[:4]) == (key.name, key.key_id)]
        if len(own) != 1 or len(own[0]) != 64:
            raise BadForm("it does not hold exactly one signature by the key in log/public-key")
        return own[0]

    def is_signed_by(self, key: LogKey) -> bool:
        """Whether this key signed the text."""
        try:
            return ed25519_verify(key.public, self.text.encode("utf-8"), self.signature_by(key))
        except ValueError:
            return False


def signature_line(line: str) -> tuple[str, bytes]:
    """The signer's name and its blob: four bytes that name the key, and the signature."""
    dash, name, encoded = line.split(" ")
    blob = base64.b64decode(encoded, validate=True)
    if dash != "\u2014" or base64.b64encode(blob).decode("ascii") != encoded:
        raise BadForm("a signature line has another form")
    return name, blob


class Checkpoint(SignedNote):
    """What the log signed: its name, how many entries it holds, the root over them."""

    def __init__(self, note: bytes) -> None:
        super().__init__(note)
        lines = self.text.split("\n")
        if len(lines) != 4:
            raise BadForm("it is not three lines with the log's name, size and root")
        self.origin = lines[0]
        self.size, self.root = read_head(lines[1], lines[2])


class Rotation(SignedNote):
    """A statement in which the log's key names its successor, and says what the log was then."""

    def __init__(self, note: bytes) -> None:
        super().__init__(note)
        lines = self.text.split("\n")
        if lines[0] != ROTATION_FORMAT or not 6 <= len(lines) <= 7:
            raise BadForm("it is no rotation of keys")
        self.origin = lines[1]
        self.size, self.root = read_head(lines[2], lines[3])
        self.successor = LogKey(lines[4])
        if self.successor.line != lines[4] or self.successor.name != self.origin:
            raise BadForm("its new key is not written as a key of this log")


def read_head(size: str, root: str) -> tuple[int, bytes]:
    """The size and the root that a checkpoint or a rotation states. Raises BadForm for another form."""
    if not re.match(r"(0|[1-9][0-9]{0,17})\Z", size, re.ASCII):
        raise BadForm("its size is no plain number")
    digest = base64.b64decode(root, validate=True)
    if len(digest) != 32 or base64.b64encode(digest).decode("ascii") != root:
        raise BadForm("its root is no SHA-256")
    return int(size), digest


class KeyChain:
    """The log's keys, oldest first; `turns` are the sizes of the log at which each was replaced by the next."""

    def __init__(self) -> None:
        self.keys: list[LogKey] = []
        self.turns: list[tuple[int, bytes]] = []

    def at(self, size: int) -> LogKey:
        """The key whose it was to sign the log at this size."""
        return self.keys[sum(turn < size for turn, _root in self.turns)]


def check_rotations(report: Report, dossier: Dossier, key: LogKey | None) -> KeyChain:
    """The log's keys, oldest first, up to the one in use: each but the first was signed by the one before."""
    published = []
    for line in dossier.read("log/all-keys").decode("utf-8").splitlines():
        try:
            published.append(LogKey(line))
        except ValueError:
            report.note(f"the key {line.partition('+')[0]} of another kind in log/all-keys is not used here")
    notes = [Rotation(note.encode("utf-8")) for note in dossier.read_json("log/rotations.json")]
    chain = KeyChain()
    chain.keys = published[:1]
    while chain.keys:
        last = chain.keys[-1]
        following = [note for note in notes if note.origin == last.name and note.is_signed_by(last)]
        notes = [note for note in notes if note not in following]
        if len(following) > 1:
            report.fault("log/rotations.json", "holds two rotations by one key: somebody else had that key")
        if not following:
            break
        if chain.turns and following[0].size <= chain.turns[-1][0]:
            report.fault("log/rotations.json", "holds a rotation that is not later than the one before it")
        chain.turns.append((following[0].size, following[0].root))
        chain.keys.append(following[0].successor)
    if notes:
        report.fault("log/rotations.json", "holds a rotation that no earlier key of the log has signed")
    if [known.line for known in chain.keys] != [known.line for known in published]:
        report.fault("log/all-keys", "names a key that no rotation introduced, or leaves one out")
    if key is None or not chain.keys or chain.keys[-1].line != key.line:
        report.fault("log/public-key", "is not the last of the log's keys")
    return chain


def check_turns(report: Report, chain: KeyChain, checkpoint: Checkpoint | None, record: Any) -> None:
    """The checkpoint is its key's to sign, and where the dossier proves the log at a rotation, it was the same."""
    if checkpoint is None or not chain.keys:
        return
    if chain.turns and checkpoint.size <= chain.turns[-1][0]:
        report.fault("log/checkpoint", "counts no more entries than the log had when its last key came in")
    proven = {item["size"]: item["root"] for item in record["earlier"]} if record else {}
    for size, root in chain.turns:
        if proven.get(size, root.hex()) != root.hex():
            report.fault("log/rotations.json", f"the log with {size} entries is not that of the rotation")


def check_signature(report: Report, dossier: Dossier, key: LogKey | None) -> Any:
    """The checkpoint is signed by the key in log/public-key, and the forms for openssl say the same."""
    checkpoint = Checkpoint(dossier.read("log/checkpoint"))
    if key is None:
        report.fault("log/checkpoint", "its signature was not checked: log/public-key cannot be read")
        return checkpoint
    signature = checkpoint.signature_by(key)
    if checkpoint.origin != key.name:
        report.fault("log/checkpoint", f"is of the log {checkpoint.origin}, the key is that of {key.name}")
    if not ed25519_verify(key.public, checkpoint.text.encode("utf-8"), signature):
        report.fault(
            "log/checkpoint", "its signature is not good: the text, the signature or the key was changed"
        )
    for name, blob in checkpoint.signatures:
        if (name, blob[:4]) != (key.name, key.key_id):
            report.note(
                f"{name} ({blob[:4].hex()}) signed the checkpoint too, by a key or a kind that is not checked here"
            )
    if dossier.read("log/checkpoint.txt") != checkpoint.text.encode("utf-8"):
        report.fault("log/checkpoint.txt", "is not the signed text of log/checkpoint")
    if dossier.read("log/checkpoint.sig") != signature:
        report.fault("log/checkpoint.sig", "is not the signature of log/checkpoint")
    if dossier.read("log/public-key.pem") != key.pem:
        report.fault("log/public-key.pem", "is not the key of log/public-key")
    return checkpoint


def read_key(report: Report, dossier: Dossier) -> LogKey:
    """The key that the dossier carries."""
    content = dossier.read("log/public-key")
    key = LogKey(content.decode("utf-8"))
    if content != (key.line + "\n").encode("utf-8"):
        report.fault("log/public-key", "is not one key line and a line feed")
    return key


def check_consistency(report: Report, dossier: Dossier, checkpoint: Checkpoint | None) -> Any:
    """The log goes on from every earlier size and root that the dossier names."""
    record = dossier.read_json("log/consistency.json")
    where = "log/consistency.json"
    if record["format"] != CONSISTENCY_FORMAT:
        report.fault(
            where, f"is of the format {record['format']!r}; this program checks {CONSISTENCY_FORMAT}"
        )
    if checkpoint is None or (record["size"], record["root"]) != (checkpoint.size, checkpoint.root.hex()):
        report.fault(where, "does not lead to the checkpoint of this dossier")
        return None
    for earlier in record["earlier"]:
        proof = [bytes.fromhex(node) for node in earlier["proof"]]
        old_root = bytes.fromhex(earlier["root"])
        if not tree_goes_on(earlier["size"], checkpoint.size, old_root, checkpoint.root, proof):
            report.fault(where, f"the log does not go on from what it was with {earlier['size']} entries")
    return record


def check_earlier(report: Report, given: str, checkpoint: Checkpoint | None, chain: Any, record: Any) -> None:
    """The checkpoint received before is this log's, and this dossier proves that the log goes on from it."""
    where = "the earlier checkpoint"
    try:
        earlier = given_checkpoint(given)
    except MALFORMED as error:
        report.set_aside(
            where,
            f"cannot be read: {reason(error)}. Give the file log/checkpoint of an earlier dossier, as it was received",
        )
        return
    if checkpoint is None or record is None or not chain or not chain.keys:
        report.fault(where, "could not be compared: this dossier's own cannot be read")
        return
    if earlier.origin != checkpoint.origin:
        report.set_aside(
            where,
            f"is of the log {earlier.origin}, this dossier of {checkpoint.origin}. Give one of the same log. If it "
            "came from the same organisation, ask it why its log has another name",
        )
        return
    if not any(earlier.is_signed_by(key) for key in chain.keys):
        report.fault(where, "is not signed by any key of this log, not even an earlier one")
    elif not earlier.is_signed_by(chain.at(earlier.size)):
        report.fault(where, f"is signed by a key that was not in use when the log had {earlier.size} entries")
    elif earlier.size > checkpoint.size:
        report.set_aside(
            where,
            f"is newer than this dossier: it counts {earlier.size} entries, this dossier's {checkpoint.size}. Check "
            "the newer dossier, and give it this one's log/checkpoint",
        )
    else:
        compare_roots(report, where, earlier, checkpoint, record)


def compare_roots(
    report: Report, where: str, earlier: Checkpoint, checkpoint: Checkpoint, record: Any
) -> None:
    """The dossier proves of the log that it had this root at this size."""
    proven = {item["size"]: item["root"] for item in record["earlier"]}
    proven[checkpoint.size] = checkpoint.root.hex()
    if earlier.size not in proven:
        report.set_aside(
            where,
            f"counts {earlier.size} entries, and this dossier carries no proof for that size: ask for a copy of the "
            "log, which is compared with any checkpoint",
        )
    elif proven[earlier.size] != earlier.root.hex():
        report.fault(
            where, f"has another root with the same {earlier.size} entries: the log was changed or forked"
        )


def given_checkpoint(path: str) -> Checkpoint:
    """Read a checkpoint that travelled: mail changes line ends, and the signature is over them as they were."""
    with open(path, "rb") as file:
        content = file.read(SMALL)
    sent = content[3:] if content.startswith(b"\xef\xbb\xbf") else content
    return Checkpoint(sent.replace(b"\r\n", b"\n").strip(b"\n") + b"\n")


def check_entries(report: Report, dossier: Dossier, checkpoint: Checkpoint | None) -> Any:
    """Every entry is in the log under the checkpoint, exactly as it stands here."""
    content = dossier.read("log/entries.jsonl")
    if not content.endswith(b"\n"):
        report.fault("log/entries.jsonl", "does not end with a line feed: it was cut or added to")
    bodies, last = [], -1
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        where = f"log/entries.jsonl line {number}"
        try:
            entry = json.loads(line.decode("utf-8"))
            body = entry["body"].encode("utf-8")
            if (
                canonical_json(entry) != line
                or set(entry) != {"body", "index", "proof"}
                or entry["index"] <= last
            ):
                report.fault(where, "is not in its canonical form or not in its place")
            last = entry["index"]
            check_inclusion(report, where, entry, body, checkpoint)
            bodies.append(json.loads(body.decode("utf-8")))
        except MALFORMED as error:
            report.fault(where, f"is not an entry with its proof: {reason(error)}")
    return bodies


def check_inclusion(
    report: Report, where: str, entry: Any, body: bytes, checkpoint: Checkpoint | None
) -> None:
    """The entry's leaf hash leads by its proof to the checkpoint's root."""
    if checkpoint is None:
        report.fault(where, "could not be compared with the log: the checkpoint cannot be read")
        return
    leaf = hashlib.sha256(b"\x00" + body).digest()
    proof = [bytes.fromhex(sibling) for sibling in entry["proof"]]
    if root_from_proof(entry["index"], checkpoint.size, leaf, proof) != checkpoint.root:
        report.fault(where, f"entry {entry['index']} is not in the log that the checkpoint signs")


def check_custody(report: Report, dossier: Dossier, certificates: Any, bodies: Any) -> None:
    """What the certificates say of custody is what the log holds of it: nothing changed, left out or made up."""
    logged: dict[str, dict[int, Any]] = {}
    erased: dict[str, Any] = {}
    for body in bodies:
        facts = body["facts"]
        if "fingerprint" in facts:
            logged.setdefault(facts["item"], {})[facts["seq"]] = facts
        if body["action"] == "log.values_erased" and "erasure" in facts:
            erased[facts["erasure"]] = facts
    for item in sorted(set(logged) - set(certificates)):
        report.fault(
            "log/entries.jsonl", f"holds the custody of item {item}, for which there is no certificate"
        )
    for item, (path, certificate) in certificates.items():
        check_item_custody(report, path, certificate, logged.get(item, {}))
        for event in certificate["events"]:
            check_erasures(report, path, event, erased)


def check_erasures(report: Report, path: str, event: Any, erased: dict[str, Any]) -> None:
    """Words of an event that are gone: the log tells of each erasure, and knows the words that are left."""
    where = event_name(event)
    for one in event.get("erased", []):
        told = erased.get(one["entry"])
        if told is None or (told["record"], told["erased"]) != (event["facts"]["event"], one["values"]):
            report.fault(path, f"{where}: the log does not hold that words of it were erased on {one['on']}")
        elif one is event["erased"][-1] and "texts_left" in event:
            left = event["texts_left"]
            for field, text in left["texts"].items():
                if told["kept"].get(field) != commitment(text, bytes.fromhex(left["salt"])):
                    report.fault(path, f"{where}: the text left as {field!r} is not the one that was kept")


def check_item_custody(report: Report, path: str, certificate: Any, logged: dict[int, Any]) -> None:
    """One exhibit: event by event against the log, its digests, and that its packing was recorded."""
    events = {event["seq"]: event for event in certificate["events"]}
    for seq in sorted(set(logged) - set(events)):
        if seq <= len(events):
            report.fault(path, f"leaves out custody event {seq}, which the log holds")
    for seq, event in sorted(events.items()):
        check_event(report, path, event, logged.get(seq), certificate["item"])
    later = [facts for seq, facts in logged.items() if seq > len(events)]
    # Dossiers that were made before the packing was an event of its own say at this place that it was disclosed.
    if not any(facts["kind"] in ("packed", "disclosed") for facts in later):
        report.fault("log/entries.jsonl", f"does not hold that {certificate['exhibit']} was packed")


def check_event(report: Report, path: str, event: Any, logged: Any, item: Any) -> None:
    """One custody event: the log's facts, the texts behind the log's commitments, and the digest it found."""
    where = event_name(event)
    if logged is None:
        report.fault(path, f"{where} is not in the log")
    elif any(
        logged.get(name) != fact
        for name, fact in dict(event["facts"], fingerprint=event["fingerprint"]).items()
    ):
        report.fault(path, f"{where} is not as the log holds it")
    elif event["kind"] == "received":
        check_receipt(report, path, item, logged)
    for field, text in event["texts"].items():
        if event["facts"][field] != (commitment(text, bytes.fromhex(event["salt"])) if text else None):
            report.fault(path, f"{where}: the text given as {field!r} is not the one that was logged")
    for shown_as, fact in (("kind", "kind"), ("tool", "tool"), ("outcome", "outcome"), ("seq", "seq")):
        if event[shown_as] != event["facts"][fact]:
            report.fault(path, f"{where}: its {shown_as} is not the one that was logged")
    found = event["facts"]["digest_found"]
    if (
        found is not None
        and event["facts"]["outcome"] not in ("broken", "failed")
        and found != f"sha256:{item['sha256']}"
    ):
        report.fault(path, f"{where} found another digest than the exhibit's")


def check_receipt(report: Report, path: str, item: Any, logged: Any) -> None:
    """What the log recorded of the exhibit when it arrived: reference, size, digest and, by commitment, its texts."""
    for field in ("reference", "size", "sha256"):
        if logged[field] != item[field]:
            report.fault(path, f"the exhibit's {field} is not the one that was logged when it was received")
    if item["salt"] is None:
        return
    date = item["made_or_collected"]
    texts = {name: item[name] for name in ("original_name", "title", "source")}
    texts["collected"] = date["as_written"] if date else ""
    for field, text in texts.items():
        if logged[field] != (commitment(text, bytes.fromhex(item["salt"])) if text else None):
            report.fault(path, f"the exhibit's {field} is not the one that was logged when it was received")


def check_compilation(report: Report, dossier: Dossier, index: Any, bodies: Any) -> None:
    """The log holds the compiling of this dossier and binds its payload, so that no file can be exchanged."""
    compiled = [b for b in bodies if b["action"] == "dossier.compiled"]
    if len(compiled) != 1 or compiled[0]["subject_id"] != index["dossier"]["id"]:
        report.fault("log/entries.jsonl", "does not hold exactly one entry that this dossier was compiled")
        return
    facts = compiled[0]["facts"]
    bound = {"payload_manifest": "manifest-sha256.txt", "bag_info": "bag-info.txt", "verifier": "verify.py"}
    for fact, path in bound.items():
        found = dossier.files.get(path)
        if found and facts[fact] != f"sha256:{found.sha256}":
            report.fault(path, "is not the file that the log bound to this dossier when it was compiled")
    if facts["exhibits"] != len(index["exhibits"]):
        report.fault(
            "data/index.json", f"lists {len(index['exhibits'])} exhibits, the log says {facts['exhibits']}"
        )


def check_stamps(report: Report, dossier: Dossier, checkpoint: Checkpoint | None) -> None:
    """What can be said of the time-stamps without reading their signatures, which the standard library cannot.

    Each is there with its request and the text that it is for; that text is the beginning of this very log, and its
    digest stands in request and token.
    """
    found = (STAMP_FILE.match(path) for path in dossier.tags)
    for name in sorted({match.group(1) for match in found if match}):
        path = f"log/stamps/{name}"
        try:
            check_stamp(report, dossier, path, checkpoint)
        except MALFORMED as error:
            report.fault(path, f"is no time-stamp with all that belongs to it: {reason(error)}")


def check_stamp(report: Report, dossier: Dossier, path: str, checkpoint: Checkpoint | None) -> None:
    """One authority's stamp; what passed is noted, for whoever goes on with openssl."""
    before = len(report.faults)
    text = dossier.read(f"{path}.txt")
    stamped = Checkpoint(text + b"\n\xe2\x80\x94 none none\n")
    if checkpoint is None:
        report.fault(f"{path}.txt", "could not be compared with the log: the checkpoint cannot be read")
        return
    way = dossier.read_json(f"{path}.consistency.json")
    proof = [bytes.fromhex(node) for node in way["proof"]]
    if canonical_json(way) + b"\n" != dossier.read(f"{path}.consistency.json"):
        report.fault(f"{path}.consistency.json", "is not in its canonical form")
    if (way["from"], way["to"]) != (stamped.size, checkpoint.size):
        report.fault(f"{path}.consistency.json", "is not about these two states of the log")
    if not is_beginning(stamped, checkpoint, proof):
        report.fault(f"{path}.txt", "is not the beginning of the log that log/checkpoint is about")
    digests = [hashlib.new(name, text).digest() for name in ("sha256", "sha384", "sha512")]
    for kind in ("tsq", "tsr"):
        content = dossier.read(f"{path}.{kind}")
        if not any(digest in content for digest in digests):
            report.fault(f"{path}.{kind}", f"is for other bytes than {path}.txt")
    if len(report.faults) == before:
        report.stamps.append(f"{path}.tsr, for the first {stamped.size} entries of the log")


def is_beginning(old: Checkpoint, new: Checkpoint, proof: list[bytes]) -> bool:
    """Whether the log at `old` is the beginning of the log at `new`."""
    if old.origin != new.origin or old.size == 0:
        return False
    return tree_goes_on(old.size, new.size, old.root, new.root, proof)


def commitment(text: str, salt: bytes) -> str:
    """How the log holds a private text: it shows nothing, and whoever knows text and salt can check it."""
    return (
        "sha256:"
        + hashlib.sha256(COMMITMENT_PREFIX + salt + text.encode("utf-8", "surrogatepass")).hexdigest()
    )


def fingerprint(facts: Any) -> str:
    """A custody event's fingerprint: SHA-256 over its canonical facts, hexadecimal."""
    return hashlib.sha256(FINGERPRINT_PREFIX + canonical_json(facts)).hexdigest()


# ----------------------------------------------------------------------------------------------------
# The call


def compare_key(report: Report, key: LogKey | None, given: set[str], chain: KeyChain | None) -> None:
    """The key that reached the reader by another way is the dossier's, or an earlier one that leads to it."""
    known = chain.keys if chain and chain.keys else [key] if key else []
    found = [one for one in known if is_given(one, given)]
    if not found:
        report.fault("log/public-key", "is not the key that you gave, and that key does not lead to it")
        return
    if key is not None and found[-1].line != key.line:
        report.note("the key that you gave is an earlier one of this log; it led on to the one in use")
    words = {word for one in known for word in (one.line, one.fingerprint.replace(" ", ""))}
    # Keys of other logs may stand in the same file, and are nothing to this one.
    newer = [one for one in given - words if "+" not in one or one.startswith(f"{known[0].name}+")]
    aliens = [one for one in known[known.index(found[0]) :] if not is_given(one, given)]
    # Fingerprints that the dossier lacks may be of any log, so only whole lines say that this log went on otherwise.
    if aliens and any("+" in one for one in newer) and any(one.line in given for one in known):
        report.fault(
            "log/all-keys",
            f"goes on with {aliens[0].name}+{aliens[0].key_id.hex()}, which is not among the keys that you gave, and "
            "lacks keys that you gave. An older dossier only lacks the last keys of log_signing.pub and holds no "
            "other. So unless keys were left out of what you gave, this log was forked: somebody who had one of its "
            "keys named another successor. Ask the organisation, by another way than the one on which this dossier "
            "came, whether that key is its own",
        )
    elif newer:
        report.set_aside(
            "--key",
            "not all the keys that you gave are in this dossier: it was made before they came into use, or by somebody "
            "who has only an old key. Ask for a dossier of today. Or, if you know from elsewhere that this one was "
            "made before, give that time's key alone: the line that begins with "
            f"{found[-1].name}+{found[-1].key_id.hex()}",
        )


def check_folder(
    report: Report, root: str, given_key: set[str] | None, given_earlier: str | None = None
) -> LogKey | None:
    """Every check, in the order in which each rests on the ones before it."""
    paths = report.run("The folder holds plain files with plain names", ".", list_files, root) or []
    files = report.run("Every byte was read again (SHA-256 and SHA-512)", ".", hash_folder, root, paths) or {}
    bag = Dossier(root, files)
    run = report.run
    run("It is a complete BagIt 1.0 bag that fetches nothing", "bagit.txt", check_declaration, bag)
    run("No file is missing and none was added", ".", check_expected_files, bag)
    run(
        "Every payload file is as both manifests list it",
        "manifest-sha256.txt",
        check_lists,
        bag,
        MANIFESTS,
        bag.payload,
    )
    run(
        "Every other file is as both tag manifests list it",
        "tagmanifest-sha256.txt",
        check_lists,
        bag,
        TAG_MANIFESTS,
        bag.tags,
    )
    run("The payload has the stated size", "bag-info.txt", check_bag_info, bag)
    index = run("The index, the originals and the hash list agree", "data/index.json", check_index, bag)
    certificates = None
    if index is not None:
        certificates = run(
            "The custody certificates agree with the index and with themselves",
            "data/certificates", check_certificates, bag, index,
        )  # fmt: skip
    key: LogKey | None = run("The log's public key can be read", "log/public-key", read_key, bag)
    checkpoint = run(
        "The checkpoint is signed by that key (Ed25519)", "log/checkpoint", check_signature, bag, key
    )
    bodies = run(
        "Every log entry is in the signed log (Merkle proofs)",
        "log/entries.jsonl",
        check_entries,
        bag,
        checkpoint,
    )
    if certificates is not None and bodies is not None:
        run(
            "The log holds every custody event as certified",
            "log/entries.jsonl",
            check_custody,
            bag,
            certificates,
            bodies,
        )
        run("The log binds this very payload", "log/entries.jsonl", check_compilation, bag, index, bodies)
    if any(STAMP_FILE.match(path) for path in bag.tags):
        run("The time-stamps are for this very log", "log/stamps", check_stamps, bag, checkpoint)
    check_past(report, bag, key, checkpoint, given_key, given_earlier)
    return key


def check_past(
    report: Report,
    bag: Dossier,
    key: LogKey | None,
    checkpoint: Checkpoint | None,
    given_key: set[str] | None,
    given_earlier: str | None,
) -> None:
    """What ties this dossier to what the reader had before: the log's earlier keys and its earlier checkpoints."""
    run = report.run
    chain = run(
        "Each key of the log was signed by the one before", "log/rotations.json", check_rotations, bag, key
    )
    record = run(
        "The log goes on from that of earlier dossiers",
        "log/consistency.json",
        check_consistency,
        bag,
        checkpoint,
    )
    if chain is not None:
        run(
            "Each key signed what was its own to sign",
            "log/rotations.json",
            check_turns,
            chain,
            checkpoint,
            record,
        )
    if given_key is not None:
        run("The log's key is the one that you gave", "log/public-key", compare_key, key, given_key, chain)
    if given_earlier is not None:
        run(
            "The log goes on from the checkpoint that you gave", "the earlier checkpoint",
            check_earlier, given_earlier, checkpoint, chain, record,
        )  # fmt: skip


def print_report(report: Report, root: str, key: LogKey | None, compared: bool) -> None:
    """The checks made, the key to compare, the faults, the verdict."""
    print(f"Dossier: {shown(os.path.abspath(root))}\n")
    for sentence, passed in report.checks:
        print(f"  { ({True: 'ok', False: 'FAULT', None: 'OPEN'}[passed]):5}  {sentence}")
    if key is not None:
        print(
            f"\nKey of the log {shown(key.name)} (SHA-256 of the Ed25519 public key):\n\n    {key.fingerprint}\n"
        )
        if not compared:
            print(
                "Compare it with the fingerprint that the organisation gave you by another way (or use --key):"
            )
            print("whoever forged a whole dossier would have signed it with a key of their own.")
    if report.stamps:
        print("\nTime-stamps of outside authorities are present. This program cannot check their signatures;")
        print("check each with openssl, as data/README.txt says:\n")
        for stamp in report.stamps:
            print(f"    {shown(stamp)}")
    if report.notes:
        print("\nNot checked here, and no fault:")
        for note in report.notes:
            print(f"  - {note}")
    if report.aside:
        print("\nNOT COMPARED, of what you gave:")
        for sentence in report.aside:
            print(f"  - {sentence}")
    if report.faults:
        print(f"\n{len(report.faults)} {'fault' if len(report.faults) == 1 else 'faults'}:")
        for fault in report.faults:
            print(f"  - {fault}")
    print(f"\n{verdict(report)[0]}")


def verdict(report: Report) -> tuple[str, int]:
    """The last word and the exit code."""
    if report.faults:
        return "NOT VERIFIED", 1
    return (
        ("VERIFIED IN ITSELF, NOT COMPARED WITH ALL THAT WAS GIVEN", 2) if report.aside else ("VERIFIED", 0)
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
        description="Check a dossier offline. Ends with VERIFIED (0), NOT VERIFIED (1) or VERIFIED IN ITSELF, NOT "
        "COMPARED WITH ALL THAT WAS GIVEN (2)."
    )
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument(
        "--key", help="the log's key by another way: a file of keys, the key line, or its fingerprint"
    )
    parser.add_argument(
        "--earlier", help="the log/checkpoint of a dossier of this log that you received before"
    )
    options = parser.parse_args(arguments)
    if not os.path.isdir(options.folder):
        parser.error(f"{shown(options.folder)} is not a folder")
    if options.earlier is not None and not os.path.isfile(options.earlier):
        parser.error(f"--earlier: there is no such file: {shown(options.earlier)}")
    try:
        given = None if options.key is None else given_keys(options.key)
    except (OSError, ValueError) as error:
        parser.error(f"--key: {shown(reason(error))}")
    report = Report()
    key = check_folder(report, options.folder, given, options.earlier)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    code = verdict(report)[1]
    return speak(code, print_report, report, options.folder, key, options.key is not None)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
