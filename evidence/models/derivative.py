"""What was made of an item: by a program for looking at it, or by a person who worked on it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from evidence import private_values
from evidence.derivative_words import BY_PEOPLE, BY_PROGRAMS, DerivativeKind, DerivativeState
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem
from evidence.models.stored import StoredObject
from evidence.scopes import DerivativeQuerySet

_MADE = Q(state=DerivativeState.MADE)
_BY_PEOPLE = Q(kind__in=[str(kind) for kind in BY_PEOPLE])


class Derivative(Identified):
    """One thing that was, or is to be, made of an item. The original is only ever read for it.

    `number` counts within a kind from 1: pages, or the one of its kind. Of a program's kind the first also carries
    how far the work has come; the others come into being with it. `parent` is the derivative that this was made
    from, None where it was made from the original itself.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="derivatives")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=24, choices=DerivativeKind)
    number = models.PositiveIntegerField(default=1)
    object = models.ForeignKey(
        StoredObject, on_delete=models.PROTECT, null=True, blank=True, related_name="derivatives"
    )
    media_type = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=35, blank=True)
    title = PrivateCharField(max_length=300, blank=True)
    original_name = PrivateTextField(blank=True)
    note = PrivateTextField(blank=True)
    tool = models.CharField(max_length=200, blank=True)
    tool_version = models.CharField(max_length=200, blank=True)
    # Canonical JSON: what the tool was told, so that somebody else can do it again.
    parameters = models.TextField(default="{}")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=12, choices=DerivativeState, default=DerivativeState.WAITING)
    # A code of `evidence.derivative_failures`, and what it needs to be said: a program's name, a limit.
    failure = models.CharField(max_length=32, blank=True)
    failure_detail = models.CharField(max_length=100, blank=True)
    finding = models.CharField(max_length=32, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # By how much a person had the limits widened under which it is made; empty where they are the usual ones.
    widened = models.PositiveSmallIntegerField(null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    # Who works on it, and when it was last heard of: a worker that was killed lets go by falling silent.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    objects = DerivativeQuerySet.as_manager()

    PRIVATE = private_values.DERIVATIVE

    class Meta:
        default_permissions = ()
        ordering = ["item", "kind", "number", "made_at"]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="derivative_unfinished",
                condition=Q(state__in=["waiting", "running"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind", "number"], name="derivative_once", condition=Q(author=None)
            ),
            models.CheckConstraint(condition=Q(kind__in=DerivativeKind.values), name="derivative_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=DerivativeState.values), name="derivative_state_known"
            ),
            models.CheckConstraint(
                condition=(_MADE & Q(object__isnull=False, made_at__isnull=False))
                | (~_MADE & Q(object__isnull=True, made_at__isnull=True)),
                name="derivative_made_has_its_bytes",
            ),
            models.CheckConstraint(
                condition=(_BY_PEOPLE & Q(author__isnull=False) & _MADE)
                | (Q(kind__in=[str(kind) for kind in BY_PROGRAMS]) & Q(author__isnull=True)),
                name="derivative_by_whom_its_kind_says",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="derivative_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind} {self.number}"

    @property
    def by_program(self) -> bool:
        """Whether a program makes this kind."""
        return self.kind in BY_PROGRAMS
