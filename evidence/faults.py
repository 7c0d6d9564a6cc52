"""What a verification finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: with which item, what kind, and a sentence for a person."""

    item: str
    kind: str
    sentence: str
