"""Views of the register that a reader keeps for themselves."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from evidence import private_values
from evidence.models.identified import Identified


class RegisterView(Identified):
    """What one reader looks for again and again: filters and order, as the address of the register holds them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="register_views"
    )
    name = PrivateCharField(max_length=80)
    query = PrivateTextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE = private_values.VIEW

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="view_named_once_by_its_reader")]

    def __str__(self) -> str:
        return str(self.pk)
