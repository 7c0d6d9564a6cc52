"""The members of a zip archive, by its own directory. Nothing is unfolded before somebody reads a member."""

import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from evidence.containers.bounded import Bounded, Budget, read_piece
from evidence.containers.member import LONGEST_NAME, Limits, Member, MemberFailed
from evidence.containers.words import Why
from evidence.filenames import storable_name

# LZMA in a zip names its own memory, gigabytes if it likes; the others unfold in little.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_FURTHEST_END = _END.size + 0xFFFF
# What one entry takes in the directory at least, so that a small file cannot announce a million of them.
_LARGEST_DIRECTORY = 32 * 1024**2
_ENCRYPTED, _UTF8 = 0x1, 0x800


def zip_members(file: BinaryIO, limits: Limits) -> Iterator[Member]:
    """Every entry in the directory's order. Raises MemberFailed where there is no directory that can be used."""
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError, IndexError) as error:
        raise MemberFailed(Why.DAMAGED) from error
    size = _size(file)
    total = Budget(most=limits.total_bytes, ratio=limits.ratio, free=limits.free, packed=lambda: size)
    for number, info in enumerate(archive.infolist(), start=1):
        why = _why(info)
        yield Member(
            number,
            _name(info),
            info.file_size,
            modified=_modified(info),
            why=why,
            opened=None if why else lambda info=info: _opened(archive, info, limits, total),  # type: ignore[misc]
        )


def is_zip_by_its_end(file: BinaryIO) -> bool:
    """Whether a directory of a zip ends the file, whatever it begins with."""
    return _end_of_directory(file) is not None


def _check_directory(file: BinaryIO) -> None:
    found = _end_of_directory(file)
    if found is None:
        raise MemberFailed(Why.DAMAGED)
    tail, place, before = found
    size = _END.unpack_from(tail, place)[5]
    # zipfile reads the whole directory at once: how long it says it is must be known before.
    if size == 0xFFFFFFFF:
        size = _size64(file, before)
    if size > _LARGEST_DIRECTORY:
        raise MemberFailed(Why.TOO_LARGE)


def _end_of_directory(file: BinaryIO) -> tuple[bytes, int, int] | None:
    size = _size(file)
    start = max(0, size - _FURTHEST_END)
    file.seek(start)
    tail = file.read(_FURTHEST_END)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < _END.size:
        return None
    return tail, place, start + place


def _size64(file: BinaryIO, end: int) -> int:
    file.seek(max(0, end - 20 - _END64.size))
    record = file.read(_END64.size)
    if len(record) < _END64.size or not record.startswith(b"PK\6\6"):
        raise MemberFailed(Why.DAMAGED)
    return int(_END64.unpack(record)[8])


def _size(file: BinaryIO) -> int:
    here = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(here)
    return size


def _why(info: zipfile.ZipInfo) -> Why | None:
    mode = info.external_attr >> 16
    # Not `is_dir`, which falls over a name of no letters.
    if info.filename.endswith("/"):
        return Why.FOLDER
    if stat.S_ISLNK(mode):
        return Why.LINK
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        return Why.DEVICE
    if info.flag_bits & _ENCRYPTED:
        return Why.ENCRYPTED
    return None if info.compress_type in _METHODS else Why.METHOD


def _name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        # Many programs write UTF-8 without saying so; zipfile then reads it as a code page of 1981.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename
    return storable_name(name)[:LONGEST_NAME]


def _modified(info: zipfile.ZipInfo) -> str:
    year, month, day, hour, minute, second = info.date_time
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits, total: Budget) -> BinaryIO:
    try:
        stream = archive.open(info)
    except NotImplementedError as error:
        raise MemberFailed(Why.METHOD) from error
    except RuntimeError as error:
        raise MemberFailed(Why.ENCRYPTED) from error
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, struct.error, IndexError) as error:
        raise MemberFailed(Why.DAMAGED) from error
    own = Budget(
        most=limits.member_bytes, ratio=limits.ratio, free=limits.free, packed=lambda: info.compress_size
    )
    bounded = Bounded(cast(BinaryIO, _Whole(cast(BinaryIO, stream), info.file_size)), own, total)
    return cast(BinaryIO, io.BufferedReader(bounded))


class _Whole:
    """A member's stream that is as long as its directory says, or damaged."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, count: int) -> bytes:
        """As a file's."""
        data = read_piece(self._stream, count)
        self._left -= len(data)
        if self._left < 0 or (not data and self._left):
            raise MemberFailed(Why.DAMAGED)
        return data
