"""The house of two cases."""

from pathlib import Path

import pytest

from tests.architecture.furnished import furnished, own_copy
from tests.architecture.two_cases import House

__all__ = ["furnished"]


@pytest.fixture
def house(house: Path, furnished: tuple[Path, House], db: None) -> House:
    """The two cases, in a house with keys of its own."""
    return own_copy(house, furnished)
