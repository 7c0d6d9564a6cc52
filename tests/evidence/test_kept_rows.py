"""Rows that may change but never go: refused by the database itself, and lost with no change of the table."""

import pytest
from django.db import IntegrityError, connection, models, transaction

from audit.guards import missing_guards
from audit.kept_rows import kept_tables
from evidence.models import EvidenceItem
from tests.evidence.conftest import TakeIn
from tests.tampering import as_owner


def refused(sql: str) -> bool:
    try:
        with as_owner(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except IntegrityError as error:
        return "append-only" in str(error)
    return False


def test_no_item_can_be_deleted(take_in: TakeIn) -> None:
    item = take_in()
    for table in ("evidence_evidenceitem", "evidence_intake", "evidence_storedobject"):
        assert refused(f"DELETE FROM {table}")
    assert EvidenceItem.objects.filter(pk=item.pk).exists()


def test_no_item_can_be_replaced_nor_all_be_emptied(take_in: TakeIn) -> None:
    take_in()
    if connection.vendor == "sqlite":
        assert refused("INSERT OR REPLACE INTO evidence_evidenceitem SELECT * FROM evidence_evidenceitem")
        return
    connection.check_constraints()
    assert refused("TRUNCATE evidence_evidenceitem CASCADE")


def test_no_item_gives_way_to_another_that_takes_its_key(take_in: TakeIn) -> None:
    kept, other = take_in(), take_in()
    if connection.vendor != "sqlite":
        return
    with as_owner(), connection.cursor() as cursor:
        # As another program would come: it does not have the deletion of a replaced row fire triggers.
        cursor.execute("PRAGMA recursive_triggers = OFF")
        cursor.execute("PRAGMA recursive_triggers")
        assert cursor.fetchone() == (0,)
    try:
        for column, value in (("reference", kept.reference), ("id", kept.pk.hex)):
            sql = f"UPDATE OR REPLACE evidence_evidenceitem SET {column} = '{value}' WHERE id = '{other.pk.hex}'"
            assert refused(sql)
        first = "(SELECT min(rowid) FROM evidence_evidenceitem)"
        assert refused(f"UPDATE OR REPLACE evidence_evidenceitem SET rowid = {first} WHERE rowid > {first}")
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")
    assert EvidenceItem.objects.count() == 2


def test_the_site_itself_cannot_delete_one(take_in: TakeIn) -> None:
    item = take_in()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        EvidenceItem.objects.filter(pk=item.pk)._raw_delete(using="default")


def test_an_item_can_still_change(take_in: TakeIn) -> None:
    item = take_in()
    assert EvidenceItem.objects.filter(pk=item.pk).update(media_type="text/plain") == 1


@pytest.mark.django_db
def test_a_missing_one_is_named() -> None:
    name = (
        "evidence_evidenceitem_guard_kept_delete"
        if connection.vendor == "sqlite"
        else "evidence_evidenceitem_guard_kept_rows"
    )
    assert "evidence_evidenceitem" in kept_tables()
    assert missing_guards(connection) == []
    with as_owner(), connection.cursor() as cursor:
        on_table = "" if connection.vendor == "sqlite" else " ON evidence_evidenceitem"
        cursor.execute(f"DROP TRIGGER {name}{on_table}")
    assert missing_guards(connection) == [name]


@pytest.mark.django_db(transaction=True)
def test_a_table_that_a_migration_makes_anew_keeps_its_guards() -> None:
    field = models.BooleanField(default=False)
    field.set_attributes_from_name("made_up")
    with as_owner():
        with connection.schema_editor() as editor:
            editor.add_field(EvidenceItem, field)
        try:
            assert missing_guards(connection) == []
        finally:
            with connection.schema_editor() as editor:
                editor.remove_field(EvidenceItem, field)
    assert missing_guards(connection) == []
