"""Names inside a dossier: plain ASCII, so that no file system, archive or manifest changes them."""

from pathlib import PurePosixPath

# The type was found from the content; an extension that a source chose is used only where we know none better.
_EXTENSIONS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/zip": "zip",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/x-wav": "wav",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "message/rfc822": "eml",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
_LONGEST_SUFFIX = 8


def ascii_stem(reference: str) -> str:
    """The reference with everything but ASCII letters, digits, `-` and `_` replaced by `-`."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in reference)
    return kept.strip("-") or "case"


def exhibit_name(case_reference: str, number: int) -> str:
    """`DK-1988-01`, 3 -> `DK-1988-01-0003`."""
    return f"{ascii_stem(case_reference)}-{number:04d}"


def dossier_name(case_reference: str, number: int) -> str:
    """`DK-1988-01`, 3 -> `DK-1988-01-dossier-03`."""
    return f"{ascii_stem(case_reference)}-dossier-{number:02d}"


def extension(original_name: str, media_type: str) -> str:
    """An extension without its dot: the source's own if it is plain, else that of the found type, else `bin`."""
    suffix = PurePosixPath(original_name).suffix[1:].lower()
    if suffix and suffix.isascii() and suffix.isalnum() and len(suffix) <= _LONGEST_SUFFIX:
        return suffix
    return _EXTENSIONS.get(media_type, "bin")
