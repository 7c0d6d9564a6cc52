"""The custody ledger."""

import hashlib
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from audit.canonical import canonical_json
from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.log import instant
from audit.private import sealed
from audit.unlogged import InTheLog
from cases.dated import Dated
from evidence import private_values
from evidence.digests import Digest, DigestField
from evidence.models.erasure import first_commitments
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem
from evidence.tool_words import shown_tool
from evidence.vocabulary import (
    HAND_OVERS,
    MUST_ANSWER,
    SHORTEST_PURPOSE,
    TURNED_DOWN,
    CustodyKind,
    CustodyOutcome,
)

_FINGERPRINT_PREFIX = b"dadkhah/custody-event/v1\n"


class CustodyEvent(Identified, Dated):
    """One event in an item's custody. Its dates say when it happened; `recorded_at` when it was written down.

    `party` is the account on the other side of a hand-over; whoever has none is a name in `received_by`. `document`
    is the item that shows the event: the signed paper, or the photograph of a seal. `answers` is the event that this
    one settles, such as an offer; `refers_to` the one that it speaks of. `due` is the day by which it is to be back.

    The table takes new rows and nothing else: the database refuses to change or remove one. Only words may give way to
    the mark of their erasure, each by a row of `Erasure`; the facts stay those of the day on which it was written.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="custody")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32, choices=CustodyKind)
    recorded_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agent = models.CharField(max_length=100)
    released_by = PrivateTextField(blank=True)
    received_by = PrivateTextField(blank=True)
    purpose = PrivateTextField(blank=True)
    location = PrivateTextField(blank=True)
    tool = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=16, choices=CustodyOutcome, blank=True)
    note = PrivateTextField(blank=True)
    digest_expected = DigestField("sha256", null=True, blank=True)
    digest_found = DigestField("sha256", null=True, blank=True)
    refers_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="referred_by"
    )
    answers = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="answered_by"
    )
    party = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    document = models.ForeignKey(
        EvidenceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="shows_events"
    )
    seal = PrivateTextField(blank=True)
    condition = PrivateTextField(blank=True)
    authority = PrivateTextField(blank=True)
    witnessed_by = PrivateTextField(blank=True)
    due = models.DateField(null=True, blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    # How often words of it were erased; empty where none were.
    erasures = models.PositiveIntegerField(null=True, editable=False)

    PRIVATE = private_values.EVENT
    IN_THE_LOG = InTheLog(written="recorded_at", about="item")

    class Meta:
        default_permissions = ()
        ordering = ["item_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seq"], name="custody_seq_once_per_item"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="custody_seq_from_one"),
            models.CheckConstraint(condition=Q(kind__in=CustodyKind.values), name="custody_kind_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *CustodyOutcome.values]), name="custody_outcome_known"
            ),
            models.CheckConstraint(condition=~Q(agent=""), name="custody_has_an_agent"),
            models.CheckConstraint(
                condition=~Q(kind__in=HAND_OVERS)
                | Q(GreaterThanOrEqual(Length("purpose"), SHORTEST_PURPOSE)),
                name="custody_hand_over_has_a_purpose",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=MUST_ANSWER) | Q(answers__isnull=False),
                name="custody_answer_has_its_question",
            ),
            # Whoever has no account cannot accept here: their signed paper does.
            models.CheckConstraint(
                condition=~Q(kind=CustodyKind.TRANSFER_ACCEPTED)
                | Q(party__isnull=False)
                | Q(document__isnull=False),
                name="custody_outsider_signs_a_paper",
            ),
        ]
        indexes = [
            models.Index(
                fields=["party", "item"],
                name="custody_offers",
                condition=Q(kind=CustodyKind.TRANSFER_OFFERED),
            ),
            models.Index(fields=["kind", "item"], name="custody_by_kind"),
            models.Index(
                fields=["item", "document"], name="custody_papers", condition=Q(document__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.seq} {self.kind}"

    @property
    def tool_words(self) -> str:
        """The tool as its reader is told it."""
        return shown_tool(self.tool)

    def facts(self) -> dict[str, Any]:
        """What the log says of this event: no name or free text in clear, and the fingerprint of the row."""
        return {**self._recorded(), "fingerprint": self.fingerprint()}

    def fingerprint(self) -> str:
        """SHA-256 over the canonical facts, hexadecimal; any change to the row changes it."""
        return hashlib.sha256(_FINGERPRINT_PREFIX + canonical_json(self._recorded())).hexdigest()

    @property
    def note_is_the_reason(self) -> bool:
        """Whether the note says why somebody turned down what they were asked."""
        return self.kind in TURNED_DOWN

    @property
    def is_answered(self) -> bool:
        """Whether another event settled this one."""
        return hasattr(self, "answered_by")

    @property
    def happened_text(self) -> str:
        """When it happened, as the log's commitment takes it; empty where that is not known."""
        date = self.date
        return f"{date.calendar} {date.edtf} {date.as_written}" if date else ""

    def _recorded(self) -> dict[str, Any]:
        said = self._commitments()
        return {
            "event": str(self.pk),
            "item": str(self.item_id),
            "seq": self.seq,
            "kind": str(self.kind),
            "recorded_at": instant(self.recorded_at),
            "happened": said["happened"],
            "agent": self.agent,
            "actor": str(self.actor_id) if self.actor_id else None,
            "released_by": said["released_by"],
            "received_by": said["received_by"],
            "purpose": said["purpose"],
            "location": said["location"],
            "tool": self.tool,
            "outcome": str(self.outcome),
            "note": said["note"],
            "digest_expected": _hex(self.digest_expected),
            "digest_found": _hex(self.digest_found),
            "refers_to": str(self.refers_to_id) if self.refers_to_id else None,
            **self._recorded_since(said),
        }

    def _commitments(self) -> dict[str, str | None]:
        names = [value.name for value in private_values.EVENT.values]
        if self.erasures:
            before = first_commitments(self)
            return {name: before.get(name) for name in names}
        return {name: sealed(self, name) for name in names}

    def _recorded_since(self, commitments: dict[str, str | None]) -> dict[str, Any]:
        # Columns that came later stand in the facts only where they say something, so that the fingerprints of the
        # events before them stay what the log has.
        said = {
            "answers": str(self.answers_id) if self.answers_id else None,
            "party": f"user:{self.party_id}" if self.party_id else None,
            "document": str(self.document_id) if self.document_id else None,
            "due": self.due.isoformat() if self.due else None,
            **{name: commitments[name] for name in ("seal", "condition", "authority", "witnessed_by")},
        }
        return {name: value for name, value in said.items() if value is not None}


def _hex(digest: Digest | None) -> str | None:
    return digest.labelled if digest else None
