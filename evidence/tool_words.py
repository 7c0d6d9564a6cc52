"""What a tool of ours is called, as a record keeps it for ever and as a reader is told it."""

from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

# As they stand in records and under fingerprints: never changed, only ever added to.
READ_IN_FULL = _(
    "Dadkhah vault: decrypted and read in full, SHA-256 of the content, BLAKE3 of the stored bytes"
)
SCRUBBED = _("Dadkhah vault: stored bytes read without a key, BLAKE3")
_OURS = frozenset({READ_IN_FULL, SCRUBBED})


def shown_tool(recorded: str, language: str = "") -> str:
    """A tool of ours in the language given, else the reader's; any other, such as a program's name, as it stands."""
    if recorded not in _OURS:
        return recorded
    if not language:
        return gettext(recorded)
    with override(language):
        return gettext(recorded)
