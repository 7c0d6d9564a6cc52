"""Entries as a reader sees them: a sentence, who, through what, about what, in which case."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audit.actions import Action
from audit.log import Subject
from audit.models import Entry
from audit.names import Names, shown_names, shown_subject

_ACTIONS = {action.value: action for action in Action}


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry in words."""

    entry: Entry
    sentence: str
    who: str
    about: str
    case: str


def in_words(entries: Sequence[Entry], names: Names) -> list[ShownEntry]:
    """Return each entry in words, asking the house once for all of them."""
    actors = shown_names({entry.actor for entry in entries})
    subjects = names.subjects({subject_of(entry) for entry in entries})
    cases = _cases({entry.case_id for entry in entries if entry.case_id}, names)
    return [
        ShownEntry(
            entry=entry,
            sentence=sentence_of(entry.action),
            who=actors[entry.actor],
            about=shown_subject(subject_of(entry), subjects),
            case=cases.get(entry.case_id, "") if entry.case_id else "",
        )
        for entry in entries
    ]


def subject_of(entry: Entry) -> Subject:
    """What the entry is about."""
    return Subject(entry.subject_kind, entry.subject_id)


def sentence_of(action: str) -> str:
    """The sentence of an action. A tampered row may hold one that is not in the vocabulary: the page must open."""
    known = _ACTIONS.get(action)
    return str(known.sentence) if known else _("Unknown action")


def _cases(ids: Collection[uuid.UUID], names: Names) -> Mapping[uuid.UUID, str]:
    return names.cases() if ids else {}
