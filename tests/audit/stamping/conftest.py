"""An authority with its desk, listed among the keys of the house."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from audit.checkpoints import sign_checkpoint
from audit.models import Checkpoint, Entry
from audit.stamping.authorities import FILE
from tests.audit.conftest import CLERK
from tests.audit.stamping.local_authority import Desk, LocalAuthority, honest, write_list


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    return LocalAuthority.found(tmp_path / "authority")


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Desk]]:
    """Opens a web server that behaves as it is told: `open_desk(honest(authority))`."""
    desks: list[Desk] = []

    def make(behaviour: Any) -> Desk:
        desks.append(Desk(behaviour))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(authority: LocalAuthority, open_desk: Callable[..., Desk]) -> Desk:
    return open_desk(honest(authority))


@pytest.fixture
def listed(house: Path, settings: Any) -> Callable[..., Path]:
    """Writes the list of authorities: `listed(authority.entry("local", desk.url))`."""
    return lambda *entries: write_list(Path(settings.DADKHAH_KEYS_DIR) / FILE, *entries)


@pytest.fixture
def local(authority: LocalAuthority, desk: Desk, listed: Callable[..., Path]) -> LocalAuthority:
    """The authority, listed under the name `local`."""
    listed(authority.entry("local", desk.url))
    return authority


@pytest.fixture
def checkpoint(log_key: Any, write: Callable[[int], list[Entry]]) -> Checkpoint:
    """A signed checkpoint over three entries."""
    with transaction.atomic():
        write(3)
    return sign_checkpoint(actor=CLERK)
