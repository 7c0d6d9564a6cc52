"""Containers for tests, good and hostile, made in memory."""

import io
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Iterable
from email.message import EmailMessage


def zip_of(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, (1988, 7, 28, 1, 2, 4))
            info.compress_type = method
            with warnings.catch_warnings(action="ignore"):
                # Two of one name, which is what some of these tests are about.
                archive.writestr(info, content)
    return made.getvalue()


def tar_of(*members: tuple[str, bytes], how: str = "w", extra: Iterable[tarfile.TarInfo] = ()) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=how) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 585964924
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return made.getvalue()


def tar_header(name: bytes, *, size: int, kind: bytes = b"0") -> bytes:
    header = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))
    header[0:100] = name.ljust(100, b"\0")[:100]
    header[124:136] = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    header[156:157] = kind
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def message_of(*attachments: tuple[str, bytes], subject: str = "سلام") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message["Date"] = "Thu, 28 Jul 1988 01:02:04 +0330"
    message.set_content("متن نامه\n")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def mailbox_of(*messages: bytes) -> bytes:
    return b"".join(b"From a@example.org Thu Jul 28 01:02:04 1988\n" + one + b"\n" for one in messages)


def zip_with_claimed_directory(size: int) -> bytes:
    """An archive whose end says that its directory is so long."""
    made = bytearray(zip_of(("a", b"a")))
    struct.pack_into("<L", made, len(made) - 22 + 12, size)
    return bytes(made)
