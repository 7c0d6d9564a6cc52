import pytest
from django.db import IntegrityError, connection, transaction

from tests.witnesses.conftest import PASSPHRASES
from witnesses.opening import approve

TABLES = {
    "witnesses_sealedidentity": "suite",
    "witnesses_keyshare": "sealed_share",
    "witnesses_openingdecision": "reason",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["update", "delete", "replace", "truncate"])
def test_the_database_refuses_to_change_what_was_sealed_or_decided(ask, custodians, table, act):
    opening, _code = ask()
    approve(opening, passphrase=PASSPHRASES["custodian_a"], reason="Needed", actor=custodians[0])
    # PostgreSQL empties no table whose checks are outstanding, guarded or not: have them done now.
    connection.check_constraints()
    sqlite = connection.vendor == "sqlite"
    statement = {
        "update": f"UPDATE {table} SET {TABLES[table]} = {TABLES[table]}",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        if sqlite
        else f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id",
        "truncate": f"DELETE FROM {table}" if sqlite else f"TRUNCATE {table} CASCADE",
    }[act]
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
