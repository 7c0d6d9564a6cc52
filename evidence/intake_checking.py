"""A delivery against what the log said when it began: from whom things came and how is proof too."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from audit.actions import Action
from audit.models import Entry
from audit.private import sealed
from evidence.faults import Fault
from evidence.link_checking import kept_since
from evidence.models import Intake

_TOLD = (Action.INTAKE_STARTED.value, Action.VALUES_ERASED.value)
NAMES = ("source", "how_obtained", "consent_reference")


def intake_faults(intakes: Iterable[Intake]) -> list[Fault]:
    """Every delivery whose row is not what the log recorded, or that was written past the log."""
    logged: dict[str, list[dict[str, Any]]] = {}
    chosen = list(intakes)
    entries = Entry.objects.filter(subject_id__in=[str(one.pk) for one in chosen], action__in=_TOLD)
    for subject_id, body in entries.order_by("recorded_at", "id").values_list("subject_id", "body"):
        said = json.loads(bytes(body))
        logged.setdefault(subject_id, []).append({"action": said["action"], **said["facts"]})
    return [fault for one in chosen for fault in _faults(one, logged.get(str(one.pk), []))]


def _faults(intake: Intake, logged: list[dict[str, Any]]) -> list[Fault]:
    started = next((facts for facts in logged if facts["action"] == Action.INTAKE_STARTED.value), None)
    if started is None:
        return [
            Fault(
                intake.reference, "delivery_unlogged", _("The beginning of this delivery is not in the log.")
            )
        ]
    expected = {**started, **kept_since(intake.pk, logged)}
    try:
        changed = [name for name in NAMES if sealed(intake, name) != expected.get(name)]
    except ValueError:
        changed = ["salt"]
    sentence = _("Its record was altered: “%(name)s” is not what the audit log recorded.")
    return [Fault(intake.reference, "delivery_altered", sentence % {"name": name}) for name in changed]
