"""The cast, and a fresh house for every test: own keys, own data folder."""

import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from accounts.users import create_user
from audit import sequencing
from audit.actors import Channel, SystemActor
from cases.membership import add_member, open_case
from cases.models import Case
from config.hardening import harden
from config.key_making import make_missing_keys
from tests.skipping import STRICT
from tests.tampering import let_flush_pass, tamper

PASSWORD = "correct horse battery staple"
SET_UP = SystemActor("set-up", Channel.COMMAND)

Hire = Callable[..., User]


@pytest.fixture(autouse=True, scope="session")
def _flush_passes_the_guards() -> Iterator[None]:
    """Lets pytest empty the append-only tables between transactional tests; nothing else gets past the guards."""
    with pytest.MonkeyPatch.context() as patch:
        let_flush_pass(patch)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """With DADKHAH_TEST_ROLE the tests run on PostgreSQL as the site does: as a role that owns nothing."""
    role = os.environ.get("DADKHAH_TEST_ROLE", "")
    if connection.vendor != "postgresql" or not role:
        return
    with django_db_blocker.unblock():
        harden(role, password=None, actor=SET_UP)
        tamper("TRUNCATE audit_entry, audit_unsequenced, audit_leaf, audit_tile")
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = role


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A page shown in Persian leaves its language in the thread; the next test starts in English all the same."""
    translation.activate("en")
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test sequences after its first commits, as a process does that had a rest: the one before may have had none."""
    monkeypatch.setattr(sequencing, "_pace", sequencing.Pace(burst=8, per_second=2))


@pytest.fixture(scope="session")
def _new_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house as it is at its first start: making keys waits for the disk, and each test would wait anew."""
    made = tmp_path_factory.mktemp("new-house")
    make_missing_keys(made / "keys", data=made / "data")
    return made


@pytest.fixture(autouse=True)
def house(_new_house: Path, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Keys and data of this test alone."""
    settings.DADKHAH_DATA_DIR = tmp_path / "data"
    settings.DADKHAH_KEYS_DIR = tmp_path / "keys"
    for name in ("keys", "data"):
        shutil.copytree(_new_house / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Call it when all is set up: from then on the database is a real file where the tests' SQLite is in memory.

    SQLite in shared memory has neither WAL nor a waiting time, and ends with its process: racing there, or killing,
    would prove nothing.
    """
    name, in_memory = connection.settings_dict["NAME"], connection.connection

    def move() -> None:
        if connection.vendor == "sqlite":
            path = tmp_path / "on_disk.sqlite3"
            with closing(sqlite3.connect(path)) as file:
                connection.connection.backup(file)
                # As a migrated house's file is: two that open another at once both switch it, and one is refused.
                file.execute("PRAGMA journal_mode=WAL")
            connection.connection, connection.settings_dict["NAME"] = None, str(path)

    yield move
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = in_memory, name


def engage(username: str, role: Role, *, full_name: str = "", language: str = "en") -> User:
    """A user with a role, hired by the set-up."""
    name = full_name or username.replace("_", " ").title()
    return create_user(
        username=username, full_name=name, role=role, password=PASSWORD, actor=SET_UP, language=language
    )


@pytest.fixture
def hire(db: None) -> Hire:
    """Makes a user with a role: `hire("parvin", Role.PARALEGAL)`."""
    return engage


@pytest.fixture
def paralegal(hire: Hire) -> User:
    return hire("parvin", Role.PARALEGAL)


@pytest.fixture
def lawyer(hire: Hire) -> User:
    return hire("laleh", Role.LAWYER)


@pytest.fixture
def outsider(hire: Hire) -> User:
    """A lawyer of the same office who is a member of no case."""
    return hire("omid", Role.LAWYER)


@pytest.fixture
def auditor(hire: Hire) -> User:
    return hire("arash", Role.AUDITOR)


@pytest.fixture
def custodian_a(hire: Hire) -> User:
    return hire("custodian_a", Role.CUSTODIAN)


@pytest.fixture
def custodian_b(hire: Hire) -> User:
    return hire("custodian_b", Role.CUSTODIAN)


@pytest.fixture
def custodian_c(hire: Hire) -> User:
    return hire("custodian_c", Role.CUSTODIAN)


@pytest.fixture
def administrator(hire: Hire) -> User:
    return hire("admin", Role.ADMINISTRATOR)


@pytest.fixture
def case(lawyer: User, paralegal: User) -> Case:
    """Opened by the lawyer; the paralegal is a member."""
    opened = open_case(reference="DK-1988-01", title="اعدام‌های ۱۳۶۷", actor=lawyer)
    add_member(opened, user=paralegal, actor=lawyer)
    return opened


@pytest.fixture
def other_case(outsider: User) -> Case:
    """A case of which only the outsider is a member."""
    return open_case(reference="DK-1988-02", title="Another matter", actor=outsider)


@pytest.fixture
def client_for() -> Callable[[User | None], Client]:
    """A browser without a browser, signed in as somebody (or as nobody)."""

    def make(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say aloud, in one line each, what could not be tried on this machine."""
    reasons = {
        str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if report.longrepr
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(f"NOT TRIED HERE: {reason}", yellow=True)


def pytest_collection_finish() -> None:
    """What was loaded so far stays: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the browser's journeys, and set aside what only the other database can show (CI runs both).

    With DADKHAH_TEST_ONLY=database what asks no database is left to the run on the other one, too.
    """
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
        for needed in item.iter_markers("program"):
            if shutil.which(needed.args[0]) is None:
                item.add_marker(pytest.mark.skip(reason=f"needs the program {needed.args[0]}"))
    if connection.vendor != "postgresql":
        _set_aside(config, items, "postgres", "needs PostgreSQL: name one in DATABASE_URL")
    else:
        _set_aside(config, items, "sqlite", "needs SQLite: name no database in DATABASE_URL")
    if os.environ.get("DADKHAH_TEST_ONLY") == "database":
        _leave_to_another_run(config, [item for item in items if not _asks_the_database(item)], items)
    if not os.environ.get("REDIS_URL"):
        _set_aside(config, items, "redis", "needs Redis: name one in REDIS_URL")
    if not os.environ.get("DADKHAH_TEST_S3"):
        _set_aside(config, items, "s3", "needs a real S3 server: .ci/ceph starts one and names it")


def _set_aside(config: pytest.Config, items: list[pytest.Item], marker: str, reason: str) -> None:
    """Skip aloud what needs a service. Where nothing may be skipped, leave it to the run that names the service."""
    marked = [item for item in items if item.get_closest_marker(marker)]
    if STRICT:
        _leave_to_another_run(config, marked, items)
    for item in marked:
        item.add_marker(pytest.mark.skip(reason=reason))


def _leave_to_another_run(config: pytest.Config, left: list[pytest.Item], items: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=left)
    kept = set(items) - set(left)
    items[:] = [item for item in items if item in kept]


def _asks_the_database(item: pytest.Item) -> bool:
    """Whether a test works on the database that is configured, or on Redis, which only that run names."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool({"db", "transactional_db"} & fixtures) or any(
        item.get_closest_marker(marker) for marker in ("django_db", "postgres", "redis")
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where nothing may be skipped, a skip is a failure."""
    report = yield
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped here: {report.longrepr[2]}"
    return report
