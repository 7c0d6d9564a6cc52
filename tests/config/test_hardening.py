"""The role that the site runs as: a real one, logged in by its own password, that does the work and nothing else."""

import io
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from accounts.roles import Role
from audit.actors import SystemActor
from audit.checkpoints import sign_checkpoint
from audit.models import Entry, Leaf, Unsequenced
from audit.sequencing import sequence_pending
from audit.verification import verify_log
from cases.membership import open_case
from config.checks import role_owns_nothing
from config.hardening import BadRole, NotPostgres, harden, owns_the_log
from dossiers.requests import request_dossier
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import CustodyEvent
from tests.conftest import Hire
from tests.tampering import as_owner

CLERK = SystemActor("clerk")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def role() -> Iterator[str]:
    """A role of this test's own: roles belong to the whole server."""
    name = f"hardened_{secrets.token_hex(4)}"
    yield name
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone():
            cursor.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


@pytest.fixture
def as_the_site(role: str, tmp_path: Path) -> Iterator[None]:
    """The application's own connection, logged in as that role."""
    path = tmp_path / "password"
    with as_owner():
        call_command("harden_database", role=role, password_file=path)
    owner = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "OPTIONS")}
    options = {key: value for key, value in owner["OPTIONS"].items() if key != "assume_role"}
    site = {"USER": role, "PASSWORD": path.read_text().strip(), "OPTIONS": options}
    connection.close()
    connection.settings_dict.update(site)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(owner)


@pytest.mark.postgres
def test_the_site_does_its_work_as_a_role_that_owns_nothing(
    hire: Hire, as_the_site: None, settings: Any
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user, current_user")
        assert cursor.fetchone() == (True, connection.settings_dict["USER"])
    assert not owns_the_log()
    settings.DADKHAH_PRODUCTION = True
    assert role_owns_nothing(databases=["default"]) == []
    lawyer = hire("laleh", Role.LAWYER)
    case = open_case(reference="DK-1", title="A case", actor=lawyer)
    facts = IntakeFacts(source="a family", original_name="letter.txt", case=case)
    item = ingest_evidence(io.BytesIO(b"a letter"), facts=facts, actor=lawyer)
    assert CustodyEvent.objects.filter(item=item).exists()
    assert request_dossier(case, purpose="for a prosecutor abroad", actor=lawyer).pk
    sequence_pending(wait=True)  # a busy process leaves some to the next turn
    assert Leaf.objects.count() == Entry.objects.count() > 0
    assert not Unsequenced.objects.exists()
    assert sign_checkpoint(actor=CLERK).note
    assert verify_log().ok
    assert User.objects.filter(pk=lawyer.pk).update(full_name="Laleh") == 1


STATEMENTS = [
    "UPDATE audit_entry SET actor = 'nobody'",
    "DELETE FROM audit_leaf",
    "TRUNCATE audit_tile",
    "INSERT INTO audit_leaf VALUES (1, gen_random_uuid(), '') ON CONFLICT (leaf_index) DO UPDATE SET leaf_hash = ''",
    "MERGE INTO audit_leaf l USING audit_leaf m ON l.leaf_index = m.leaf_index WHEN MATCHED THEN DELETE",
    "UPDATE evidence_custodyevent SET agent = 'x'",
    "DELETE FROM witnesses_openingdecision",
    "UPDATE django_migrations SET name = 'x'",
    "UPDATE auth_permission SET codename = 'x'",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "ALTER TABLE audit_entry ADD COLUMN mine text",
    "DROP TABLE audit_entry",
    "DROP TRIGGER audit_entry_guard_rows ON audit_entry",
    "SET session_replication_role = replica",
    "CREATE RULE mine AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
    "CREATE TABLE mine (id int)",
    "CREATE TEMP TABLE audit_entry (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "COPY audit_entry FROM PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "SELECT pg_read_file('PG_VERSION')",
]


def sqlstate(statement: str) -> str:
    """What the server answers to the statement; empty where it does it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", error))
    return ""


@pytest.mark.postgres
def test_that_role_is_refused_everything_that_touches_the_past(as_the_site: None) -> None:
    outcome = {statement: sqlstate(statement) for statement in STATEMENTS}
    assert outcome == dict.fromkeys(STATEMENTS, "42501")  # insufficient_privilege


@pytest.mark.postgres
def test_it_can_be_run_again_and_gives_a_new_table_its_rights(role: str) -> None:
    with as_owner():
        first = harden(role, password=None, actor=CLERK)
        assert harden(role, password=None, actor=CLERK) == first
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE later (id int)")
            cursor.execute(f"SELECT has_table_privilege('{role}', 'later', 'INSERT')")
            assert cursor.fetchone() == (True,)
            cursor.execute(f"SELECT has_table_privilege('{role}', 'later', 'UPDATE')")
            assert cursor.fetchone() == (False,)
            transaction.set_rollback(True)
    assert Entry.objects.filter(action="log.database_hardened").count() == 2


@pytest.mark.postgres
def test_it_refuses_a_role_that_can_do_more(role: str) -> None:
    with as_owner():
        with pytest.raises(BadRole, match="for this alone"):
            harden("postgres", password=None, actor=CLERK)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {role}; GRANT pg_execute_server_program TO {role}")
        with pytest.raises(BadRole, match="for this alone"):
            harden(role, password=None, actor=CLERK)
        with pytest.raises(BadRole, match="Latin letters"):
            harden('x"; DROP TABLE audit_entry; --', password=None, actor=CLERK)
    assert not Entry.objects.exists()


@pytest.mark.postgres
def test_the_password_is_made_private_kept_and_never_shown(role: str, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "password"
    with as_owner():
        call_command("harden_database", role=role, password_file=path)
        password = path.read_text().strip()
        call_command("harden_database", role=role, password_file=path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().strip() == password
        assert len(password) >= 32
        said = capsys.readouterr().out
        assert password not in said
        assert f"postgres://{role}:PASSWORD" in said
        path.chmod(0o644)
        with pytest.raises(BadRole, match="chmod 600"):
            call_command("harden_database", role=role, password_file=path)


def test_a_password_file_that_cannot_be_used_is_named_and_nothing_is_done(db: None, tmp_path: Path) -> None:
    (tmp_path / "no-text").write_bytes(b"\xff\xfe")
    (tmp_path / "no-text").chmod(0o600)
    for name in (".", "no/where", "no-text"):
        with as_owner(), pytest.raises(BadRole, match=str(tmp_path / name)):
            call_command("harden_database", password_file=tmp_path / name)
    assert not Entry.objects.exists()


@pytest.mark.sqlite
def test_on_sqlite_it_says_that_there_are_no_roles() -> None:
    with pytest.raises(NotPostgres, match="SQLite"):
        harden("dadkhah_app", password=None, actor=CLERK)
