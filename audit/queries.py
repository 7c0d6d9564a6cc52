"""Reading the log for people: who may, what they look for, one entry, and the last of a kind."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.errors import EntryBroken, NotAReviewer, UnknownEntry, UnknownRun
from audit.log import Subject
from audit.models import Entry, Leaf, Unsequenced, VerificationRun

_DATED_LAST = 100


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reviewer looks for; empty means any. `since` is included, `until` is not.

    A subject without a kind fits every kind: ids are never used twice.
    """

    actions: frozenset[Action] = frozenset()
    actor: str = ""
    case_id: uuid.UUID | None = None
    channel: str = ""
    subject: Subject | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def period(self) -> Q:
        """The time alone."""
        within = Q()
        if self.since is not None:
            within &= Q(recorded_at__gte=self.since)
        if self.until is not None:
            within &= Q(recorded_at__lt=self.until)
        return within

    @property
    def columns(self) -> dict[str, list[Any]]:
        """The values that each column may have; a column that may have any is left out."""
        wanted: dict[str, list[Any]] = {
            "subject_id": [self.subject.id] if self.subject else [],
            "case_id": [self.case_id] if self.case_id else [],
            "actor": [self.actor] if self.actor else [],
            "action": sorted(action.value for action in self.actions),
            "channel": [self.channel] if self.channel else [],
            "subject_kind": [self.subject.kind] if self.subject and self.subject.kind else [],
        }
        return {name: values for name, values in wanted.items() if values}


def require_reviewer(user: Any) -> None:
    """Raise NotAReviewer unless the user may review the log.

    Entries hold neither content nor identities, so a reviewer may read them for every case.
    """
    if not (user.is_active and user.has_perm("audit.review_log")):
        raise NotAReviewer(_("Your role does not include reviewing the log. Ask an auditor."))


def entries_visible_to(user: Any) -> QuerySet[Entry]:
    """Return the entries that the user may read: all for a reviewer of the log. Raises NotAReviewer for others."""
    require_reviewer(user)
    return Entry.objects.all()


def find_entry(user: Any, entry_id: uuid.UUID) -> Entry:
    """Return one entry. Raises NotAReviewer, UnknownEntry, or EntryBroken for one that only the tree still names."""
    entry = entries_visible_to(user).select_related("leaf").filter(pk=entry_id).first()
    if entry is None and Leaf.objects.filter(entry_id=entry_id).exists():
        raise EntryBroken(
            _(
                "The tree of the log names this entry, and the database does not find it: it was removed, or an index "
                "was damaged or made to hide it. Have the log verified."
            )
        )
    if entry is None:
        raise UnknownEntry(_("The log has no entry with this id. Check the address."))
    return entry


def waits() -> Exists:
    """For a query of entries: whether one waits for its place in the tree."""
    return Exists(Unsequenced.objects.filter(pk=OuterRef("pk")))


def is_named(**column: Any) -> bool:
    """Whether any entry has this value in one of the columns that are found by an index."""
    return Entry.objects.filter(**column).exists()


def find_run(user: Any, run_id: uuid.UUID) -> VerificationRun:
    """Return one verification. Raises NotAReviewer or UnknownRun."""
    require_reviewer(user)
    run = VerificationRun.objects.filter(pk=run_id).first()
    if run is None:
        raise UnknownRun(_("No verification has this id. Check the address, or start a new one."))
    return run


def latest(action: Action) -> Entry | None:
    """Return the newest entry of one action by the order of the tree, or None."""
    return _by_the_tree(action).first()


def newest(action: Action) -> list[Entry]:
    """Return the newest entries of one action by the order of the tree, at most _DATED_LAST."""
    return list(_by_the_tree(action))


def _by_the_tree(action: Action) -> QuerySet[Entry]:
    """Looks among the _DATED_LAST that are dated last: a clock that went ahead for a while dated some of them."""
    last = (
        Entry.objects.filter(action=action.value).order_by("-recorded_at", "-id").values("pk")[:_DATED_LAST]
    )
    # What still waits for its place comes after all that has one.
    in_the_tree = F("leaf__index").desc(nulls_first=True)
    return Entry.objects.filter(pk__in=last).order_by(in_the_tree, "-recorded_at", "-id")
