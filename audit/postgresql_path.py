"""Asking PostgreSQL's catalogue with only the system's own names in reach.

The tables are found as the application's statements find them, for another one before ours in the search path is what
they would write to. After that nothing but `pg_catalog` is searched: an operator or a type of another schema that
stands before the system's could make any comparison say what its maker likes, and what the system prints of a foreign
function then bears its schema's name.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

# No operator stands in these: they are asked while the path is still the application's.
_PATH = "SELECT pg_catalog.current_setting('search_path')"
_PLACES = """
    SELECT name, pg_catalog.to_regclass(pg_catalog.quote_ident(name))::pg_catalog.oid
    FROM pg_catalog.unnest(%s::pg_catalog.text[]) AS name
"""


def _path(cursor: CursorWrapper) -> str:
    cursor.execute(_PATH)
    path: str = cursor.fetchone()[0]
    return path


@contextmanager
def system_names(
    connection: BaseDatabaseWrapper, tables: Sequence[str]
) -> Iterator[tuple[CursorWrapper, dict[str, int | None]]]:
    """Yield a cursor that searches the system's schema alone, and each table's oid, None for one that is missing."""
    within = connection.in_atomic_block
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        path = _path(cursor) if within else ""
        cursor.execute(_PLACES, [list(tables)])
        places = dict(cursor.fetchall())
        # The utility command, for a function of this name could be another one's. A rollback takes it back as well.
        cursor.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        yield cursor, places
        if within:  # otherwise the transaction ends here, and the setting with it
            cursor.execute("SELECT set_config('search_path', %s, true)", [path])
