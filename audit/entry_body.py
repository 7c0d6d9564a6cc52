"""An entry's body: the bytes that are hashed and proven.

Its ten names never change, so they stand here in their canonical order, around the canonical form of the values. To
have them walked through and sorted for every entry would take three times as long; a test holds that the bytes are
the same.
"""

import uuid
from collections.abc import Mapping

from audit.canonical import Json, as_utf8, canonical_text, quoted

VERSION = 1


def entry_body(
    *,
    action: str,
    actor: str,
    case_id: uuid.UUID | None,
    channel: str,
    facts: Mapping[str, Json],
    key: uuid.UUID,
    recorded_at: str,
    subject_id: str,
    subject_kind: str,
) -> bytes:
    """Return the body in its canonical form (`audit.canonical`). Raises BadFacts for facts that have none."""
    case = f'"{case_id}"' if case_id else "null"
    return as_utf8(
        f'{{"action":{quoted(action)},"actor":{quoted(actor)},"case_id":{case},"channel":{quoted(channel)},'
        f'"facts":{canonical_text(dict(facts), inside=1)},"id":"{key}","recorded_at":"{recorded_at}",'
        f'"subject_id":{quoted(subject_id)},"subject_kind":{quoted(subject_kind)},"v":{VERSION}}}'
    )
