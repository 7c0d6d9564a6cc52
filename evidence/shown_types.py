"""The media types that a browser only paints, plays or prints. Pure.

Everything else (SVG and HTML above all) it may run: that leaves as a file, and is never part of a page.
"""

from evidence.media_types import UNKNOWN_LETTERS

PAINTED = frozenset({"image/png", "image/jpeg", "image/webp"})
PLAYED = frozenset({"audio/ogg", "audio/webm", "audio/mpeg", "audio/mp4", "video/webm", "video/mp4"})
PRINTED = frozenset({"text/plain"})


def plain_type(media_type: str) -> str:
    """The type without its parameters, in small letters."""
    return media_type.partition(";")[0].strip().lower()


def is_printed(media_type: str) -> bool:
    """Whether it is read by lines, as the letters that it is."""
    return plain_type(media_type) in PRINTED and UNKNOWN_LETTERS not in media_type


def is_only_seen(media_type: str) -> bool:
    """Whether a browser can do nothing with it but show it."""
    return plain_type(media_type) in PAINTED | PLAYED | PRINTED
