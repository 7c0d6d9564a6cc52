"""Whether a file is of the type that its name says. A name that lies is shown; it changes nothing."""

import mimetypes
from pathlib import PurePosixPath

# Types that are told apart by names alone, or that libmagic calls otherwise: each set is one kind of file.
_SAME = (
    {"application/zip", "application/epub+zip", "application/java-archive"},
    {"audio/mpeg", "audio/mp3", "audio/x-mp3"},
    {
        "audio/mp4",
        "audio/x-m4a",
        "video/mp4",
        "audio/aac",
        "audio/x-hx-aac-adts",
        "video/3gpp",
        "video/quicktime",
    },
    {"audio/wav", "audio/x-wav", "audio/vnd.wave"},
    {"audio/ogg", "video/ogg", "application/ogg"},
    {"video/webm", "video/x-matroska", "audio/webm"},
    {"image/heic", "image/heif", "image/avif"},
    {"image/bmp", "image/x-ms-bmp"},
    {"image/x-icon", "image/vnd.microsoft.icon"},
    {"application/xml", "text/xml", "image/svg+xml", "application/xhtml+xml", "text/html"},
    {"application/x-mbox", "application/mbox", "message/rfc822", "text/plain"},
    {"application/gzip", "application/x-gzip", "application/x-tar"},
)
_OFFICE = (
    "application/vnd.openxmlformats",
    "application/vnd.oasis",
    "application/vnd.ms-",
    "application/msword",
)
_PACKED = {"application/zip", "application/x-ole-storage", "application/cdfv2", "application/octet-stream"}
# Types that say nothing against any name.
_VAGUE = {"", "application/octet-stream", "application/x-empty"}


def name_lies(media_type: str, name: str) -> bool:
    """Whether the name's ending promises another kind of file than its content is; never for what is not known."""
    promised, _packing = mimetypes.guess_type(PurePosixPath(name.replace("\\", "/")).name, strict=False)
    if promised is None or media_type in _VAGUE or promised == media_type:
        return False
    if any({promised, media_type} <= same for same in _SAME):
        return False
    if promised.startswith(_OFFICE) and (media_type in _PACKED or media_type.startswith(_OFFICE)):
        return False
    # Plain text is written under many names: .csv, .json, .py, .eml.
    texts = (
        "text/",
        "message/",
        "application/json",
        "application/x-",
        "application/javascript",
        "application/csv",
    )
    return not (media_type.startswith(texts) and promised.startswith(texts))
