"""The house of two cases, furnished once for a module: to furnish it takes longer than most tests in it.

A module that asks for it holds no test with real transactions.
"""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.test import TestCase, override_settings
from django.utils import translation

from tests.architecture.two_cases import House, furnish
from tests.conftest import engage


@pytest.fixture(scope="module")
def furnished(
    request: pytest.FixtureRequest,
    _new_house: Path,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, House]]:
    """The house, and the folder of its keys and data; in a transaction that is undone after the module's last test."""
    beside = [item for item in request.session.items if item.path == request.path]
    marks = [mark for item in beside for mark in item.iter_markers("django_db")]
    assert not any(mark.kwargs.get("transaction") for mark in marks), (
        "move real transactions to another module"
    )
    home = tmp_path_factory.mktemp("furnished")
    shutil.copytree(_new_house, home, dirs_exist_ok=True)
    own = override_settings(DADKHAH_KEYS_DIR=home / "keys", DADKHAH_DATA_DIR=home / "data")
    with django_db_blocker.unblock():
        around = TestCase._enter_atomics()
        try:
            with own, translation.override("en"):
                made = furnish(engage)
            yield home, made
        finally:
            TestCase._rollback_atomics(around)


@pytest.fixture
def house(house: Path, furnished: tuple[Path, House], db: None) -> House:
    """The two cases for one test alone, whose rows stand in a savepoint: copies of the files and of the objects."""
    made_in, made = furnished
    for name in ("keys", "data"):
        shutil.copytree(made_in / name, house / name, dirs_exist_ok=True)
    return deepcopy(made)
