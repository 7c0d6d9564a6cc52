import pytest
from django.db import IntegrityError, connection, transaction

from tests.witnesses.conftest import DANGER, IDENTITY, PASSPHRASES
from witnesses.alarms import acknowledge
from witnesses.emergencies import review_emergency
from witnesses.keeping_keys import declare_lost
from witnesses.models import WitnessAlarm
from witnesses.opening import approve, open_identity, request_emergency
from witnesses.revising import revise_identity

TABLES = {
    "witnesses_sealedidentity": "suite",
    "witnesses_keyshare": "sealed_share",
    "witnesses_openingdecision": "reason",
    "witnesses_revision": "reason",
    "witnesses_witnessalarm": "kind",
    "witnesses_alarmseen": "seen_at",
    "witnesses_emergencyreview": "reason",
    "witnesses_interview": "justification",
    "witnesses_interviewrecord": "care",
    "witnesses_statement": "remark",
    "witnesses_custodianevent": "reason",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["update", "delete", "replace", "truncate"])
def test_the_database_refuses_to_change_what_was_sealed_decided_or_told(
    witness, interview, statement, custodians, lawyer, auditor, table, act
):
    revise_identity(witness, identity=IDENTITY, reason="The first was misspelt", actor=lawyer)
    opening, code = request_emergency(witness, justification=DANGER, fields=["kin"], actor=lawyer)
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    open_identity(opening, opening_code=code, actor=lawyer)
    review_emergency(opening, justified=True, reason="I asked both", actor=auditor)
    acknowledge(WitnessAlarm.objects.get(), actor=auditor)
    declare_lost(custodians[0].custodian, reason="It is gone", actor=custodians[0])
    # PostgreSQL empties no table whose checks are outstanding, guarded or not: have them done now.
    connection.check_constraints()
    sqlite = connection.vendor == "sqlite"
    words = {
        "update": f"UPDATE {table} SET {TABLES[table]} = {TABLES[table]}",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        if sqlite
        else f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id",
        "truncate": f"DELETE FROM {table}" if sqlite else f"TRUNCATE {table} CASCADE",
    }[act]
    with (
        # A second one under the same number is refused for its number where that guard is asked first.
        pytest.raises(IntegrityError, match=r"append-only|takes the next number"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(words)
