"""The photograph of a witness: bytes that are sealed as they came, and told apart by how they begin. Pure.

They are never decoded here: what draws pictures of strangers has no business in the process that seals identities. The
reader's browser draws them, once, from the page itself.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from witnesses.errors import BadIdentity
from witnesses.sealed import SealedBytes

LARGEST: Final = 2 * 1024 * 1024
_SMALLEST: Final = 32


@dataclass(frozen=True, slots=True, repr=False)
class Photograph:
    """An image and its media type ("image/jpeg", "image/png", "image/webp")."""

    content: bytes
    media_type: str

    def __repr__(self) -> str:
        return "<sealed>"


@sensitive_variables()
def read_photograph(content: bytes) -> Photograph:
    """The photograph in these bytes. Raises BadIdentity for more than 2 MiB, and for what is no JPEG, PNG or WebP."""
    if len(content) > LARGEST:
        raise BadIdentity(_("The photograph is larger than 2 MB. Make it smaller, and choose it again."))
    media_type = _media_type(content[:_SMALLEST]) if len(content) >= _SMALLEST else ""
    if not media_type:
        raise BadIdentity(_("This file is no photograph in JPEG, PNG or WebP. Choose another."))
    return Photograph(SealedBytes(content), media_type)


def _media_type(beginning: bytes) -> str:
    if beginning.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if beginning.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
        return "image/webp"
    return ""
