"""A new opening for an age file: the same file key for other recipients, in front of the same sealed body.

What follows the header depends on the file key alone (C2SP age, "Payload"), so the body need not be sealed
again. With as many recipients as before the new header is as long as the old one.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.errors import AgeError
from evidence.vault import age_stanzas
from evidence.vault.age_header import read_header, write_header
from evidence.vault.age_keys import Identity, Recipient
from evidence.vault.stores import object_altered


@dataclass(frozen=True, slots=True)
class Opening:
    """The first bytes of the new file, and how many bytes of the old one they replace."""

    content: bytes
    replaces: int


def new_opening(
    file: io.BufferedReader, identities: Sequence[Identity], recipients: Sequence[Recipient]
) -> Opening:
    """The opening by which `recipients` open the age file at whose first byte `file` stands.

    Raises ObjectAltered when the file's own header is damaged or opens with none of `identities`.
    """
    try:
        header = read_header(file)
        file_key = age_stanzas.unwrap(header, identities)
    except AgeError as error:
        raise object_altered() from error
    stanzas = [age_stanzas.wrap(file_key, recipient) for recipient in recipients]
    return Opening(write_header(stanzas, file_key), header.length)
