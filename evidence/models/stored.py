"""The stored bytes."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from audit.unlogged import InTheLog
from evidence.digests import DigestField
from evidence.models.identified import Identified
from evidence.vocabulary import OBJECT_FORMAT, MoreDigest


class StoredObject(Identified):
    """One sequence of bytes in the vault; every receipt of the same bytes points here."""

    name = models.CharField(max_length=128, unique=True)
    sha256 = DigestField("sha256", unique=True)
    size = models.PositiveBigIntegerField()
    stored_blake3 = DigestField("blake3")
    stored_size = models.PositiveBigIntegerField()
    format = models.CharField(max_length=16, default=OBJECT_FORMAT)
    key_id = models.CharField(max_length=128)
    # Nothing rests on the bytes any more: they are to go, and they are gone.
    removal_asked_at = models.DateTimeField(null=True, blank=True)
    # From here on nobody keeps them: their name is one of the removals, and whoever brings them again gets another.
    removal_begun_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(default=timezone.now)
    # When it was last read, so that what is due is found by an index; the readings themselves are the record.
    checked_at = models.DateTimeField(default=timezone.now)
    scrubbed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["checked_at", "id"], name="object_by_check"),
            models.Index(fields=["scrubbed_at", "id"], name="object_by_scrub"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(format=OBJECT_FORMAT), name="object_format_known"),
            models.CheckConstraint(condition=~Q(name=""), name="object_named"),
            models.CheckConstraint(
                condition=Q(stored_size__gt=models.F("size")), name="object_encrypted_is_longer"
            ),
        ]

    @property
    def is_going(self) -> bool:
        """Whether the bytes are to be removed, or were."""
        return self.removal_asked_at is not None

    def __str__(self) -> str:
        return self.name


class Removal(Identified):
    """That the store is told to remove what lies under a name, which is never again that of anything recorded.

    The store is told outside of every transaction, once or many times: however late it does what it was told, it can
    only mean what stood under this name. Looked at again afterwards, at growing distances, for bytes that somebody was
    about to put there when the removal began.
    """

    object = models.ForeignKey(StoredObject, on_delete=models.PROTECT, related_name="removals")
    name = models.CharField(max_length=128, unique=True)
    # The bytes that come after the removal have the next one. 0 where no turn ends: their key was changed.
    turn = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(default=timezone.now)
    # Somebody is at it; this keeps others away meanwhile.
    taken_up_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["look_at"], name="removal_by_look")]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="removal_named")]

    def __str__(self) -> str:
        return self.name


class ObjectDigest(Identified):
    """A further digest of an object's content, computed in the same reading in which the old one verified.

    The table takes new rows and nothing else.
    """

    object = models.ForeignKey(StoredObject, on_delete=models.PROTECT, related_name="digests")
    algorithm = models.CharField(max_length=16, choices=MoreDigest)
    value = models.BinaryField(max_length=64, editable=False)
    computed_at = models.DateTimeField(default=timezone.now)
    verified_with = models.CharField(max_length=16, default="sha256")

    IN_THE_LOG = InTheLog(written="computed_at", about="object")

    class Meta:
        default_permissions = ()
        ordering = ["algorithm"]
        constraints = [
            models.UniqueConstraint(fields=["object", "algorithm"], name="digest_once_by_an_algorithm"),
            models.CheckConstraint(
                condition=Q(algorithm=MoreDigest.SHA512) & Q(Exact(Length("value"), 64))
                | Q(algorithm=MoreDigest.SHA3_256) & Q(Exact(Length("value"), 32)),
                name="digest_of_its_algorithms_length",
            ),
            models.CheckConstraint(condition=Q(verified_with="sha256"), name="digest_verified_with_known"),
        ]

    @property
    def hex(self) -> str:
        """The digest in lower-case hexadecimal digits."""
        return bytes(self.value).hex()
