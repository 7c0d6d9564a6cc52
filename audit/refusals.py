"""Rows that a table refuses, whoever inserts them: the same rule in the database that the code holds beside it.

A rule is one condition on NEW, in SQL that both databases read or in the SQL of each; where it is met, the row is not
taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# 1 row, 2 before, 4 insert; as pg_trigger.tgtype.
_BEFORE_INSERT = 1 | 2 | 4


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a table refuses: a word for the guard's name, the condition, and the words of the refusal.

    `on_sqlite` is the condition there, where it cannot be said in the same words.
    """

    name: str
    when: str
    words: str
    on_sqlite: str = ""

    def guard(self, table: str) -> str:
        """The trigger's name."""
        return f"{table}_guard_{self.name}"

    def sqlite(self, table: str) -> str:
        """The trigger, as SQLite keeps it."""
        return (
            f'CREATE TRIGGER "{self.guard(table)}" BEFORE INSERT ON "{table}" WHEN {self.on_sqlite or self.when} '
            f"BEGIN SELECT RAISE(ABORT, '{self.words}'); END"
        )

    @property
    def body(self) -> str:
        """The body of PostgreSQL's function. The error reaches Python as IntegrityError, as SQLite's does."""
        return (
            f" BEGIN IF {self.when} THEN RAISE EXCEPTION '{self.words}'"
            " USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END "
        )

    def postgresql(self, table: str) -> Iterator[str]:
        """The statements that make function and trigger anew."""
        guard = self.guard(table)
        yield f"CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS $refuse${self.body}$refuse$"
        yield f'DROP TRIGGER IF EXISTS "{guard}" ON "{table}"'
        yield f'CREATE TRIGGER "{guard}" BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION {guard}()'
        yield f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{guard}"'


# Whether a function of the language `l` is run by PL/pgSQL: whoever calls its functions runs them, and not its name.
# The 13 is what the server itself goes by (ClanguageId of PostgreSQL's pg_language.dat), and not the name `c`.
IS_PLPGSQL = """
    l.lanname = 'plpgsql' AND EXISTS (
        SELECT 1 FROM pg_proc h WHERE h.oid = l.lanplcallfoid AND h.pronamespace = 'pg_catalog'::regnamespace
            AND h.proname = 'plpgsql_call_handler' AND h.prosrc = 'plpgsql_call_handler'
            AND h.probin = '$libdir/plpgsql' AND h.prolang = 13)
"""
_TRIGGERS = f"""
    SELECT t.tgrelid, t.tgname, CASE WHEN c.relhastriggers THEN t.tgenabled::text END, t.tgtype::int,
           t.tgqual IS NULL AND t.tgattr = ''::int2vector AND t.tgnargs = 0
           AND {IS_PLPGSQL} AND NOT p.prosecdef AND p.proconfig IS NULL
           AND p.pronamespace = c.relnamespace AND (p.proowner = c.relowner OR o.rolsuper),
           p.proname, p.prosrc
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
        JOIN pg_roles o ON o.oid = p.proowner
    WHERE NOT t.tgisinternal AND t.tgrelid = ANY (%s::oid[])
"""  # noqa: S608


def missing_on_sqlite(
    connection: BaseDatabaseWrapper, promised: Mapping[str, Sequence[Refusal]]
) -> list[str]:
    """Return the name of every promised refusal that is missing or altered."""
    wanted = {one.guard(table): one.sqlite(table) for table, all_of in promised.items() for one in all_of}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    return [name for name, statement in wanted.items() if found.get(name) != statement]


def missing_on_postgres(
    cursor: CursorWrapper, places: Mapping[str, int | None], promised: Mapping[str, Sequence[Refusal]]
) -> list[str]:
    """Return the name of every promised refusal that is missing, altered or switched off.

    Cursor and places are those of `postgresql_path.system_names`.
    """
    cursor.execute(_TRIGGERS, [[places[table] for table in promised]])
    found = {(oid, name): tuple(rest) for oid, name, *rest in cursor.fetchall()}
    return [
        one.guard(table)
        for table, refusals in promised.items()
        for one in refusals
        if found.get((places[table], one.guard(table)))
        != ("A", _BEFORE_INSERT, True, one.guard(table), one.body)
    ]
