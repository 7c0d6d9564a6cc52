"""What the page of an exhibit says of the witnesses that it depends on; `config` puts it there."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from evidence.sections.section import Asking, Section
from witnesses.dependence_queries import dependences_on
from witnesses.depending import DECLARE


def facts(asking: Asking) -> dict[str, Any] | None:
    """The dependences within the reader's cases; no section for whoever may know nothing of witnesses."""
    if not asking.user.has_perm(DECLARE):
        return None
    return {"dependences": list(dependences_on(asking.item, user=asking.user))}


SECTION = Section("witnesses", _("Witnesses it depends on"), facts)
