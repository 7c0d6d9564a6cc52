"""Putting guards back where the language that they are written in was taken from them, on PostgreSQL."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from audit.actions import Action
from audit.errors import LanguageReplaced
from audit.guarding import restore_guards
from audit.guards import missing_guards
from audit.models import Entry
from tests.audit.conftest import CLERK
from tests.tampering import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

REPLACED = [
    "UPDATE pg_language SET lanplcallfoid = 'suppress_redundant_updates_trigger'::regproc WHERE lanname = 'plpgsql'",
    "UPDATE pg_proc SET prosrc = 'plpgsql_validator' WHERE oid = 'plpgsql_call_handler'::regproc",
    "UPDATE pg_proc SET probin = '/evil' WHERE oid = 'plpgsql_call_handler'::regproc",
    "UPDATE pg_proc SET prolang = (SELECT oid FROM pg_language WHERE lanname = 'internal'),"
    " prosrc = 'suppress_redundant_updates_trigger' WHERE oid = 'plpgsql_call_handler'::regproc",
]


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def refuses_change() -> bool:
    try:
        with transaction.atomic():
            run("DELETE FROM audit_entry")
    except DatabaseError as error:
        return "append-only" in str(error)
    return False


@pytest.mark.parametrize("statement", REPLACED)
def test_what_is_said_to_do_by_hand_gives_the_guards_their_language_back(statement: str, write) -> None:
    write(1)
    with as_owner():
        run(statement)
        missing = missing_guards(connection)
        with pytest.raises(LanguageReplaced) as refused:
            restore_guards(actor=CLERK)
        # Nothing was put back, and nothing says that it was; that it was found stands in the log.
        assert not Entry.objects.filter(action=Action.LOG_GUARDS_RESTORED.value).exists()
        found = Entry.objects.get(action=Action.ACCESS_REFUSED.value)
        assert (found.subject_kind, found.subject_id) == ("database", "guards")
        assert json.loads(bytes(found.body))["facts"] == {"kind": "language_replaced", "guards": missing}
        said = str(refused.value)
        assert "Keep a copy of the server" in said
        run(said[said.index("CREATE OR REPLACE FUNCTION") : said.rindex(";")])
        assert missing_guards(connection) == []
        assert refuses_change()


def test_a_language_that_is_whole_hinders_no_guard(write) -> None:
    write(1)
    with as_owner():
        run("DROP TRIGGER audit_entry_guard_rows ON audit_entry")
        assert restore_guards(actor=CLERK) == ["audit_entry_guard_rows"]
        assert refuses_change()
