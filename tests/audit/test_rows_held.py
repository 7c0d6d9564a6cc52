"""Rows that say something else than what was hashed: marked in a report and in the list of entries."""

import csv
import io
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from audit.models import Entry
from audit.names import house_names
from audit.report_csv import csv_pieces
from audit.report_facts import Period
from audit.reporting import make_report
from tests.audit.forging import copy_outside
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
Write = Callable[[int], list[Entry]]


def report_of(auditor: User, folder: Path, language: str = "en") -> tuple[list[dict[str, str]], str]:
    """The rows of `entries.csv` and the words of the paper."""
    now = timezone.now()
    with translation.override(language):
        made = make_report(Period(now - timedelta(days=2), now + timedelta(minutes=1)), actor=auditor)
    with zipfile.ZipFile(made.archive) as packed:
        content = packed.read("entries.csv").decode("utf-8-sig")
        (folder / "report.pdf").write_bytes(packed.read("report.pdf"))
    text = subprocess.run(
        ["pdftotext", "-layout", str(folder / "report.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    return list(csv.DictReader(io.StringIO(content, newline=""))), " ".join(text.split())


def key_of(entry: Entry) -> object:
    return entry.pk if connection.vendor == "postgresql" else entry.pk.hex


@pytest.mark.program("pdftotext")
def test_a_report_of_whole_entries_says_that_all_rows_agree(
    auditor: User, write: Write, log_key: object, tmp_path: Path
) -> None:
    write(5)
    rows, paper = report_of(auditor, tmp_path)
    assert {row["agreement"] for row in rows} == {"agrees"}
    assert "Every row of entries.csv agrees with what was hashed" in paper


@pytest.mark.program("pdftotext")
@pytest.mark.parametrize(("language", "word"), [("en", "differs: actor"), ("fa", "ناهمخوان: actor")])
def test_a_report_names_the_column_that_was_falsified(
    auditor: User, write: Write, log_key: object, tmp_path: Path, language: str, word: str
) -> None:
    forged = write(5)[2]
    tamper("UPDATE audit_entry SET actor = 'user:0000' WHERE id = %s", (key_of(forged),))
    rows, paper = report_of(auditor, tmp_path, language)
    told = {row["entry_id"]: row["agreement"] for row in rows}
    assert told.pop(str(forged.pk)) == word
    assert len(set(told.values())) == 1
    if language == "en":
        assert "1 row of entries.csv does not agree with what was hashed" in paper


@pytest.mark.program("pdftotext")
@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe", b"[]"])
def test_a_report_names_a_content_that_is_not_the_one_in_the_tree(
    auditor: User, write: Write, log_key: object, tmp_path: Path, body: bytes
) -> None:
    forged = write(5)[2]
    tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (body, key_of(forged)))
    rows, _paper = report_of(auditor, tmp_path)
    [told] = [row["agreement"] for row in rows if row["entry_id"] == str(forged.pk)]
    assert told.startswith("differs: ")
    assert "leaf_hash" in told


@pytest.mark.program("pdftotext")
def test_a_report_names_an_entry_that_has_no_place_and_waits_for_none(
    auditor: User, write: Write, log_key: object, tmp_path: Path
) -> None:
    false = copy_outside(write(5)[2])
    rows, _paper = report_of(auditor, tmp_path)
    told = {row["entry_id"]: row["agreement"] for row in rows}
    assert told.pop(str(false)) == "differs: entry_id, leaf_index"
    assert set(told.values()) == {"agrees"}


def test_rows_are_held_against_their_contents_without_a_query_for_each(
    auditor: User, write: Write, log_key: object, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    write(300)
    with django_assert_max_num_queries(20):
        list(csv_pieces(now - timedelta(days=1), now + timedelta(minutes=1), house_names()))


def test_the_list_of_entries_marks_a_row_that_was_falsified(
    client_for: ClientFor, auditor: User, write: Write
) -> None:
    forged = write(5)[2]
    desk = client_for(auditor)
    assert "differs from what was hashed" not in desk.get(reverse("audit:entries")).content.decode()
    tamper("UPDATE audit_entry SET actor = 'user:0000' WHERE id = %s", (key_of(forged),))
    answer = desk.get(reverse("audit:entries"))
    assert [row.entry.pk for row in answer.context["rows"] if row.entry.pk in answer.context["broken"]] == [
        forged.pk
    ]
    assert answer.content.decode().count("differs from what was hashed") == 1
