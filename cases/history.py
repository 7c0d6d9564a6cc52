"""What was done in a case, in words, for its members."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import Action
from audit.commitments import find
from audit.explorer import EntryPage, page_of
from audit.fact_words import label_of
from audit.models import Entry
from audit.names import shown_names
from audit.queries import Filters
from audit.resolving import facts_of, resolve
from cases.models import Case

_ACTIONS = {action.value: action for action in Action}
# Facts that name a colleague.
_PEOPLE = ("member", "approved_by", "party")


@dataclass(frozen=True, slots=True)
class Detail:
    """One value that an entry speaks of; None where this reader may not know it, or nobody any more."""

    label: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for a reader: the act in words, who did it, and what it was about."""

    entry: Entry
    sentence: str
    who: str
    called: str
    details: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class History:
    """One page of a case's history, newest first, with the marks of its neighbours."""

    lines: tuple[Line, ...]
    page: EntryPage


def history_of(case: Case, *, user: User, older_than: str = "", newer_than: str = "") -> History:
    """One page of the log of a case of which the user is a member.

    The number of queries does not grow with the page. Raises BadInput for a mark that we did not give out.
    """
    page = page_of(Filters(case_id=case.pk), older_than=older_than, newer_than=newer_than, bodies=True)
    facts = {entry.pk: facts_of(entry) for entry in page.entries}
    known = resolve(page.entries, case_id=case.pk, user=user)
    people = {str(held[name]) for held in facts.values() for name in _PEOPLE if name in held}
    names = shown_names({entry.actor for entry in page.entries} | people)
    lines = tuple(
        Line(
            entry,
            sentence=_sentence(entry),
            who=names[entry.actor],
            called=known.called.get((entry.subject_kind, entry.subject_id), ""),
            details=_details(facts[entry.pk], known.texts, names),
        )
        for entry in page.entries
    )
    return History(lines, page)


def _sentence(entry: Entry) -> str:
    action = _ACTIONS.get(entry.action)
    return str(action.sentence) if action else _("Unknown action")


def _details(facts: dict[str, Any], texts: Mapping[str, str], names: Mapping[str, str]) -> tuple[Detail, ...]:
    labels = {"member": _("Member"), "approved_by": _("Approved by"), "party": _("Handed over to")}
    plain = [Detail(labels[name], names[str(facts[name])]) for name in _PEOPLE if name in facts]
    # What was kept at an erasure is not what the act was about.
    about = {name: value for name, value in facts.items() if name != "kept"}
    private = [Detail(label_of(found.name), texts.get(found.commitment)) for found in find(about)]
    return (*plain, *private)
