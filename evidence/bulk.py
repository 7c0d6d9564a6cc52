"""One act for many items at once: each item is looked up for this reader again, and it is done for all or for none."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.log import Subject, instant
from audit.report_csv import neutral
from cases.models import Case
from evidence.errors import TooMany
from evidence.filenames import visible_name
from evidence.fixity import CHECK, check_fixity
from evidence.linking import add_to_case
from evidence.models import EvidenceCase, EvidenceItem
from evidence.scopes import READ
from evidence.vocabulary import CustodyOutcome, Relation

MOST_LISTED = 10_000
MOST_PLACED = 500
MOST_CHECKED = 50
# What can be read again while a person waits for the page: about ten seconds.
MOST_BYTES = 4 * 1024**3
_REGISTER = Subject("evidence.register", "register")
_COLUMNS = ("reference", "title", "original_name", "media_type", "size", "sha256", "received_at", "cases")
_MARK = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Checked:
    """What a check of many items came to; `without_bytes` are things, which have no digest."""

    verified: int = 0
    without_bytes: int = 0
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Placed:
    """How many items were put into the case, and how many were in it already."""

    added: int
    there: int


def put_into_case(items: Sequence[EvidenceItem], case: Case, *, actor: Actor) -> Placed:
    """Put all of these items into the case, or none. Raises NotPermitted, UnknownEvidence, NotAMember."""
    with transaction.atomic():
        placed = EvidenceCase.objects.filter(case=case, item__in=[item.pk for item in items])
        there = set(placed.values_list("item_id", flat=True))
        # Photographs come last: some of them go with their thing.
        for item in sorted(items, key=lambda one: one.relation == Relation.PHOTOGRAPH):
            if item.pk not in there and not _went_with_its_thing(item, case):
                add_to_case(item, case, actor=actor)
    return Placed(len(items) - len(there), len(there))


def check_all(items: Sequence[EvidenceItem], *, actor: Actor) -> Checked:
    """Check every item against its digest, now; each outcome is recorded as it is found, in custody and log.

    Raises NotPermitted, TooMany for more bytes than can be read while somebody waits, VaultUnavailable.
    """
    require(actor, CHECK)
    with_bytes = [item for item in items if item.has_bytes]
    if sum(item.stored.size for item in with_bytes) > MOST_BYTES:
        raise TooMany(
            _(
                "These files are too large to be read while you wait. Choose fewer, or ask an auditor for a round."
            )
        )
    found = Checked(without_bytes=len(items) - len(with_bytes))
    for item in with_bytes:
        if check_fixity(item, actor=actor).outcome == CustodyOutcome.VERIFIED:
            found.verified += 1
        else:
            found.broken.append(item.reference)
    return found


def export_list(items: Sequence[EvidenceItem], *, actor: Actor) -> bytes:
    """The items as CSV (RFC 4180, UTF-8 with its mark), safe to open in a spreadsheet; logged before it leaves.

    `items` carry `seen_placements`. Raises NotPermitted.
    """
    user = require(actor, READ)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows([neutral(cell) for cell in _cells(item)] for item in items)
    content = _MARK + out.getvalue().encode("utf-8", "backslashreplace")
    with transaction.atomic():
        facts: dict[str, Json] = {"items": len(items), "list_sha256": hashlib.sha256(content).hexdigest()}
        log.append(Action.REGISTER_EXPORTED, subject=_REGISTER, actor=user, facts=facts)
    return content


def _went_with_its_thing(item: EvidenceItem, case: Case) -> bool:
    placed = item.relation == Relation.PHOTOGRAPH
    return placed and EvidenceCase.objects.filter(item=item, case=case).exists()


def _cells(item: EvidenceItem) -> list[str]:
    return [
        item.reference,
        item.title,
        visible_name(item.original_name),
        item.media_type,
        str(item.stored.size) if item.has_bytes else "",
        item.stored.sha256.hex if item.has_bytes else "",
        instant(item.received_at),
        " ".join(place.case.reference for place in getattr(item, "seen_placements", [])),
    ]
