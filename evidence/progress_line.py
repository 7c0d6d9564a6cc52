"""How far a command is, on the last line of a terminal; nothing at all where its output goes elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

_EVERY_SECONDS = 0.2
# A rate measured over less than this says nothing.
_SETTLED_SECONDS = 2
_CLEAR = "\r\x1b[K"


class ProgressLine:
    """One line that is written anew in its place. `total` is how many files there are in all."""

    def __init__(self, terminal: TextIO, *, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._terminal, self._total, self._clock = terminal, total, clock
        self._started = clock()
        self._shown_at: float | None = None

    def show(self, done: int, *, failed: int = 0) -> None:
        """Say how far it is, five times a second at most."""
        now = self._clock()
        if self._shown_at is None or now - self._shown_at >= _EVERY_SECONDS or done >= self._total:
            self._shown_at = now
            self._terminal.write(_CLEAR + self.words(done, failed=failed))
            self._terminal.flush()

    def clear(self) -> None:
        """Leave the line to other words; the next `show` writes it again."""
        if self._shown_at is not None:
            self._terminal.write(_CLEAR)
            self._terminal.flush()

    def words(self, done: int, *, failed: int = 0) -> str:
        """Such as `1,200 of 10,000 files · 310 a second · about 29 seconds left · 2 failed`."""
        parts = [f"{done:,} of {self._total:,} files"]
        took = self._clock() - self._started
        if done and took >= _SETTLED_SECONDS:
            rate = done / took
            parts.append(f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.0f} a minute")
            parts.append(f"about {_duration((self._total - done) / rate)} left")
        if failed:
            parts.append(f"{failed:,} failed")
        return " · ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 90 * 60 else f"{seconds / 3600:.1f} hours"
