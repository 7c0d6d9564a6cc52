"""The stamps that speak for a checkpoint, made ready for whoever gets a copy of it and trusts nothing of ours."""

from dataclasses import dataclass

from django.db.models import Max

from audit.errors import AuthoritiesUnusable
from audit.merkle import consistency_proof
from audit.models import Checkpoint, TimeStamp
from audit.stamping.authorities import load_authorities
from audit.stamping.certificates import as_pem
from audit.stamping.keeping import stamped_text
from audit.tiles import StoredNodes


@dataclass(frozen=True, slots=True)
class StampToHandOut:
    """One authority's newest stamp on the checkpoint or an earlier one.

    `text` is what was stamped, `proof` that it is the beginning of the checkpoint's log (RFC 6962 section 2.1.2);
    `certificates` are the pinned ones in PEM, empty where the authority is configured no more.
    """

    authority: str
    request: bytes
    response: bytes
    text: bytes
    size: int
    proof: list[bytes]
    certificates: bytes


def stamps_for(checkpoint: Checkpoint) -> list[StampToHandOut]:
    """Return one stamp of each authority that has stamped the log up to this checkpoint, by the authorities' names.

    Reads only rows: no authority is asked, and a list of authorities that cannot be used costs only its certificates.
    """
    earlier = TimeStamp.objects.filter(checkpoint__size__lte=checkpoint.size)
    newest = earlier.values("authority").annotate(size=Max("checkpoint__size")).order_by("authority")
    pinned = pinned_certificates()
    nodes = StoredNodes()
    found = []
    for row in newest:
        stamp = earlier.select_related("checkpoint").get(
            authority=row["authority"], checkpoint__size=row["size"]
        )
        found.append(
            StampToHandOut(
                authority=stamp.authority,
                request=bytes(stamp.request),
                response=bytes(stamp.response),
                text=stamped_text(stamp.checkpoint),
                size=stamp.checkpoint.size,
                proof=consistency_proof(stamp.checkpoint.size, checkpoint.size, nodes),
                certificates=pinned.get(stamp.authority, b""),
            )
        )
    return found


def pinned_certificates() -> dict[str, bytes]:
    """Return the pinned certificates in PEM by authority; none where the list of authorities cannot be used."""
    try:
        return {authority.name: as_pem(authority.certificates) for authority in load_authorities()}
    except AuthoritiesUnusable:
        return {}
