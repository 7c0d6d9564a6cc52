"""What the database keeps of a witness: a pseudonym, sealed bytes, and who decided what. Never a name."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from cases.models import Case
from witnesses.json_text import JsonText


class Custodian(models.Model):
    """A person who holds one share of every identity. Never deleted: old decisions refer to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="custodian")
    enrolled_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["enrolled_at", "id"]


class CustodianKey(models.Model):
    """One key pair of a custodian. The private half is wrapped by a passphrase that is stored nowhere.

    Shares name the key they are sealed to, so a rotation adds a row and the old one lives until every share
    sealed to it has a successor.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="keys")
    version = models.PositiveSmallIntegerField(default=1)
    public_key = models.BinaryField()
    wrapped_private_key = models.BinaryField()
    kdf = JsonText()
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["custodian", "version"], name="custodian_key_version_once"),
            models.UniqueConstraint(
                fields=["custodian"], condition=Q(retired_at__isnull=True), name="custodian_one_current_key"
            ),
        ]


class PassphraseAttempt(models.Model):
    """A secret about to be tried, written before the trial so that parallel guesses cannot outrun the limit.

    The row is removed when the secret was right. What is left counts as a failure.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["user", "at"], name="passphrase_attempt_recent")]


class WitnessQuerySet(models.QuerySet["Witness"]):
    def visible_to(self, user: User) -> Self:
        """The witnesses, under their pseudonyms, of the cases that the user is a member of."""
        return self.filter(case__in=Case.objects.visible_to(user))


class Witness(models.Model):
    """A person known here by a random pseudonym alone, another one in every case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="witnesses")
    pseudonym = models.CharField(max_length=16)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)

    objects = WitnessQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        # By pseudonym, which is random: an order by time would tell who came to us first.
        ordering: ClassVar = ["pseudonym"]
        permissions: ClassVar = [
            ("register_witness", "Can register a witness under a pseudonym"),
            ("request_opening", "Can ask for an identity to be opened"),
            ("decide_opening", "Can decide on opening an identity, with their own passphrase"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "pseudonym"], name="witness_pseudonym_once_per_case")
        ]

    def __str__(self) -> str:
        return self.pseudonym


class SealedIdentity(models.Model):
    """One version of an identity, sealed. Append-only in the database: a correction is a new version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="identities")
    version = models.PositiveIntegerField()
    suite = models.CharField(max_length=120)
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()
    threshold = models.PositiveSmallIntegerField()
    shares = models.PositiveSmallIntegerField()
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["witness", "version"], name="sealed_identity_version_once"),
            models.CheckConstraint(
                condition=Q(threshold__gte=2) & Q(shares__gte=models.F("threshold")),
                name="sealed_identity_needs_a_quorum",
            ),
        ]


class KeyShare(models.Model):
    """One share of a sealed identity's data key, sealed to one custodian's key. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_identity = models.ForeignKey(SealedIdentity, on_delete=models.PROTECT, related_name="key_shares")
    custodian_key = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="shares")
    index = models.PositiveSmallIntegerField()
    sealed_share = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sealed_identity", "index"], name="key_share_index_once"),
            models.UniqueConstraint(
                fields=["sealed_identity", "custodian_key"], name="key_share_holder_once"
            ),
        ]


class OpeningState(models.TextChoices):
    REQUESTED = "requested", _("waits for custodians")
    APPROVED = "approved", _("approved, not opened yet")
    OPENED = "opened", _("opened")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("time ran out")


LIVE_STATES = (OpeningState.REQUESTED, OpeningState.APPROVED)


class OpeningRequestQuerySet(models.QuerySet["OpeningRequest"]):
    def live(self) -> Self:
        """Requests that can still lead to an opening."""
        return self.filter(state__in=LIVE_STATES, expires_at__gt=timezone.now())


class OpeningRequest(models.Model):
    """One wish to see chosen fields of one version of one identity, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="openings")
    sealed_identity = models.ForeignKey(SealedIdentity, on_delete=models.PROTECT, related_name="openings")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = PrivateTextField()
    fields = JsonText()
    seconds = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=OpeningState.choices, default=OpeningState.REQUESTED)
    public_key = models.BinaryField()
    # Emptied when the request ends, whichever way: without it the resealed shares are noise.
    wrapped_private_key = models.BinaryField(null=True)
    salt = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    objects = OpeningRequestQuerySet.as_manager()

    # A reason can point to the witness: the requester and the custodians know it, a case's history does not show it.
    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),),
        cases="witness__case",
        shown=False,
        # The salt is in use until the request ends: the opening code unwraps its key with it.
        in_use=lambda request: request.state in LIVE_STATES,
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=LIVE_STATES, wrapped_private_key__isnull=False)
                | (~Q(state__in=LIVE_STATES) & Q(wrapped_private_key__isnull=True)),
                name="opening_key_lives_with_the_request",
            ),
        ]


class OpeningDecision(models.Model):
    """What one custodian said to one request. Append-only; one per custodian, whatever is clicked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(OpeningRequest, on_delete=models.PROTECT, related_name="decisions")
    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="decisions")
    approved = models.BooleanField()
    reason = models.TextField()
    salt = models.BinaryField()
    decided_at = models.DateTimeField(default=timezone.now)

    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),), cases="request__witness__case", fact="decision", shown=False
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["decided_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "custodian"], name="opening_decision_once_per_custodian"
            )
        ]


class ApprovalShare(models.Model):
    """A share resealed to an opening request's own key. Lives only until the request ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.OneToOneField(OpeningDecision, on_delete=models.PROTECT, related_name="resealed_share")
    index = models.PositiveSmallIntegerField()
    sealed_share = models.BinaryField()

    class Meta:
        default_permissions = ()
