"""Whether bytes begin as an e-mail message does: by the names of its header lines. Pure."""

import re

_HEADER = re.compile(rb"^([!-9;-~]{1,76}):", re.MULTILINE)
# A text may begin with a word and a colon; a message has several of these.
_OF_MAIL = {
    b"from", b"to", b"date", b"subject", b"message-id", b"received", b"return-path", b"mime-version",
    b"content-type", b"delivered-to", b"reply-to", b"sender",
}  # fmt: skip
_OF_PAGE = (b"snapshot-content-location:", b"from: <saved by", b"multipart/related")


def begins_as_mail(head: bytes) -> bool:
    """Whether the first lines are those of a message."""
    fields = header_lines(head)
    if not _HEADER.match(fields):
        return False
    named = {name.lower() for name in _HEADER.findall(fields)}
    return len(named & _OF_MAIL) >= 2


def header_lines(head: bytes) -> bytes:
    """What stands before the first empty line."""
    return re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]


def is_saved_page(head: bytes) -> bool:
    """Whether a message is a page that a browser saved whole (MHTML)."""
    fields = header_lines(head).lower()
    return sum(mark in fields for mark in _OF_PAGE) >= 2
