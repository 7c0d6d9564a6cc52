"""One file inside another, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from evidence.containers.words import Why
from evidence.errors import EvidenceError

LONGEST_NAME = 4096


class MemberFailed(EvidenceError):
    """A member, or what holds it, cannot be read; `why` says it in one of our words."""

    def __init__(self, why: Why) -> None:
        super().__init__(str(why.label))
        self.why = why


@dataclass(frozen=True, slots=True)
class Limits:
    """What is unfolded at most. Sizes in bytes; `ratio` is unfolded by packed, looked at beyond `free`."""

    members: int = 50_000
    member_bytes: int = 20 * 1024**3
    total_bytes: int = 100 * 1024**3
    ratio: int = 250
    free: int = 64 * 1024**2
    header_bytes: int = 1024**2
    message_bytes: int = 64 * 1024**2
    parts: int = 1000
    nesting: int = 5


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Member:
    """A member as its container names it. `name` is text and never a path of ours; `size` is what is said of it.

    `number` counts from 1 in the container's own order: names may come twice. `why` says why it cannot be taken out.
    `opened` gives its bytes, once, and only until the next member is asked for; its reading raises MemberFailed.
    """

    number: int
    name: str
    size: int | None
    modified: str = ""
    why: Why | None = None
    opened: Callable[[], BinaryIO] | None = None
