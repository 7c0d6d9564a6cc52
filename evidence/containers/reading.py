"""Which kind of container a file is, by its content alone, and its members."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence.containers.bounded import read_piece
from evidence.containers.mail_members import mail_members, mailbox_members
from evidence.containers.member import LIMITS, Limits, Member, MemberFailed
from evidence.containers.tar_members import BLOCK, compressed_member, is_tar, tar_members, unfolded
from evidence.containers.words import ContainerKind, Why
from evidence.containers.zip_members import is_zip_by_its_end, zip_members

_HEAD_BYTES = 64 * 1024
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_HEADER = re.compile(rb"^([!-9;-~]{1,76}):", re.MULTILINE)
# A text may begin with a word and a colon; a message has several of these.
_OF_MAIL = {
    b"from", b"to", b"date", b"subject", b"message-id", b"received", b"return-path", b"mime-version",
    b"content-type", b"delivered-to", b"reply-to", b"sender",
}  # fmt: skip
_OF_PAGE = (b"snapshot-content-location:", b"from: <saved by", b"multipart/related")


def kind_of(file: BinaryIO, limits: Limits = LIMITS) -> ContainerKind | None:
    """What kind of container the file is, or None."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return ContainerKind.ZIP
    if head.startswith(_PACKED):
        return _kind_of_packed(file, limits)
    if is_tar(head):
        return ContainerKind.TAR
    if head.startswith(b"From ") and _is_mail(head.partition(b"\n")[2]):
        return ContainerKind.MAILBOX
    if _is_mail(head):
        fields = _fields(head).lower()
        pages = sum(mark in fields for mark in _OF_PAGE)
        return ContainerKind.SAVED_PAGE if pages >= 2 else ContainerKind.MAIL
    # An archive behind something else: a program that unpacks itself, a picture that is two files at once.
    return ContainerKind.ZIP if is_zip_by_its_end(file) else None


def members_of(
    file: BinaryIO, kind: ContainerKind, *, name: str, limits: Limits = LIMITS
) -> Iterator[Member]:
    """Every member in its order; `name` is the container's own. Raises MemberFailed where there is no going on."""
    file.seek(0)
    match kind:
        case ContainerKind.ZIP:
            return zip_members(file, limits)
        case ContainerKind.TAR:
            return tar_members(unfolded(file, limits), limits)
        case ContainerKind.COMPRESSED:
            return compressed_member(file, _name_inside(name), limits)
        case ContainerKind.MAILBOX:
            return mailbox_members(file, limits)
        case _:
            return mail_members(file, limits, every_part=kind is ContainerKind.SAVED_PAGE)


def _kind_of_packed(file: BinaryIO, limits: Limits) -> ContainerKind | None:
    try:
        block = read_piece(unfolded(file, limits), BLOCK)
    except MemberFailed as error:
        # Damaged at its very beginning; saying so is for the reading.
        return ContainerKind.COMPRESSED if error.why is Why.DAMAGED else None
    return ContainerKind.TAR if is_tar(block) else ContainerKind.COMPRESSED


def _is_mail(head: bytes) -> bool:
    fields = _fields(head)
    if not _HEADER.match(fields):
        return False
    named = {name.lower() for name in _HEADER.findall(fields)}
    return len(named & _OF_MAIL) >= 2


def _fields(head: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]


def _name_inside(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/"))
    return last.stem if last.suffix.lower() in (".gz", ".bz2", ".xz", ".gzip") else f"{last.name} (unfolded)"
