"""The closed words of unpacking: how far it is, and what became of each member."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnpackingState(models.TextChoices):
    """How far the looking into an item is."""

    ASKED = "asked", _("Being looked into")
    LISTED = "listed", _("Listed")
    TAKING = "taking", _("Being taken out")
    FAILED = "failed", _("Could not be looked into")


class MemberState(models.TextChoices):
    """What became of a member."""

    LISTED = "listed", _("Inside only")
    ASKED = "asked", _("Waits to be taken out")
    TAKEN = "taken", _("An item of its own")
    LEFT = "left", _("Stays inside")
    FAILED = "failed", _("Could not be taken out")


UNDER_WAY = (UnpackingState.ASKED, UnpackingState.TAKING)
