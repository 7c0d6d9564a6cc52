"""The id of an entry: a UUID of version 7, which begins with the time of its recording.

Entries, leaves and the queue are found by it, so what is written together lies together in their indexes. With random
ids every entry falls into another page, which the database has to read, to write whole into its journal and to write
back. The time that it tells stands in the entry as well, and nothing counts on an id to be secret.
"""

import os
import uuid
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_VERSION, _VARIANT = 7 << 76, 0b10 << 62


def entry_id(moment: datetime) -> uuid.UUID:
    """Return a new id for an entry of this moment (RFC 9562 section 5.7, fractions by section 6.2 method 3).

    48 bits are milliseconds since 1970, 12 bits the fraction of one, the rest is random. Of a moment before 1970,
    which only a clock gone wrong tells, the bits are what they are modulo 2^48.
    """
    milliseconds, microseconds = divmod((moment - _EPOCH) // _MICROSECOND, 1000)
    told = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | (microseconds * 4096 // 1000) << 64
    drawn = int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=told | _VERSION | _VARIANT | drawn)
