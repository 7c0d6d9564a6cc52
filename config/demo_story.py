"""What the demo says while it works: numbered steps and plain sentences."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Story:
    """Tells the reader what is being done. `write` gets one line at a time, without its end."""

    write: Callable[[str], None]
    _steps: int = field(default=0, init=False)

    def step(self, title: str) -> None:
        """Begin the next numbered step."""
        self._steps += 1
        self.write(f"\n{self._steps}. {title}")

    def say(self, sentence: str) -> None:
        """Say what was done, under the step that it belongs to."""
        self.write(f"   {sentence}")
