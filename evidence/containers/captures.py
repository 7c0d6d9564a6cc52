"""What a web capture says of itself: WARC files, compressed or not, and WACZ packages with their digests. Pure.

Only headers of records are looked at and the package's own lists; what was captured is never interpreted.
"""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, cast

from evidence.containers.bounded import Bounded, Budget
from evidence.containers.capture_facts import CaptureFacts, Digested, Stated
from evidence.containers.member import LIMITS, Limits, Member, MemberFailed
from evidence.containers.warc import read_warc
from evidence.containers.words import Why
from evidence.containers.zip_members import zip_members

_LIST_BYTES = 4 * 1024**2
_PAGE_LINES = 1_000
_STATEMENT = replace(LIMITS, total_bytes=32 * 1024**2)
_LISTS = ("datapackage.json", "datapackage-digest.json")
_PAGES = ("pages/pages.jsonl", "pages/extraPages.jsonl")
_GZIP = b"\x1f\x8b"


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
        return _read_warc(_bounded(file, file.tell, _STATEMENT), until_page=True)
    if head.startswith(_GZIP):
        return _read_warc(_gunzipped(file, file.tell, _STATEMENT), until_page=True)
    return None


def read_capture(file: BinaryIO, limits: Limits = LIMITS) -> CaptureFacts | None:
    """What the capture says of itself; None where the file is neither WARC nor WACZ."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"PK"):
        return _read_wacz(file, limits)
    if head == b"WARC":
        return _read_warc(file)
    return _read_warc(_gunzipped(file, file.tell, limits)) if head.startswith(_GZIP) else None


def _gunzipped(file: BinaryIO, packed: Callable[[], int], limits: Limits) -> BinaryIO:
    return _bounded(cast(BinaryIO, gzip.GzipFile(fileobj=file)), packed, limits)


def _bounded(stream: BinaryIO, packed: Callable[[], int], limits: Limits) -> BinaryIO:
    budget = Budget(most=limits.total_bytes, ratio=limits.ratio, free=limits.free, packed=packed)
    return cast(BinaryIO, io.BufferedReader(Bounded(stream, budget)))


def _read_warc(stream: BinaryIO, *, until_page: bool = False) -> CaptureFacts | None:
    found = read_warc(stream, CaptureFacts("WARC"), until_page=until_page)
    return found if found.records else None


def _read_wacz(file: BinaryIO, limits: Limits, *, compare: bool = True) -> CaptureFacts | None:
    try:
        every = list(zip_members(file, limits))
    except MemberFailed:
        return None
    members = {member.name: member for member in every}
    if _LISTS[0] not in members:
        return None
    found = CaptureFacts("WACZ")
    try:
        if sum(member.name in _LISTS for member in every) > len(members.keys() & set(_LISTS)):
            # Which of the two counts is each reader's own choice, so neither states anything.
            raise MemberFailed(Why.DAMAGED)
        package = _json(_content(members[_LISTS[0]]))
        _read_package(package, found)
        _read_pages(package, members, found)
        if compare:
            _compare(every, [*_stated(package, limits), *_stated_of_lists(members)], found, limits)
    except MemberFailed as error:
        found.why = error.why
    return found


def _read_package(package: dict[str, Any], found: CaptureFacts) -> None:
    found.url = found.final_url = _text(package, "mainPageURL", "mainPageUrl")
    found.captured = _text(package, "mainPageDate")
    found.tool, _sign, found.tool_version = _text(package, "software").partition(" ")


def _read_pages(package: dict[str, Any], members: dict[str, Member], found: CaptureFacts) -> None:
    """Address and time by the package's list of pages, where the package itself does not say; else when it was made."""
    if not (found.url and found.captured):
        for page in _pages(members):
            if not found.url:
                found.url = found.final_url = _text(page, "url")
            if _text(page, "url") == found.url:
                found.captured = found.captured or _text(page, "ts")
                break
    found.captured = found.captured or _text(package, "created")


def _pages(members: dict[str, Member]) -> Iterator[dict[str, Any]]:
    """The pages that the package lists, a thousand at most; a line that is none is passed over."""
    for member in (members[name] for name in _PAGES if name in members):
        if member.opened is None:
            continue
        try:
            with member.opened() as opened:
                for _number in range(_PAGE_LINES):
                    line = opened.readline(_LIST_BYTES)
                    if not line:
                        break
                    page = _page(line)
                    if page:
                        yield page
        except MemberFailed:
            continue


def _page(line: bytes) -> dict[str, Any]:
    try:
        page = _json(line)
    except MemberFailed:
        return {}
    return page if _text(page, "url") else {}


def _compare(every: list[Member], stated: list[tuple[str, str]], found: CaptureFacts, limits: Limits) -> None:
    """Hold every file against what is stated of its name, and count those of which nothing is."""
    named: dict[str, list[Member]] = {}
    for member in every:
        named.setdefault(member.name, []).append(member)
    for path, digest in stated:
        found.add(Digested(path, digest, holds=_all_hold(named.get(path, []), digest)))
    covered = {path for path, digest in stated if digest}
    # The list of the list's digest is of nobody; a package may have one in which all others are bound.
    bare = named.keys() - covered - {_LISTS[1]}
    found.bare += sum(member.why is not Why.FOLDER for name in bare for member in named[name])
    for member in every:
        if member.name.startswith("archive/") and member.opened is not None:
            _read_archive(member, found, limits, is_covered=member.name in covered)


def _read_archive(member: Member, found: CaptureFacts, limits: Limits, *, is_covered: bool) -> None:
    """The records of one WARC in the package; address, time and tool where the package said none."""
    if member.opened is None:
        return
    how: dict[str, Any] = {"within": member.name, "is_covered": is_covered}
    with member.opened() as opened:
        head = cast(io.BufferedReader, opened).peek(4)[:4]
        if head.startswith(_GZIP):
            read_warc(_gunzipped(opened, _size_of(member), limits), found, **how)
        elif head == b"WARC":
            read_warc(opened, found, **how)


def _size_of(member: Member) -> Callable[[], int]:
    return lambda: member.size or 0


def _stated(package: dict[str, Any], limits: Limits) -> Iterator[tuple[str, str]]:
    resources = package.get("resources")
    for one in resources[: limits.members] if isinstance(resources, list) else []:
        if isinstance(one, dict) and isinstance(one.get("path"), str):
            yield one["path"], str(one.get("hash", ""))


def _stated_of_lists(members: dict[str, Member]) -> Iterator[tuple[str, str]]:
    if _LISTS[1] in members:
        digest = _json(_content(members[_LISTS[1]]))
        yield str(digest.get("path") or _LISTS[0]), str(digest.get("hash", ""))


def _all_hold(members: list[Member], stated: str) -> bool | None:
    """Whether every file of a name has the digest: where there are two, readers differ on which of them it is."""
    outcomes = {_holds(member, stated) for member in members}
    return False if False in outcomes or not members else None if None in outcomes else True


def _holds(member: Member, stated: str) -> bool | None:
    digest = Stated(stated)
    if member.opened is None:
        return None
    try:
        with member.opened() as opened:
            while piece := opened.read(1024 * 1024):
                digest.update(piece)
    except MemberFailed:
        return False
    return digest.holds()


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
