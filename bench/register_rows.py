"""The register of 1,000,000 items for readers who see a part of it, beside the same pages for one who sees all."""

import psycopg

from bench.houses import SERVER, figures, fresh_database
from bench.rows import Row

WORKER = "bench.register_worker"
DATABASE = "dadkhah_register_bench"
ITEMS = 1_000_000
GOAL = 1.5
ALL = "everything"
MOST_QUERIES = 25


def rows(*, items: int = ITEMS) -> list[Row]:
    """Measure on SQLite, and on PostgreSQL where a server answers; says aloud where none does."""
    measured = _table("SQLite", figures(WORKER, items, {}), items)
    try:
        with fresh_database(DATABASE) as url:
            measured += _table("PostgreSQL", figures(WORKER, items, {"DATABASE_URL": url}), items)
    except psycopg.OperationalError as error:
        print(f"NOT MEASURED: no PostgreSQL answers at {SERVER.rpartition('@')[2]} ({error}).")
    return measured


def _table(name: str, found: dict[str, float], items: int) -> list[Row]:
    queries = found.pop("queries")
    measured = [
        Row(
            work=f"register of {items:,}, most queries of a page, {name}",
            figure=queries,
            floor=MOST_QUERIES,
            goal=1.0,
            unit="queries",
            note="the most that a page may take",
        )
    ]
    for key, seconds in found.items():
        reader, page = key.split("/")
        if reader != ALL:
            measured.append(
                Row(
                    work=f"register of {items:,}, {page}, for who sees {reader}, {name}",
                    figure=1000 * seconds,
                    floor=1000 * found[f"{ALL}/{page}"],
                    goal=GOAL,
                    unit="ms",
                    note="the same for who sees everything",
                )
            )
    return measured
