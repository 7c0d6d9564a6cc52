"""Showing readable names for what entries name, where the house knows them, and finding what a reader types.

The log knows `user:<uuid>` and `evidence.evidenceitem <uuid>` alone. DADKHAH_LOG_NAMES may name a class (dotted path)
that knows more; it shows references and kinds, never a title, a file name or a witness. DADKHAH_ACTOR_RESOLVER may
name a function that names actors. Without them the log's own names are shown.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from audit.log import Subject

Resolver = Callable[[Collection[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader meant by what they typed; `case_used` where the case only told which one was meant."""

    subject: Subject
    case_used: bool = False


class Names(Protocol):
    """What the house knows of the things that entries name. Made anew for each page, so it may keep what it read."""

    def actors(self) -> Mapping[str, str]:
        """Every actor that a reader may choose, by its name in the log, in the order of showing."""

    def cases(self) -> Mapping[uuid.UUID, str]:
        """The reference of every case."""

    def subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, str]:
        """Words for each subject that the house knows: its kind and its reference."""

    def find(self, text: str, case_id: uuid.UUID | None) -> Found:
        """What a reader means by `text`, such as an exhibit's reference or number. Raises BadInput with a sentence."""


class LogsOwnNames:
    """For a log whose house tells nothing: identifiers are shown and looked for as they stand."""

    def actors(self) -> Mapping[str, str]:
        return {}

    def cases(self) -> Mapping[uuid.UUID, str]:
        return {}

    def subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, str]:
        return {}

    def find(self, text: str, case_id: uuid.UUID | None) -> Found:
        return Found(Subject("", text))


def house_names() -> Names:
    """Return what this house knows, to be asked while one page is made."""
    path = getattr(settings, "DADKHAH_LOG_NAMES", "")
    names: Names = import_string(path)() if path else LogsOwnNames()
    return names


def shown_names(actors: Collection[str]) -> dict[str, str]:
    """Return for each actor what to show: the resolver's answer, or the actor's own name in the log."""
    path = getattr(settings, "DADKHAH_ACTOR_RESOLVER", "")
    resolver: Resolver | None = import_string(path) if path else None
    known = resolver(set(actors)) if resolver and actors else {}
    return {actor: known.get(actor, actor) for actor in actors}


def shown_subject(subject: Subject, names: Mapping[Subject, str]) -> str:
    """Return the words for a subject, or its kind as the log has it."""
    return names.get(subject, subject.kind)
