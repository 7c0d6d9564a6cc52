"""One line of the table: a piece of work, what it took, and what it could take at best."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """`figure` and `floor` in `unit`; the ratio `figure / floor` should not pass `goal`."""

    work: str
    figure: float
    floor: float
    goal: float
    unit: str
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times its floor the work takes."""
        return self.figure / self.floor

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio <= self.goal


def seconds(work: Callable[[], object], *, after: Callable[[], object] | None = None) -> float:
    """The time of one run of `work`; `after` cleans up outside the time."""
    started = time.perf_counter()
    work()
    took = time.perf_counter() - started
    if after is not None:
        after()
    return took


def medians(*works: Callable[[], float]) -> list[float]:
    """The median time of each of `works` over RUNS rounds, taken in turn so that a noisy moment meets them
    all.
    """
    rounds = [[work() for work in works] for _round in range(RUNS)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]
