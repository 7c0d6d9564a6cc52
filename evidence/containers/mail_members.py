"""What a message brings with it, and the messages of a mailbox.

The standard library's parser reads one message at a time, in memory: a message that is larger than is sent by e-mail
is not parsed. Parts are what the parser makes of the message; a message inside a mailbox is given exactly as it stands.
"""

import email
import email.header
import email.policy
import io
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any, BinaryIO, cast

from evidence.containers.bounded import Slice
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
    yield from _parts(_parsed(content), limits, every_part=every_part)


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
        yield from _parts(_parsed(file.read(place.length)), limits, every_part=False)
    except MemberFailed as error:
        yield Member(1, "", None, why=error.why)


def _parsed(content: bytes) -> Message:
    try:
        return email.message_from_bytes(content, policy=email.policy.compat32)
    except Exception as error:
        raise MemberFailed(Why.DAMAGED) from error


def _parts(message: Message, limits: Limits, *, every_part: bool) -> Iterator[Member]:
    number = 0
    for count, (part, depth) in enumerate(_walk(message, 0), start=1):
        if count > limits.parts or depth > limits.nesting * 4:
            raise MemberFailed(Why.TOO_DEEP if depth > limits.nesting * 4 else Why.BOMB)
        if not every_part and not _is_attachment(part, message):
            continue
        if every_part and part.is_multipart() and not _is_message(part):
            continue
        number += 1
        content = _content(part)
        if content is None:
            yield Member(number, _name(part, number), None, why=Why.DAMAGED)
        else:
            yield Member(
                number,
                _name(part, number),
                len(content),
                opened=lambda content=content: io.BytesIO(content),  # type: ignore[misc]
            )


def _walk(part: Message, depth: int) -> Iterator[tuple[Message, int]]:
    waiting = [(part, depth)]
    while waiting:
        one, at = waiting.pop()
        yield one, at
        if one.is_multipart() and not (_is_message(one) and one is not part):
            # A message inside a message is one member, whole: what it brings is asked of it.
            waiting.extend((inner, at + 1) for inner in reversed(cast("list[Message]", one.get_payload())))


def _is_message(part: Message) -> bool:
    return part.get_content_type() == "message/rfc822"


def _is_attachment(part: Message, whole: Message) -> bool:
    if part is whole or (part.is_multipart() and not _is_message(part)):
        return False
    if _is_message(part) or _said(part.get_content_disposition) == "attachment" or _filename(part):
        return True
    return part.get_content_maintype() != "text"


def _content(part: Message) -> bytes | None:
    try:
        if part.is_multipart():
            inner = cast("list[Message]", part.get_payload())
            return b"".join(one.as_bytes() for one in inner)
        payload = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - a message may say of itself what its own parser does not survive
        return None
    return payload if isinstance(payload, bytes) else None


def _name(part: Message, number: int) -> str:
    name = _filename(part) or str(_said(lambda: part.get("Content-Location", "")) or "")
    if not name:
        ending = ".eml" if _is_message(part) else mimetypes.guess_extension(part.get_content_type()) or ".bin"
        name = f"part {number}{ending}"
    return storable_name(name)[:LONGEST_NAME]


def _filename(part: Message) -> str:
    name = _said(part.get_filename)
    if not isinstance(name, str):
        return ""
    decoded = _said(lambda: str(email.header.make_header(email.header.decode_header(name))))
    return str(decoded or name)


def _said(ask: Any) -> Any:
    """What a header says, or None where it cannot be read at all."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - hostile headers make the parser raise what nobody can list
        return None
