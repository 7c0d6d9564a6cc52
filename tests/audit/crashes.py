"""Stopping the machine at one chosen moment of writing: when a file is made durable or takes its name."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


class Killed(BaseException):
    """The machine stops here."""


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """Raise Killed in place of the `step`-th fsync or rename inside the block."""
    count = 0

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                raise Killed
            return real(*words, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", dying(os.fsync))
        patch.setattr(Path, "replace", dying(Path.replace))
        yield
