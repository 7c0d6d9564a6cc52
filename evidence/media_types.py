"""What kind of file bytes are, by their content alone, never by a name. Pure.

The system's libmagic is asked first: the bundled one is older and takes some office files for mere bytes.
"""

import codecs
import re
from importlib.metadata import version

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evidence.containers.letters import begins_as_mail, is_saved_page

try:
    import magic

    _ORIGIN = "system"
except ImportError:
    # Lets python-magic find the library that its package carries.
    import pylibmagic

    _ORIGIN = f"pylibmagic {pylibmagic.__version__}"
    import magic

# As much of the beginning as libmagic looks at by default.
HEAD_BYTES = 1024 * 1024
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"
LETTER = "message/rfc822"
# What can be read by lines, whatever its markup: it is shown as the letters that it is.
READABLE = "text/plain; charset=utf-8"
# Of an older way of writing letters, which nothing in the file names.
UNKNOWN_LETTERS = "unknown"
_OF_LETTERS = ("text/", "application/json", "application/x-subrip", "application/x-ndjson", "message/")
_NO_LETTER = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def identify(head: bytes) -> str:
    """The media type of a file that begins with `head` (its first HEAD_BYTES, or all of it)."""
    if not head:
        return EMPTY
    found = str(magic.from_buffer(head, mime=True)) or UNKNOWN
    # libmagic knows a message by its first line alone, and there any header may stand.
    return LETTER if found.startswith("text/") and _is_letter(head, found) else found


def _is_letter(head: bytes, found: str) -> bool:
    """Whether text is an e-mail message. A saved page has the same header lines, and its own way of being shown."""
    return found in ("text/plain", "text/html") and begins_as_mail(head) and not is_saved_page(head)


def is_text(head: bytes) -> bool:
    """Whether a file that begins with `head` is text in UTF-8: no controls but white space, no letter that is none."""
    if not head or _NO_LETTER.search(head):
        return False
    try:
        # The last letter may be cut in the middle.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def identify_copy(head: bytes) -> str:
    """The media type of what somebody made: READABLE where it can be read by lines, else as `identify` has it."""
    found = identify(head)
    if found.startswith(_OF_LETTERS):
        return READABLE if is_text(head) else f"{found}; charset={UNKNOWN_LETTERS}"
    return found


def tool() -> str:
    """The program that `identify` asks, with its version: it changes what a type is called."""
    number: int = magic.version()  # type: ignore[no-untyped-call]
    library = (
        f"libmagic {number // 100}.{number % 100:02d} ({_ORIGIN}), python-magic {version('python-magic')}"
    )
    return f"{library}; messages by their header lines"


_GROUPS: dict[str, Promise] = {
    "image/": _("Image"),
    "audio/": _("Audio"),
    "video/": _("Video"),
    "text/": _("Text"),
    "message/": _("E-mail"),
    "application/pdf": _("PDF document"),
    "application/x-empty": _("Empty file"),
    "application/vnd.openxmlformats": _("Office document"),
    "application/vnd.ms-": _("Office document"),
    "application/vnd.oasis": _("Office document"),
    "application/zip": _("Archive"),
}
FILTERS: dict[str, tuple[Promise, str]] = {
    "image": (_("Images"), "image/"),
    "audio": (_("Audio"), "audio/"),
    "video": (_("Video"), "video/"),
    "text": (_("Text"), "text/"),
    "document": (_("Documents and other files"), "application/"),
    "message": (_("E-mail"), "message/"),
}
# In the register's filter it stands beside the others; it is told by having no bytes, not by a type.
PHYSICAL = "physical"


def plain_kind(media_type: str, *, physical: bool = False) -> Promise | str:
    """The kind in words for a reader; the type itself where we have no word for it."""
    if physical:
        return _("Physical item")
    for beginning, words in _GROUPS.items():
        if media_type.startswith(beginning):
            return words
    return media_type or _("Not yet identified")
