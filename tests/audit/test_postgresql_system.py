"""The system's own operators, functions and aggregates, led elsewhere by whoever rules the server."""

from collections.abc import Callable

import pytest
from django.db import connection

from audit import postgresql_raw, postgresql_system
from audit.faults import FaultKind
from audit.models import Entry
from audit.postgresql_path import system_names
from audit.postgresql_system import system_faults
from audit.structure import database_faults
from audit.verification import verify_log
from tests.tampering import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

# Each answers as the system's own does: what is to be seen is that it was put there, not what it could say.
OURS = """
    CREATE SCHEMA elsewhere;
    CREATE FUNCTION elsewhere.agg(bytea, bytea, bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1 || $2';
    CREATE FUNCTION elsewhere.numeq(numeric, numeric) RETURNS bool LANGUAGE plpgsql STRICT IMMUTABLE
        AS 'BEGIN RETURN numeric_cmp($1, $2) OPERATOR(pg_catalog.=) 0; END';
    CREATE FUNCTION elsewhere.int8eq(bigint, bigint) RETURNS bool LANGUAGE plpgsql STRICT IMMUTABLE
        AS 'BEGIN RETURN btint8cmp($1, $2) OPERATOR(pg_catalog.=) 0; END';
    CREATE FUNCTION elsewhere.texteq(text, text) RETURNS bool LANGUAGE plpgsql STRICT IMMUTABLE
        AS 'BEGIN RETURN bttextcmp($1, $2) OPERATOR(pg_catalog.=) 0; END';
    CREATE FUNCTION elsewhere.oideq(oid, oid) RETURNS bool LANGUAGE internal STRICT IMMUTABLE AS 'oideq';
    CREATE FUNCTION elsewhere.cmp(text, text) RETURNS int LANGUAGE plpgsql STRICT IMMUTABLE
        AS 'BEGIN RETURN text_larger($1, $2) IS NOT NULL; EXCEPTION WHEN OTHERS THEN RETURN 0; END';
    CREATE FUNCTION elsewhere.out(uuid) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'uuid_out';
    CREATE FUNCTION elsewhere.number(regproc) RETURNS oid LANGUAGE plpgsql STRICT IMMUTABLE
        AS 'BEGIN RETURN 67; END';
    SET LOCAL allow_system_table_mods = on;
"""
FROM_OUTSIDE = "of the system, leads to a function that the installation did not make"
NOT_INTERNAL = "of the system, leads to a function that is no internal function"
LED_ELSEWHERE = [
    (
        "UPDATE pg_aggregate SET aggtransfn = 'elsewhere.agg(bytea,bytea,bytea)'::regprocedure, aggtranstype = 17,"
        " aggfinalfn = 0, aggcombinefn = 0, aggserialfn = 0, aggdeserialfn = 0"
        " WHERE aggfnoid = 'string_agg(bytea,bytea)'::regprocedure",
        ("aggregate 3545", FROM_OUTSIDE),
    ),
    (
        "UPDATE pg_operator SET oprcode = 'elsewhere.numeq'::regproc WHERE oid = 1752",
        ("operator 1752", FROM_OUTSIDE),
    ),
    (
        "UPDATE pg_operator SET oprcode = 'elsewhere.int8eq'::regproc WHERE oid = 410",
        ("operator 410", FROM_OUTSIDE),
    ),
    (
        "UPDATE pg_operator SET oprcode = 'elsewhere.texteq'::regproc WHERE oid = 98",
        ("operator 98", FROM_OUTSIDE),
    ),
    (
        "UPDATE pg_amproc SET amproc = 'elsewhere.cmp'::regproc WHERE amprocfamily = 1994 AND amproclefttype = 25"
        " AND amprocrighttype = 25 AND amprocnum = 1 RETURNING oid",
        ("support function", FROM_OUTSIDE),
    ),
    (
        "UPDATE pg_proc SET prolang = 14, provolatile = 's', proisstrict = false, proleakproof = false,"
        " prosupport = 0, prosrc = 'SELECT pg_catalog.bttextcmp($1, $2) OPERATOR(pg_catalog.=) 0' WHERE oid = 67",
        ("function 67", "of the system, is no internal function"),
    ),
    # Named by no index: only found by what it is.
    (
        "UPDATE pg_proc SET prolang = 14, prosrc = 'SELECT true' WHERE proname = 'textne'",
        ("function 157", ""),
    ),
    (
        "UPDATE pg_proc SET oid = 15999 WHERE oid = 'elsewhere.numeq'::regproc;"
        "UPDATE pg_operator SET oprcode = 15999 WHERE oid = 1753",
        ("operator 1753", NOT_INTERNAL),
    ),
    (
        "UPDATE pg_proc SET prosupport = 'elsewhere.oideq'::regproc WHERE oid = 870",
        ("function 870", FROM_OUTSIDE),
    ),
    (
        "UPDATE pg_operator SET oprcode = 0 WHERE oid = 1752",
        ("operator 1752", "of the system, leads to no function"),
    ),
    (
        "UPDATE pg_operator SET oprcode = 'numeric_ne'::regproc WHERE oid = 1752",
        ("operator 1752", "of the system, leads to the function of another operator"),
    ),
    ("UPDATE pg_type SET typoutput = 'elsewhere.out'::regproc WHERE oid = 2950", ("type 2950", FROM_OUTSIDE)),
    (
        "UPDATE pg_cast SET castmethod = 'f', castfunc = 'elsewhere.number'::regproc"
        " WHERE castsource = 24 AND casttarget = 26",
        ("cast", FROM_OUTSIDE),
    ),
    (
        "CREATE OPERATOR elsewhere.= (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = elsewhere.numeq);"
        "UPDATE pg_amop SET amopopr = 'elsewhere.=(numeric,numeric)'::regoperator"
        " WHERE amopopr = 1752 AND amopmethod = 403",
        ("operator of a family", "of the system, leads to what the installation did not make"),
    ),
    (
        "CREATE OPERATOR CLASS elsewhere.mine FOR TYPE numeric USING btree AS STORAGE numeric;"
        "UPDATE pg_opclass SET opcdefault = (opcname = 'mine') WHERE opcmethod = 403 AND opcintype = 1700",
        ("operator class", "the default for a type of the system"),
    ),
    (
        "CREATE VIEW elsewhere.copy AS SELECT * FROM pg_cast;"
        "UPDATE pg_class SET relname = 'own' WHERE oid = 2605;"
        "UPDATE pg_class SET relname = 'pg_cast', relnamespace = 11 WHERE oid = 'elsewhere.copy'::regclass",
        ("table pg_cast", "is not the table of the system"),
    ),
    (
        "CREATE TABLE elsewhere.copy AS SELECT * FROM pg_operator;"
        "CREATE VIEW elsewhere.shown AS SELECT * FROM elsewhere.copy;"
        "UPDATE pg_operator SET oprcode = 'elsewhere.numeq'::regproc WHERE oid = 1752;"
        "UPDATE pg_rewrite SET ev_class = 2617 WHERE ev_class = 'elsewhere.shown'::regclass;"
        "UPDATE pg_class SET relhasrules = true WHERE oid = 2617",
        ("table 2617", "of the system, is read by a rule"),
    ),
    (
        "UPDATE pg_operator SET oprowner = oprcode::oid WHERE oid < 16384;"
        "UPDATE pg_operator SET oprcode = 'elsewhere.numeq'::regproc WHERE oid = 1752;"
        "UPDATE pg_attribute SET attname = 'x' WHERE attrelid = 2617 AND attnum = 13;"
        "UPDATE pg_attribute SET attname = 'oprcode' WHERE attrelid = 2617 AND attnum = 4",
        ("column pg_operator.oprcode", "of the system, is read in the place of another"),
    ),
]


def run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


def found() -> list[tuple[str, str]]:
    with system_names(connection, []) as (cursor, _places):
        return list(system_faults(cursor))


def test_what_the_installation_made_is_no_fault() -> None:
    assert found() == []


@pytest.mark.parametrize(("edit", "fault"), LED_ELSEWHERE, ids=[edit[:60] for edit, _fault in LED_ELSEWHERE])
def test_a_row_of_the_system_that_leads_elsewhere_is_named(edit: str, fault: tuple[str, str]) -> None:
    place, detail = fault
    with as_owner():
        run(OURS)
        assert found() == []
        run(edit)
        seen = found()
    assert [one for one in seen if one[0].startswith(place) and one[1].startswith(detail)]


def test_the_verification_names_it(write: Callable[[int], list[Entry]]) -> None:
    write(3)
    with as_owner():
        run(OURS + LED_ELSEWHERE[2][0])
        # The setting by which the edit was made is named as well while it is in force.
        run("SET LOCAL allow_system_table_mods = off")
        faults = verify_log().faults
    assert [(fault.kind, fault.place) for fault in faults] == [(FaultKind.GUARD_FOREIGN, "operator 410")]


def test_a_start_names_it() -> None:
    with as_owner():
        run(OURS + LED_ELSEWHERE[1][0])
        assert "operator 1752" in {fault.place for fault in database_faults(connection)}


@pytest.mark.parametrize(
    "extension",
    ["amcheck", "citext", "pgcrypto", "hstore", "intarray", "pg_trgm", "btree_gist", "isn", "ltree"],
)
def test_an_extension_leaves_the_systems_own_rows_alone(extension: str) -> None:
    with as_owner():
        run(f"CREATE SCHEMA checks; CREATE EXTENSION {extension} SCHEMA checks")
        assert found() == []


def test_a_later_version_of_postgresql_may_place_its_columns_elsewhere_and_have_more_in_sql(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgresql_system, "_IN_SQL", frozenset())
    monkeypatch.setitem(postgresql_raw.OPERATORS.columns, "oprcom", 99)
    assert found()
    monkeypatch.setattr(postgresql_raw, "LAST_KNOWN", 140_000)
    assert found() == []
    with as_owner():
        run(OURS + LED_ELSEWHERE[1][0])
        assert [place for place, _detail in found()] == ["operator 1752"]
