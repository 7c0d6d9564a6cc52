"""The auditor's pages over a log of 1,000,000 entries, beside the same pages over one of 10,000; and their queries."""

import psycopg

from bench.houses import SERVER, figures, fresh_database
from bench.rows import Row

WORKER = "bench.explorer_worker"
DATABASE = "dadkhah_explorer_bench"
SHORT, LONG = 10_000, 1_000_000
# "Flat" with room for the noise of two houses measured one after the other.
FLAT = 2.0
MOST_QUERIES = 20


def rows(*, entries: int = LONG) -> list[Row]:
    """Measure on SQLite, and on PostgreSQL where a server answers; says aloud where none does."""
    measured = _compared("SQLite", {}, entries)
    try:
        with fresh_database(DATABASE) as url:
            short = figures(WORKER, SHORT, {"DATABASE_URL": url})
        with fresh_database(DATABASE) as url:
            measured += _table("PostgreSQL", short, figures(WORKER, entries, {"DATABASE_URL": url}), entries)
    except psycopg.OperationalError as error:
        print(f"NOT MEASURED: no PostgreSQL answers at {SERVER.rpartition('@')[2]} ({error}).")
    return measured


def _compared(name: str, variables: dict[str, str], entries: int) -> list[Row]:
    return _table(name, figures(WORKER, SHORT, variables), figures(WORKER, entries, variables), entries)


def _table(name: str, short: dict[str, float], long: dict[str, float], entries: int) -> list[Row]:
    counted = {
        what: max(short.pop(key), long.pop(key))
        for key, what in (
            ("queries", "most queries of entries and acts"),
            ("queries of the state", "queries of the state"),
        )
    }
    return [
        *(
            Row(
                work=f"auditor's pages at {entries:,}, {what}, {name}",
                figure=queries,
                floor=MOST_QUERIES,
                goal=1.0,
                unit="queries",
                note="the most that a page may take",
            )
            for what, queries in counted.items()
        ),
        *(
            Row(
                work=f"auditor's page at {entries:,}, {page}, {name}",
                figure=1000 * long[page],
                floor=1000 * short[page],
                goal=FLAT,
                unit="ms",
                note=f"the same page at {SHORT:,}",
            )
            for page in short
        ),
    ]
