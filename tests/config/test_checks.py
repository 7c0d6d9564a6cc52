import sqlite3
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config import checks as ours
from config.environment import ROOT
from config.start import refuse_unsafe_start
from tests.migrated import put_database
from tests.tampering import as_owner, guards_lifted


def ids(found: list[checks.CheckMessage]) -> set[str]:
    return {message.id or "" for message in found}


def test_an_unsafe_production_start_is_refused_for_each_reason(settings):
    settings.DEBUG = True
    settings.SECRET_KEY = "unset: run make_keys"
    settings.ALLOWED_HOSTS = []
    settings.SESSION_COOKIE_SECURE = False
    assert ids(ours.production_is_strict()) == {
        "dadkhah.E001",
        "dadkhah.E002",
        "dadkhah.E003",
        "dadkhah.E004",
    }


def test_a_safe_production_start_is_allowed(settings):
    settings.DEBUG = False
    settings.SECRET_KEY = "k" * 64
    settings.ALLOWED_HOSTS = ["dadkhah.example"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    assert ours.production_is_strict() == []


def test_a_key_that_others_can_read_stops_the_start(settings):
    assert ours.keys_are_private() == []
    (settings.DADKHAH_KEYS_DIR / "vault.agekey").chmod(0o644)
    assert ids(ours.keys_are_private()) == {"dadkhah.E006"}


def test_a_data_folder_that_others_can_enter_stops_a_production_start(settings):
    assert ours.data_are_private() == []
    settings.DADKHAH_DATA_DIR.chmod(0o755)
    assert ids(ours.data_are_private()) == {"dadkhah.E012"}


def test_what_any_process_of_ours_writes_is_for_its_owner_alone(tmp_path):
    probe = "import os, django; django.setup(); print(oct(os.umask(0)))"
    ended = subprocess.run(
        ["/bin/sh", "-c", f"umask 0; exec '{sys.executable}' -c '{probe}'"],
        env={"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DADKHAH_HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == "0o77"


def test_keys_among_the_data_stop_the_start(settings):
    settings.DADKHAH_KEYS_DIR = settings.DADKHAH_DATA_DIR / "keys"
    assert "dadkhah.E005" in ids(ours.keys_are_private())


@pytest.mark.django_db
def test_the_database_of_these_tests_is_durable():
    assert ours.sqlite_is_durable(databases=["default"]) == []
    assert ours.postgresql_is_durable(databases=["default"]) == []


@pytest.mark.django_db
def test_sqlite_without_full_synchronisation_stops_the_start():
    if connection.vendor != "sqlite":
        assert ours.sqlite_is_durable(databases=["default"]) == []
        return
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        try:
            assert ids(ours.sqlite_is_durable(databases=["default"])) == {"dadkhah.E008"}
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")


@pytest.mark.django_db
def test_a_production_start_with_debug_on_is_refused_before_the_first_request(settings):
    settings.DADKHAH_PRODUCTION = True
    settings.DEBUG = True
    with pytest.raises(ImproperlyConfigured, match=r"dadkhah\.E001"):
        refuse_unsafe_start()


@pytest.mark.django_db
def test_a_missing_guard_stops_the_start_and_says_what_to_do():
    assert ours.guards_are_in_place(databases=["default"]) == []
    assert ours.guards_are_in_place(databases=None) == []
    with guards_lifted():
        found = ours.guards_are_in_place(databases=["default"])
    assert ids(found) == {"dadkhah.E014"}
    assert "audit_checkpoint_guard" in found[0].msg
    assert "verify_audit_log" in found[0].hint


@pytest.mark.postgres
@pytest.mark.django_db
def test_guards_that_were_put_to_sleep_stop_the_start():
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET relhastriggers = false WHERE relname LIKE 'audit%%'")
        found = ours.guards_are_in_place(databases=["default"])
    assert ids(found) == {"dadkhah.E014"}
    assert "audit_checkpoint_guard_rows" in found[0].msg


@pytest.mark.django_db
def test_a_migration_that_waits_stops_a_start_but_not_the_migration(settings):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'audit' AND name LIKE '0002%%'")
    with guards_lifted():
        assert ours.guards_are_in_place(databases=["default"]) == []
    settings.DADKHAH_PRODUCTION = False
    with pytest.raises(ImproperlyConfigured, match=r"E015.*manage\.py migrate"):
        refuse_unsafe_start()


@pytest.mark.postgres
@pytest.mark.django_db
def test_using_the_database_as_its_owner_is_told_in_production_alone(settings):
    settings.DADKHAH_PRODUCTION = False
    assert ours.role_owns_nothing(databases=["default"]) == []
    settings.DADKHAH_PRODUCTION = True
    assert ids(ours.role_owns_nothing(databases=["default"])) == {"dadkhah.W016"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE pg_monitor")
    assert ours.role_owns_nothing(databases=["default"]) == []


def test_a_worker_does_not_start_over_a_missing_guard(tmp_path):
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DADKHAH_HOME": str(tmp_path)}

    def run(*command):
        return subprocess.run(
            [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )

    put_database(tmp_path)
    assert run("manage.py", "make_keys").returncode == 0
    with sqlite3.connect(tmp_path / "data" / "dadkhah.sqlite3") as database:
        database.execute("DROP TRIGGER audit_entry_guard_update")
    refused = run("-m", "celery", "-A", "config", "worker", "--pool", "solo")
    assert refused.returncode == 1
    assert "dadkhah.E014" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_migrate_and_the_start_pass_on_a_fresh_database_and_after_it(tmp_path):
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DADKHAH_HOME": str(tmp_path)}
    start = "import django; django.setup(); from config.start import refuse_unsafe_start as s; s()"
    for command in (
        ["manage.py", "make_keys"],
        ["manage.py", "migrate"],
        ["manage.py", "migrate"],
        ["-c", start],
    ):
        ended = subprocess.run(
            [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr


def test_a_machine_without_a_closed_box_is_named_at_the_start_and_on_the_desk(
    monkeypatch: pytest.MonkeyPatch, administrator: User, client_for: Callable[[User], Client]
) -> None:
    assert ours.files_are_looked_into_in_a_closed_box() == []
    assert "without walls" not in client_for(administrator).get(reverse("desk")).content.decode()
    for module in ("config.checks", "config.desk"):
        monkeypatch.setattr(f"{module}.isolation", lambda: "bare")
    assert ids(ours.files_are_looked_into_in_a_closed_box()) == {"dadkhah.W023"}
    assert "without walls" in client_for(administrator).get(reverse("desk")).content.decode()


@pytest.mark.django_db
def test_a_database_that_answers_with_a_refusal_is_not_said_to_be_silent() -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM a_table_that_is_not_there")
    told = ours.unreadable(refused.value)
    assert told.id == "dadkhah.E025"
    assert "a_table_that_is_not_there" in told.msg
    assert ours.unreadable(InterfaceError("connection already closed")).id in {"dadkhah.E007", "dadkhah.E009"}
