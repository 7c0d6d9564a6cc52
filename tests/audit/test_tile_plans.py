"""How the database finds the tiles of a proof: by their key, however many others there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.tiles import StoredNodes

# PostgreSQL plans by the rows that there are.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_tiles_are_looked_up_and_not_all_read() -> None:
    with CaptureQueriesContext(connection) as asked:
        StoredNodes().read_ahead(1_000_000, [70_000])
    [sql] = [query["sql"] for query in asked if "hashes" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = [row[-1] for row in cursor.fetchall()]
    assert any(line.startswith("SEARCH") and "level=? AND tile_index=?" in line for line in plan), plan
    assert not any(line.startswith("SCAN") and line.split()[1] in ("t", "audit_tile") for line in plan), plan
