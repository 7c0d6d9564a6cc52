"""The rows of the log. All are insert-only but `Unsequenced`; nothing here is written through the ORM.

Entries and leaves are two tables because an entry is appended without any lock, and its place in the tree is given
afterwards, under one short lock (see docs/decisions/0003). The tables are created by raw SQL in the first migration:
STRICT on SQLite; on PostgreSQL `Entry.leaf_hash` is computed by the database itself.
"""

import base64
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.actors import Channel
from audit.merkle import HASH_BYTES
from audit.notes import is_line_of

MAX_BODY = 65_535


if TYPE_CHECKING:
    _DateTimeField = models.DateTimeField[Any, Any]
else:
    _DateTimeField = models.DateTimeField


class _Moment(_DateTimeField):
    """Compared as it is written: SQLite compares texts, and Django leaves out a fraction of zero."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        written = super().get_db_prep_value(value, connection, prepared)
        whole = isinstance(written, str) and "." not in written
        return f"{written}.000000" if whole else written


class Entry(models.Model):
    """One act. `body` is what is hashed and proven; every other column repeats a part of it, for finding."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recorded_at = _Moment()
    actor = models.CharField(max_length=200)
    channel = models.CharField(max_length=20)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=200)
    case_id = models.UUIDField(null=True)
    body = models.BinaryField(max_length=MAX_BODY)
    leaf_hash = models.BinaryField(max_length=HASH_BYTES)

    class Meta:
        default_permissions = ()
        permissions = (("review_log", _("Can review the audit log")),)
        indexes = (
            models.Index(fields=["recorded_at", "id"], name="audit_entry_when"),
            models.Index(fields=["action", "recorded_at"], name="audit_entry_action"),
            models.Index(fields=["actor", "recorded_at"], name="audit_entry_actor"),
            models.Index(fields=["subject_id", "recorded_at"], name="audit_entry_subject"),
            models.Index(fields=["case_id", "recorded_at"], name="audit_entry_case"),
        )

    @property
    def through(self) -> str:
        """The channel in the reader's language; a tampered one as it stands."""
        return str(Channel(self.channel).label) if self.channel in set(Channel) else self.channel


class Unsequenced(models.Model):
    """The queue of entries that have no leaf yet. On SQLite it stays empty: there the leaf comes with the entry."""

    entry = models.OneToOneField(
        Entry, on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="+"
    )

    class Meta:
        default_permissions = ()


class Leaf(models.Model):
    """The place of an entry in the tree: gapless from 0.

    No foreign key to the entry in the database: it would take a lock on every sequenced row, and a removed entry
    must be named by the verification rather than trip it.
    """

    index = models.BigIntegerField(primary_key=True, db_column="leaf_index")
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="leaf")
    leaf_hash = models.BinaryField(max_length=HASH_BYTES)

    class Meta:
        default_permissions = ()


class Tile(models.Model):
    """A full tile of C2SP tlog-tiles: 256 hashes of one level, and the one hash of the next level over them."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField(db_column="tile_index")
    hashes = models.BinaryField(max_length=256 * HASH_BYTES)
    root = models.BinaryField(max_length=HASH_BYTES)

    class Meta:
        default_permissions = ()


class Checkpoint(models.Model):
    """A size and root that we promise to stand by. Durable before anything is signed; one per size, for ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    origin = models.CharField(max_length=200)
    size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=HASH_BYTES)
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    @property
    def text(self) -> str:
        """The signed text (C2SP tlog-checkpoint): origin, size and root, a line each."""
        return checkpoint_text(self.origin, self.size, bytes(self.root))

    @property
    def note(self) -> str:
        """The whole signed note (C2SP signed-note), as it is handed out.

        Whoever may add rows could make it unreadable by a line that is none; the verification names that row.
        """
        return f"{self.text}\n{''.join(self.signature_lines())}"

    def signature_lines(self) -> list[str]:
        """Return the lines under the note that are what their rows say, the oldest first."""
        rows = self.signatures.order_by("made_at", "id")
        return [row.line for row in rows if is_line_of(row.line, row.key_name, row.key_hash)]


class CheckpointSignature(models.Model):
    """One key's signature line under a checkpoint; a checkpoint can have several."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="signatures")
    key_name = models.CharField(max_length=200)
    key_hash = models.CharField(max_length=8)
    line = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=["checkpoint", "key_name", "key_hash"], name="audit_one_signature_per_key"
            ),
        )


class KeyRotation(models.Model):
    """A signed note in which the key of the log that was in use names its successor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class TimeStamp(models.Model):
    """A token of a time-stamping authority (RFC 3161) over a checkpoint, with what was asked and what came back.

    Only tokens that were checked against the pinned authority come here; `generated_at` is the authority's own time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="stamps")
    authority = models.CharField(max_length=100)
    algorithm = models.CharField(max_length=20)
    request = models.BinaryField()
    response = models.BinaryField()
    generated_at = models.DateTimeField()
    serial = models.CharField(max_length=100)
    policy = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["checkpoint", "authority"], name="audit_one_stamp_per_authority"),
        )


class StampAttempt(models.Model):
    """How often a stamp was asked for in vain, and why: bookkeeping of the queue, no part of the record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="stamp_attempts")
    authority = models.CharField(max_length=100)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField()
    failure = models.CharField(max_length=300)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=["checkpoint", "authority"], name="audit_one_attempt_per_authority"
            ),
        )


class WitnessedLog(models.Model):
    """A size and root of somebody else's log that this house, as its witness, has seen and stands by.

    Durable before the cosignature is made; the largest size of an origin is what the next view must be consistent with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    origin = models.CharField(max_length=200)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=HASH_BYTES)
    note = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["origin", "size"], name="audit_seen_once_per_size"),)


class VerificationRun(models.Model):
    """One verification that a person asked for: how far it is, and what it found. Bookkeeping, no part of the record.

    `actor` and `channel` are as in entries. `against` is a JSON list of signed notes from outside to compare with.
    `outcome` is the report as JSON, empty until the run has ended.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.CharField(max_length=200)
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    checked = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    against = models.TextField(blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["requested_at"], name="audit_run_when"),)
        constraints = (
            # Two at once would read the same million rows twice for one answer.
            models.UniqueConstraint(
                models.ExpressionWrapper(models.Q(ended_at__isnull=True), output_field=models.BooleanField()),
                condition=models.Q(ended_at__isnull=True),
                name="audit_one_run_at_a_time",
            ),
        )

    @property
    def is_unfinished(self) -> bool:
        """Whether it may still change by itself."""
        return self.ended_at is None


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Return the three lines that a checkpoint signs."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
