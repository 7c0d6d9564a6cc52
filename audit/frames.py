"""What must stand before and after the facts in an entry's body, from its columns: the quick form of the comparison.

Values are put in as they are. One that JSON would escape (a quotation mark, say) leads to a frame that does not fit,
and the row-by-row walk, which escapes, decides.
"""

from collections.abc import Sequence
from functools import lru_cache


def frame(columns: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return head and tail of the body for an entry's columns as SQLite holds them.

    In this order: recorded_at (`YYYY-MM-DD HH:MM:SS.ffffff`), action, actor, case_id, channel, id, subject_id,
    subject_kind; ids are 32 digits, and case_id can be None.
    """
    recorded_at, action, actor, case_id, channel, id_, subject_id, subject_kind = columns
    tail = b',"id":"%b-%b-%b-%b-%b","recorded_at":"%bT%bZ","subject_id":"%b","subject_kind":"%b","v":1}' % (
        id_[:8], id_[8:12], id_[12:16], id_[16:20], id_[20:], recorded_at[:10], recorded_at[11:],
        subject_id, subject_kind,
    )  # fmt: skip
    return _head(action, actor, case_id, channel), tail


@lru_cache(maxsize=4096)
def _head(action: bytes, actor: bytes, case_id: bytes | None, channel: bytes) -> bytes:
    """Few of these differ: most entries share theirs with many others."""
    case = b"null" if case_id is None else b'"%b-%b-%b-%b-%b"' % (
        case_id[:8], case_id[8:12], case_id[12:16], case_id[16:20], case_id[20:]
    )  # fmt: skip
    return b'{"action":"%b","actor":"%b","case_id":%b,"channel":"%b","facts":' % (
        action, actor, case, channel
    )  # fmt: skip
