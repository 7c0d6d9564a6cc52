"""What lies inside an item that holds others: an archive, a message, a mailbox."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.containers.words import ContainerKind, Why
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem, Intake
from evidence.stopped import Stopped, sentence
from evidence.unpacking.words import UNDER_WAY, MemberState, UnpackingState


class Unpacking(Identified):
    """The looking into one item, whose bytes stay as they are. Its rows say what is left to do, never the queue.

    `asked_by` is in whose name the work that is under way is done, `intake` the delivery that it makes. `why` says
    what kept the listing from its end; `failure` is why the work cannot go on.
    """

    item = models.OneToOneField(EvidenceItem, on_delete=models.PROTECT, related_name="unpacking")
    state = models.CharField(max_length=12, choices=UnpackingState, default=UnpackingState.ASKED)
    kind = models.CharField(max_length=12, choices=ContainerKind, blank=True)
    tool = models.CharField(max_length=100, blank=True)
    why = models.CharField(max_length=16, choices=Why, blank=True)
    is_cut_short = models.BooleanField(default=False)
    failure = models.CharField(max_length=16, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    # Who works on it, and when it was last heard of: a worker that was killed lets go by falling silent.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="unpacking_under_way",
                condition=Q(state__in=[str(state) for state in UNDER_WAY]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=UnpackingState.values), name="unpacking_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["", *ContainerKind.values]), name="unpacking_kind_known"
            ),
            models.CheckConstraint(condition=Q(why__in=["", *Why.values]), name="unpacking_why_known"),
            models.CheckConstraint(
                condition=Q(failure__in=["", *Stopped.values]), name="unpacking_failure_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.state}"

    @property
    def why_it_stopped(self) -> str:
        """What keeps the work from going on, in the reader's language; empty where nothing does."""
        return sentence(self.failure)


class ContainerMember(Identified):
    """One member as its container names it. The name is text, never a path; two members may have the same one.

    The name stands in the container's own bytes and goes with them (`evidence.forgetting`), and in no entry of the log:
    it has no salt.
    """

    unpacking = models.ForeignKey(Unpacking, on_delete=models.PROTECT, related_name="members")
    number = models.PositiveIntegerField()
    name = models.TextField(blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)
    modified = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=MemberState, default=MemberState.LISTED)
    why = models.CharField(max_length=16, choices=Why, blank=True)
    child = models.OneToOneField(
        EvidenceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="member_of"
    )

    class Meta:
        default_permissions = ()
        ordering = ["unpacking", "number"]
        indexes = [models.Index(fields=["unpacking", "state"], name="member_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["unpacking", "number"], name="member_once"),
            models.CheckConstraint(condition=Q(state__in=MemberState.values), name="member_state_known"),
            models.CheckConstraint(condition=Q(why__in=["", *Why.values]), name="member_why_known"),
            models.CheckConstraint(
                condition=Q(state=MemberState.TAKEN, child__isnull=False)
                | (~Q(state=MemberState.TAKEN) & Q(child__isnull=True)),
                name="member_taken_is_an_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unpacking_id} {self.number}"
