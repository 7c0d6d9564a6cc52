"""Who acts, and through which channel. An actor is always spoken, never taken from a thread or a request."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Channel(StrEnum):
    """The way by which an act reached us."""

    PAGE = "page"
    COMMAND = "command"
    TASK = "task"
    PROGRAM = "program"

    @property
    def label(self) -> Promise:
        """The channel for a reader, in the reader's language."""
        return _CHANNELS[self]


_CHANNELS: dict[Channel, Promise] = {
    Channel.PAGE: _("a page"),
    Channel.COMMAND: _("a command"),
    Channel.TASK: _("a task"),
    Channel.PROGRAM: _("a program"),
}


class Actor(Protocol):
    """Whoever can be named as the author of an act; a user is one, and so are the two classes below."""

    @property
    def audit_name(self) -> str:
        """A name that names nobody outside our register, such as `user:<uuid>`; printable ASCII."""

    @property
    def channel(self) -> str:
        """One of `Channel`."""


@dataclass(frozen=True, slots=True)
class SystemActor:
    """A part of Dadkhah that acts by itself, such as the task that identifies formats."""

    name: str
    channel: Channel = Channel.TASK

    @property
    def audit_name(self) -> str:
        return f"system:{self.name}"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has not signed in."""

    channel: Channel = Channel.PAGE

    @property
    def audit_name(self) -> str:
        return "visitor"
