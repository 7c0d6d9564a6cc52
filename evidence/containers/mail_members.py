"""What a message brings with it, and the messages of a mailbox.

One message at a time is read into memory: one that is larger than is sent by e-mail is not looked into. A part is given
as it was before it was packed for the post; a message, inside a mailbox or another message, exactly as it stands there.
"""

import email.header
import io
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO, cast

from evidence.containers.bounded import Slice
from evidence.containers.mail_parts import Part, part_at, said
from evidence.containers.member import LONGEST_NAME, Limits, Member, MemberFailed
from evidence.containers.words import Why
from evidence.filenames import storable_name

_LINE = 64 * 1024
_SEPARATOR = b"From "


def mail_members(file: BinaryIO, limits: Limits, *, every_part: bool = False) -> Iterator[Member]:
    """The attachments of a message; with `every_part`, for a saved page, all its parts. Raises MemberFailed."""
    file.seek(0)
    content = file.read(limits.message_bytes + 1)
    if len(content) > limits.message_bytes:
        raise MemberFailed(Why.TOO_LARGE)
    yield from _parts(content, limits, every_part=every_part)


def mailbox_members(file: BinaryIO, limits: Limits) -> Iterator[Member]:
    """Each message of a mailbox, and after each its attachments, whose names begin with the message's."""
    number = 0
    for count, place in enumerate(_messages(file), start=1):
        number += 1
        name = f"message {count:05}"
        yield Member(
            number,
            f"{name}.eml",
            place.length,
            opened=lambda place=place: cast(  # type: ignore[misc]
                BinaryIO, io.BufferedReader(Slice(file, place.start, place.length))
            ),
        )
        if place.length > limits.message_bytes:
            number += 1
            yield Member(number, f"{name}/", None, why=Why.TOO_LARGE)
            continue
        for part in _parts_in(file, place, limits):
            number += 1
            yield replace(part, number=number, name=f"{name}/{part.name}"[:LONGEST_NAME])


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    length: int


def _messages(file: BinaryIO) -> Iterator[_Place]:
    """Where each message lies, without the line that separates it from the one before. Reads line by line."""
    place, start, after_blank, at_line_start = 0, None, True, True
    blank_bytes = 0
    while True:
        # Whoever takes a message out meanwhile moves the file's place.
        file.seek(place)
        line = file.readline(_LINE)
        if (at_line_start and after_blank and line.startswith(_SEPARATOR)) or not line:
            if start is not None:
                yield _Place(start, max(0, place - start - blank_bytes))
            if not line:
                return
            start = place + len(line)
        elif start is None:
            raise MemberFailed(Why.NO_CONTAINER)
        is_blank = at_line_start and line in (b"\n", b"\r\n")
        after_blank, blank_bytes = is_blank, len(line) if is_blank else 0
        at_line_start = line.endswith(b"\n")
        place += len(line)


def _parts_in(file: BinaryIO, place: _Place, limits: Limits) -> Iterator[Member]:
    file.seek(place.start)
    try:
        yield from _parts(file.read(place.length), limits, every_part=False)
    except MemberFailed as error:
        yield Member(1, "", None, why=error.why)


def _parts(whole: bytes, limits: Limits, *, every_part: bool) -> Iterator[Member]:
    number = 0
    top = part_at(whole, 0, len(whole))
    for count, (part, depth) in enumerate(_walk(top, limits), start=1):
        if count > limits.parts or depth > limits.nesting * 4:
            raise MemberFailed(Why.TOO_DEEP if depth > limits.nesting * 4 else Why.BOMB)
        if part is top and not (every_part and not part.is_multipart()):
            continue
        if not (_is_message(part) or not part.is_multipart()) or not (every_part or _is_attachment(part)):
            continue
        number += 1
        yield _member(part, number)


def _member(part: Part, number: int) -> Member:
    content = part.content()
    if content is None:
        return Member(number, _name(part, number), None, why=Why.DAMAGED)
    return Member(number, _name(part, number), len(content), opened=lambda: io.BytesIO(content))


def _walk(top: Part, limits: Limits) -> Iterator[tuple[Part, int]]:
    waiting = [(top, 0)]
    while waiting:
        part, depth = waiting.pop()
        yield part, depth
        if _is_message(part) and part is not top:
            # A message inside a message is one member, whole: what it brings is asked of it.
            continue
        # One more than is allowed, so that whoever counts sees that there are too many.
        inside = list(islice(part.inside(), limits.parts + 1))
        waiting.extend((one, depth + 1) for one in reversed(inside))


def _is_message(part: Part) -> bool:
    return part.media_type == "message/rfc822"


def _is_attachment(part: Part) -> bool:
    if _is_message(part) or said(part.head.get_content_disposition) == "attachment" or _filename(part):
        return True
    # What a mail server reports of its delivery is for machines, and stands in the text beside it too.
    return not part.media_type.startswith("text/") and part.media_type != "message/delivery-status"


def _name(part: Part, number: int) -> str:
    name = _filename(part) or str(said(lambda: part.head.get("Content-Location", "")) or "")
    if not name:
        ending = ".eml" if _is_message(part) else mimetypes.guess_extension(part.media_type) or ".bin"
        name = f"part {number}{ending}"
    return storable_name(name)[:LONGEST_NAME]


def _filename(part: Part) -> str:
    name = said(part.head.get_filename)
    if not isinstance(name, str):
        return ""
    decoded = said(lambda: str(email.header.make_header(email.header.decode_header(name))))
    return str(decoded or name)
