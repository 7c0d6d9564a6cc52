"""Which kind of container a file is, by its content alone, and its members."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from evidence.containers.bounded import read_piece
from evidence.containers.letters import begins_as_mail, is_saved_page
from evidence.containers.mail_members import mail_members, mailbox_members
from evidence.containers.member import LIMITS, Limits, Member, MemberFailed
from evidence.containers.tar_members import BLOCK, compressed_member, is_tar, tar_members, unfolded
from evidence.containers.words import ContainerKind, Why
from evidence.containers.zip_members import is_zip_by_its_end, zip_members

_HEAD_BYTES = 64 * 1024
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")


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
    if head.startswith(b"From ") and begins_as_mail(head.partition(b"\n")[2]):
        return ContainerKind.MAILBOX
    if begins_as_mail(head):
        return ContainerKind.SAVED_PAGE if is_saved_page(head) else ContainerKind.MAIL
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


def _name_inside(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/"))
    return last.stem if last.suffix.lower() in (".gz", ".bz2", ".xz", ".gzip") else f"{last.name} (unfolded)"
