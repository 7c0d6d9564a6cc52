"""What a web capture says of itself: WARC files, compressed or not, and WACZ packages with their digests. Pure.

Only headers of records are looked at and the package's own lists; what was captured is never interpreted.
"""

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, cast

from evidence.containers.bounded import Bounded, Budget, read_exactly
from evidence.containers.member import LIMITS, Limits, Member, MemberFailed
from evidence.containers.words import Why
from evidence.containers.zip_members import zip_members

_LINE = 8 * 1024
_HEADERS = 100
_LIST_BYTES = 4 * 1024**2
_RECORDS = 200_000
_STATEMENT = replace(LIMITS, total_bytes=32 * 1024**2)
_LISTS = ("datapackage.json", "datapackage-digest.json")


@dataclass(frozen=True, slots=True)
class Digested:
    """A file of a package whose digest the package states, and whether it has that digest."""

    path: str
    stated: str
    holds: bool


@dataclass(slots=True)
class CaptureFacts:
    """What was found; empty where the file does not say. `captured` is as written there, UTC in RFC 3339.

    `why` says what kept the reading from its end. `digests` are those that a package states of its files.
    """

    format: str = ""
    url: str = ""
    final_url: str = ""
    captured: str = ""
    tool: str = ""
    tool_version: str = ""
    records: int = 0
    digests: list[Digested] = field(default_factory=list)
    why: Why | None = None

    @property
    def broken(self) -> list[Digested]:
        """The files that do not have the digest that is stated of them."""
        return [one for one in self.digests if not one.holds]


def read_statement(file: BinaryIO) -> CaptureFacts | None:
    """What the beginning of a capture says of address, time and tool; None where it is neither WARC nor WACZ.

    Reads 32 MiB at most, compares no digest and counts no records: quick enough for a page that somebody waits for.
    """
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"PK"):
        return _read_wacz(file, LIMITS, compare=False)
    if head == b"WARC":
        return _read_warc(_bounded(file, file, _STATEMENT), until_page=True)
    if head.startswith(b"\x1f\x8b"):
        return _read_warc(_gunzipped(file, _STATEMENT), until_page=True)
    return None


def read_capture(file: BinaryIO, limits: Limits = LIMITS) -> CaptureFacts | None:
    """What the capture says of itself; None where the file is neither WARC nor WACZ."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"PK"):
        return _read_wacz(file, limits)
    stream = file if head == b"WARC" else _gunzipped(file, limits) if head.startswith(b"\x1f\x8b") else None
    return _read_warc(stream) if stream is not None else None


def _gunzipped(file: BinaryIO, limits: Limits) -> BinaryIO:
    return _bounded(cast(BinaryIO, gzip.GzipFile(fileobj=file)), file, limits)


def _bounded(stream: BinaryIO, packed: BinaryIO, limits: Limits) -> BinaryIO:
    budget = Budget(most=limits.total_bytes, ratio=limits.ratio, free=limits.free, packed=packed.tell)
    return cast(BinaryIO, io.BufferedReader(Bounded(stream, budget)))


def _read_warc(stream: BinaryIO, *, until_page: bool = False) -> CaptureFacts | None:
    found = CaptureFacts("WARC")
    try:
        for kind, headers, body in _records(stream):
            found.records += 1
            if kind == "warcinfo" and not found.tool:
                found.tool, _sign, found.tool_version = _info(body).partition("/")
            elif kind in ("response", "resource", "revisit") and not found.url:
                # Some writers put the address in angle brackets; some begin with their look-ups of names.
                address = headers.get("warc-target-uri", "").strip("<>")
                if address.lower().startswith(("http:", "https:")):
                    found.url = found.final_url = address
                    found.captured = headers.get("warc-date", "")
            if until_page and found.url:
                break
    except MemberFailed as error:
        found.why = error.why
    return found if found.records else None


def _records(stream: BinaryIO) -> Iterator[tuple[str, dict[str, str], BinaryIO]]:
    for _number in range(_RECORDS):
        line = stream.readline(_LINE)
        while line in (b"\r\n", b"\n"):
            line = stream.readline(_LINE)
        if not line:
            return
        if not line.startswith(b"WARC/"):
            raise MemberFailed(Why.DAMAGED)
        headers = _headers(stream)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            raise MemberFailed(Why.DAMAGED)
        body = io.BytesIO(read_exactly(stream, min(int(length), 64 * 1024)))
        yield headers.get("warc-type", ""), headers, body
        _skip(stream, int(length) - len(body.getvalue()))
    raise MemberFailed(Why.TOO_LARGE)


def _headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _number in range(_HEADERS):
        line = stream.readline(_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        name, sign, value = line.partition(b":")
        if not sign or len(line) == _LINE:
            break
        text = value.strip().decode("utf-8", "backslashreplace")
        headers.setdefault(name.strip().lower().decode("ascii", "replace"), text.replace("\0", "\\x00"))
    raise MemberFailed(Why.DAMAGED)


def _skip(stream: BinaryIO, count: int) -> None:
    while count > 0:
        piece = stream.read(min(count, 1024 * 1024))
        if not piece:
            raise MemberFailed(Why.DAMAGED)
        count -= len(piece)


def _info(body: BinaryIO) -> str:
    for line in body.read(64 * 1024).split(b"\n"):
        name, _sign, value = line.partition(b":")
        if name.strip().lower() == b"software":
            return value.strip().decode("utf-8", "backslashreplace")[:200]
    return ""


def _read_wacz(file: BinaryIO, limits: Limits, *, compare: bool = True) -> CaptureFacts | None:
    try:
        members = {member.name: member for member in zip_members(file, limits)}
    except MemberFailed:
        return None
    if _LISTS[0] not in members:
        return None
    found = CaptureFacts("WACZ")
    try:
        package = _json(_content(members[_LISTS[0]]))
        _read_package(package, found)
        for path, stated in [*_stated(package), *_stated_of_lists(members)] if compare else []:
            found.digests.append(Digested(path, stated, holds=_holds(members.get(path), stated)))
    except MemberFailed as error:
        found.why = error.why
    return found


def _read_package(package: dict[str, Any], found: CaptureFacts) -> None:
    found.url = found.final_url = _text(package, "mainPageURL", "mainPageUrl")
    found.captured = _text(package, "mainPageDate", "created")
    found.tool, _sign, found.tool_version = _text(package, "software").partition(" ")
    resources = package.get("resources")
    found.records = len(resources) if isinstance(resources, list) else 0


def _stated(package: dict[str, Any]) -> Iterator[tuple[str, str]]:
    resources = package.get("resources")
    for one in resources[: LIMITS.parts] if isinstance(resources, list) else []:
        if isinstance(one, dict) and isinstance(one.get("path"), str):
            yield one["path"], str(one.get("hash", ""))


def _stated_of_lists(members: dict[str, Member]) -> Iterator[tuple[str, str]]:
    if _LISTS[1] in members:
        digest = _json(_content(members[_LISTS[1]]))
        yield str(digest.get("path") or _LISTS[0]), str(digest.get("hash", ""))


def _holds(member: Member | None, stated: str) -> bool:
    algorithm, _sign, value = stated.lower().partition(":")
    if member is None or member.opened is None or algorithm not in ("sha256", "sha512"):
        return False
    digest = hashlib.new(algorithm)
    try:
        with member.opened() as opened:
            while piece := opened.read(1024 * 1024):
                digest.update(piece)
    except MemberFailed:
        return False
    return digest.hexdigest() == value


def _content(member: Member) -> bytes:
    if member.opened is None:
        raise MemberFailed(member.why or Why.DAMAGED)
    with member.opened() as opened:
        content = opened.read(_LIST_BYTES + 1)
    if len(content) > _LIST_BYTES:
        raise MemberFailed(Why.TOO_LARGE)
    return content


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MemberFailed(Why.DAMAGED) from error
    if not isinstance(found, dict):
        raise MemberFailed(Why.DAMAGED)
    return found


def _text(package: dict[str, Any], *names: str) -> str:
    for name in names:
        if isinstance(package.get(name), str) and package[name]:
            return (
                str(package[name])[:4096].encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
            )
    return ""
