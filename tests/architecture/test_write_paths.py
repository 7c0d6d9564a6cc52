"""No act without its entry: every write of ours leads to the log in its own transaction, or stands here with a reason."""

import ast
import textwrap

import pytest
from django.apps import apps

from tests.architecture.sources import modules
from tests.architecture.write_paths import Program

THE_LOG_ITSELF = "the tree and its tiles are made from entries that are there already"
THE_CONNECTION = "hands on what it is given; whoever writes stands above it"
MIGRATIONS = "runs when the database is set up, before anybody acts"
COUNTS = "counts guesses; a wrong one is logged, and a right one is part of the act that it opens"
LEASE = "says which process works on a round whose beginning is logged, and that it is alive"
EXCUSED = {
    "accounts.sessions.SessionLimitsMiddleware.__call__": "a session comes to its end by the clock, by nobody's act",
    "accounts.session_store.SessionStore.save": "keeps a session, no record; signing in and out are logged",
    "accounts.sync.sync_roles": MIGRATIONS,
    "audit.checkpoints._leaves": "its statements only read",
    "audit.checkpoints._promise": "durable before anything is signed; what is signed is logged",
    "audit.guards.GuardTable.put_guards": "lays guards when the database is set up; putting them back is logged",
    "audit.kept_rows.KeepRows.put_guards": "lays guards when the database is set up; putting them back is logged",
    "audit.vendor_sql.VendorSQL.database_backwards": MIGRATIONS,
    "audit.vendor_sql.VendorSQL.database_forwards": MIGRATIONS,
    "audit.paper.press._square_code": "saves a picture, no row",
    "audit.log._PreparingCursor.execute": "hands on the insertion of the entry itself; whoever appends stands above it",
    "audit.postgresql_catalog.Catalog._rows": "its statements only read",
    "audit.postgresql_catalog.Catalog.from_elsewhere": "its statements only read",
    "audit.postgresql_catalog.Catalog.rights": "its statements only read",
    "audit.pulse.Pulse._write": "says that a verification is alive and how far it is",
    "audit.rows.stream": "its statements only read",
    "audit.runs._end": "ends a run whose asking is logged; what a verification found is logged with it",
    "audit.runs.carry_out": "a task takes a run whose asking is logged",
    "audit.sensitive._rows": "its statements only read",
    "audit.sequencing._sequence_batch": THE_LOG_ITSELF,
    "audit.stamping.keeping.claim": "counts how often a stamp was asked for; what comes back is logged",
    "audit.unindexed._look": "its statements only read",
    "audit.storage_check._found_on_postgresql": "asks the database to check an index",
    "audit.tiles._full_tiles": "its statements only read",
    "audit.tiles._growing_tiles": "its statements only read",
    "audit.tiles._seal": THE_LOG_ITSELF,
    "audit.tiles.read_hashes": "its statements only read",
    "audit.unlogged._unknown": "its statements only read",
    "evidence.models.item.EvidenceCase.save": "of one breath with the act that places an item, which is logged",
    "config.sqlite.base.SchemaEditor._remake_table": MIGRATIONS,
    "config.erasing.forget_pages": "empties SQLite's journal into the database; no row changes",
    "config.sqlite.base.GuardedCursor.execute": THE_CONNECTION,
    "config.sqlite.base.GuardedCursor.executemany": THE_CONNECTION,
    "dossiers.archive._row": "names the bytes of an archive whose compiling is logged; handing them out is logged",
    "dossiers.requests.beat": "says that a run is alive",
    "dossiers.requests.begin": "a run takes a dossier whose request is logged",
    "dossiers.requests.mark_ready": "the compiling is logged before; this says that the archive is in its place",
    "evidence.inspecting.records.beat": "says that a run is alive",
    "evidence.inspecting.records.claim": "a worker takes what was asked for; what comes of it is logged",
    "evidence.inspecting.inside.pdf.draw": "saves a picture, no row",
    "evidence.inspecting.inside.searchable.pdf_objects": "saves a document without its encryption in memory, no row",
    "evidence.inspecting.inside.picture.write": "saves a picture, no row",
    "evidence.inspecting.pending._wake_for_new_programs": "says that what was asked for and logged waits again",
    "evidence.inspecting.records.let_go": "a worker gives back what was asked for, undone",
    "evidence.fixity_rounds._Work._goes_on": LEASE,
    "evidence.fixity_rounds._Work.claim": LEASE,
    "evidence.fixity_rounds._Work.let_go": LEASE,
    "evidence.inspection._count_try": "a task says that it begins, so that what kills it is not tried for ever",
    "evidence.inspection._note_failure": "says that a task failed, so that somebody can have it tried again",
    "evidence.removal._remove": "takes up a removal that is logged with its disposal; what comes of it is logged",
    "evidence.resumable.receiving._Arrival._acknowledge": "counts what is here; its beginning and its end are logged",
    "evidence.unpacking.claims.Heart._say": "says that a worker is alive",
    "evidence.unpacking.claims.claim": "a task takes work whose asking is logged",
    "evidence.unpacking.claims.let_go": "a task gives work back whose asking is logged",
    "evidence.unpacking.taking_out._note_failure": "one of many that failed; the entry at the end counts them",
    "witnesses.trials._reserve": COUNTS,
    "witnesses.trials.trial": COUNTS,
}


def relations() -> set[str]:
    """The names under which one row reaches many others."""
    names = set()
    for model in apps.get_models():
        for one in model._meta.get_fields():
            if one.many_to_many or one.one_to_many:
                names.add(one.get_accessor_name() if one.auto_created else one.name)
    return names - {None}


@pytest.fixture(scope="module")
def program() -> Program:
    return Program(modules(), relations())


def test_every_write_leads_to_an_entry(program):
    """Append to the log in the transaction of the write. Where there is nothing to log, say why in EXCUSED."""
    assert program.unlogged(set(EXCUSED)) == {}


def test_the_writes_are_seen(program):
    writers = {name for name, function in program.functions.items() if function.of("write")}
    assert {
        "accounts.users.close_account",
        "cases.membership.remove_member",
        "evidence.custody.record",
        "witnesses.closing.end",
        "dossiers.requests.mark_failed",
        "audit.log._insert",
    } <= writers


@pytest.mark.parametrize("name", sorted(EXCUSED))
def test_every_excuse_is_still_needed(program, name):
    assert name in program.unlogged(set(EXCUSED) - {name})


LOGGED = """
    from django.db import transaction
    from audit import log

    def act(row):
        with transaction.atomic():
            row.save()
            log.append("x")
"""
BY_ITS_CALLER = """
    from django.db import transaction
    from audit import log

    def act(row):
        with transaction.atomic():
            keep(row)
            log.append("x")

    def keep(row):
        row.save()
"""
IN_THE_CALLERS_TRANSACTION = """
    from audit.log import append

    def act(row):
        row.save()
        append("x")
"""
THROUGH_A_BLOCK_OF_ITS_OWN = """
    from contextlib import contextmanager
    from django.db import transaction
    from audit import log

    @contextmanager
    def records():
        with transaction.atomic():
            yield

    def act(row):
        with records():
            row.save()
            log.append("x")
"""
UNLOGGED = """
    def act(row):
        row.save()
"""
IN_TWO_TRANSACTIONS = """
    from django.db import transaction
    from audit import log

    def act(row):
        with transaction.atomic():
            row.save()
        with transaction.atomic():
            log.append("x")
"""
BESIDE_ITS_TRANSACTION = """
    from django.db import transaction
    from audit import log

    def act(row):
        row.save()
        with transaction.atomic():
            log.append("x")
"""
BY_ONE_CALLER_ONLY = """
    from django.db import transaction
    from audit import log

    def one(row):
        with transaction.atomic():
            act(row)
            log.append("x")

    def other(row):
        act(row)

    def act(row):
        row.save()
"""
HANDED_TO_A_LIST = """
    from django.db import transaction
    from audit import log

    def one(row):
        with transaction.atomic():
            act(row)
            log.append("x")

    def act(row):
        row.save()

    STEPS = (act,)
"""
A_STEP_BESIDE_ONE_THAT_APPENDS = """
    from audit import log

    def act(row):
        row.save()

    def other(row):
        log.append("x")

    STEPS = (other, act)

    def every(row):
        return [step(row) for step in STEPS]
"""
HANDED_ON_BESIDE_ONE_THAT_APPENDS = """
    from audit import log

    def act(row):
        row.save()

    def other(row):
        log.append("x")

    def every(row):
        return [attempt(step, row) for step in (other, act)]

    def attempt(step, row):
        try:
            step(row)
        except Exception:
            pass
"""
A_LIST_THAT_APPENDS = """
    def act(row):
        log = []
        log.append("x")
        row.save()
"""
BY_SQL = """
    SQL = "UPDATE cases_case SET title = %s"

    def act(cursor):
        cursor.execute(SQL, ["x"])
"""
BY_A_RELATION = """
    def act(row, other):
        row.groups.add(other)
"""
READING = """
    def act(row, cursor, names, seen):
        seen.add(row.pk)
        names.update({"a": 1})
        cursor.execute("SELECT 1")
        return row.groups.all()
"""


def found_in(source: str) -> set[str]:
    tree = ast.parse(textwrap.dedent(source))
    return set(Program({"made/up.py": tree}, {"groups"}).unlogged(set()))


@pytest.mark.parametrize(
    "source", [LOGGED, BY_ITS_CALLER, IN_THE_CALLERS_TRANSACTION, THROUGH_A_BLOCK_OF_ITS_OWN, READING]
)
def test_a_write_that_is_logged_with_it_is_at_peace(source):
    assert found_in(source) == set()


@pytest.mark.parametrize(
    "source",
    [
        UNLOGGED,
        IN_TWO_TRANSACTIONS,
        BESIDE_ITS_TRANSACTION,
        BY_ONE_CALLER_ONLY,
        HANDED_TO_A_LIST,
        A_STEP_BESIDE_ONE_THAT_APPENDS,
        HANDED_ON_BESIDE_ONE_THAT_APPENDS,
        A_LIST_THAT_APPENDS,
        BY_SQL,
        BY_A_RELATION,
    ],
)
def test_a_write_that_could_go_unlogged_is_found(source):
    assert found_in(source) == {"made.up.act"}
