"""Giving entries their place, under faults: real processes, killed where it hurts, resume by themselves exactly once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.errors import LogForked
from audit.faults import FaultKind
from audit.log import Subject, append
from audit.models import Entry, Leaf, Unsequenced
from audit.sequencing import Pace, sequence_pending
from audit.verification import verify_log
from config.environment import ROOT
from tests.audit.conftest import CLERK
from tests.migrated import put_database
from tests.tampering import tamper

BEGIN = """
import os, signal, django
django.setup()
from django.db import connection, transaction
from audit.actions import Action
from audit.actors import SystemActor
from audit.checkpoints import sign_checkpoint
from audit.log import Subject, append
from audit.sequencing import sequence_pending
CLERK = SystemActor("clerk")

def write(count):
    with transaction.atomic():
        for number in range(count):
            append(Action.SIGNED_IN, subject=Subject("test.thing", str(number)), actor=CLERK)

def dies_at(words):
    def kill(execute, sql, params, many, context):
        if words in sql:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
    return connection.execute_wrapper(kill)
"""
RECOVER = """
import json
from audit.models import Entry, Leaf, Checkpoint, Tile, Unsequenced
from audit.verification import verify_log
sequence_pending(wait=True)
sign_checkpoint(actor=CLERK)
sequence_pending(wait=True)
report = verify_log()
print(json.dumps({
    "faults": [fault.kind.value for fault in report.faults],
    "waiting": Unsequenced.objects.count(),
    "entries": Entry.objects.count(),
    "indexes": sorted(Leaf.objects.values_list("index", flat=True)),
    "tiles": Tile.objects.count(),
    "signed": Checkpoint.objects.filter(signatures__isnull=False).distinct().count(),
    "checkpoints": Checkpoint.objects.count(),
}))
"""


@pytest.fixture
def environment(house: Path, transactional_db: None) -> dict[str, str]:
    """Processes of their own on a database of their own: a file, or this run's test database, emptied afterwards."""
    found = {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DADKHAH_HOME": str(house),
        "PATH": os.environ["PATH"],
    }
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        secret = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
        found["DATABASE_URL"] = (
            f"postgres://{at['USER']}{secret}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
        )
    else:
        put_database(house)
    return found


def start(script: str, environment: dict[str, str], *before: str) -> "subprocess.Popen[str]":
    command = [*before, sys.executable, "-c", BEGIN + script]
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def finish(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def killed(script: str, environment: dict[str, str]) -> None:
    process = start(script, environment)
    _out, err = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, err


def recovered(environment: dict[str, str]) -> dict:
    found = json.loads(finish(start(RECOVER, environment)))
    assert found["faults"] == []
    assert found["waiting"] == 0
    assert found["indexes"] == list(range(found["entries"]))
    assert found["signed"] == found["checkpoints"]
    return found


def test_killed_between_the_commit_and_the_sequencing(environment: dict[str, str]) -> None:
    killed(
        "with transaction.atomic():\n"
        "    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
        "    append(Action.SIGNED_IN, subject=Subject('test.thing', '1'), actor=CLERK)\n",
        environment,
    )
    assert recovered(environment)["entries"] == 2  # it, and the signing of the checkpoint


@pytest.mark.parametrize("words", ["INSERT INTO audit_leaf", "INSERT INTO audit_tile"])
def test_killed_while_entries_are_given_their_place(environment: dict[str, str], words: str) -> None:
    finish(start("write(255); sequence_pending(wait=True)", environment))
    killed(f"with dies_at({words!r}):\n    write(2)\n    sequence_pending(wait=True)\n", environment)
    found = recovered(environment)
    # On SQLite the place is given in the entry's own transaction, which was undone with it.
    assert found["entries"] == (256 if connection.vendor == "sqlite" else 258)
    assert found["tiles"] == (1 if found["entries"] > 256 else found["tiles"])
    finish(start("write(300); sequence_pending(wait=True)", environment))
    assert recovered(environment)["tiles"] == 2


@pytest.mark.parametrize(
    "words", ['INSERT INTO "audit_checkpoint"', 'INSERT INTO "audit_checkpointsignature"']
)
def test_killed_while_a_checkpoint_is_made(environment: dict[str, str], words: str) -> None:
    finish(start("write(3)", environment))
    killed(f"with dies_at({words!r}):\n    sign_checkpoint(actor=CLERK)\n", environment)
    found = recovered(environment)
    assert (found["entries"], found["checkpoints"]) == (4, 1)


@pytest.mark.parametrize("point", ["commit", "checkpoint"])
def test_it_goes_on_after_several_deaths_in_a_row(environment: dict[str, str], point: str) -> None:
    die = (
        "with transaction.atomic():\n"
        "    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
        "    append(Action.SIGNED_IN, subject=Subject('test.thing', '1'), actor=CLERK)\n"
        if point == "commit"
        else "write(1)\nwith dies_at('audit_checkpointsignature'):\n    sign_checkpoint(actor=CLERK)\n"
    )
    for _death in range(3):
        killed(die, environment)
    assert recovered(environment)["entries"] == 4


def test_many_sequencers_at_once_neither_clash_nor_skip(environment: dict[str, str]) -> None:
    write = "write(150)\nwrite(1)\nfor _n in range(20):\n    sequence_pending()\n    write(1)\n"
    for process in [start(write, environment) for _number in range(4)]:
        finish(process)
    assert recovered(environment)["entries"] == 4 * 171 + 1


def test_what_was_rolled_back_leaves_no_hole(environment: dict[str, str]) -> None:
    script = (
        "for number in range(6):\n"
        "    with transaction.atomic():\n"
        "        append(Action.SIGNED_IN, subject=Subject('test.thing', '1'), actor=CLERK)\n"
        "        transaction.set_rollback(number % 2 == 0)\n"
    )
    finish(start(script, environment))
    assert recovered(environment)["entries"] == 4


@pytest.mark.program("faketime")
def test_a_clock_set_back_a_day_does_not_reorder_the_log(environment: dict[str, str]) -> None:
    finish(start("write(2); sequence_pending(wait=True)", environment))
    late = "append(Action.SIGNED_OUT, subject=Subject('test.late', '1'), actor=CLERK)\n"
    script = f"with transaction.atomic():\n    {late}sequence_pending(wait=True)\n"
    finish(start(script, environment, "faketime", "-f", "-1d"))
    said = finish(
        start("from audit.models import Leaf\nprint(Leaf.objects.get(index=2).entry.action)", environment)
    )
    assert said.strip() == Action.SIGNED_OUT.value


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_sequencer_whose_connection_is_cut_leaves_all_as_it_was(environment: dict[str, str]) -> None:
    cut = (
        "def cut(execute, sql, params, many, context):\n"
        "    if 'INSERT INTO audit_tile' in sql:\n"
        "        print('cut')\n"
        "        sql, params = 'SELECT pg_terminate_backend(pg_backend_pid())', None\n"
        "    return execute(sql, params, many, context)\n"
        "with connection.execute_wrapper(cut):\n"
        "    write(300)\n"  # the act is done, whatever becomes of the sequencing after its commit
    )
    assert finish(start(cut, environment)).strip() == "cut"
    assert recovered(environment)["entries"] == 301


def test_a_process_sequences_at_once_until_it_is_busy() -> None:
    pace = Pace(burst=3, per_second=0)
    assert [pace.allows() for _number in range(5)] == [True, True, True, False, False]
    assert Pace(burst=1, per_second=1e9).allows()


@pytest.mark.django_db
def test_what_waits_though_it_has_its_place_is_named_and_keeps_nobody_waiting(
    write: Callable[[int], list[Entry]],
) -> None:
    write(3)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_unsequenced SELECT entry_id FROM audit_leaf WHERE leaf_index = 1")
    assert FaultKind.QUEUE_CHANGED in {fault.kind for fault in verify_log().faults}
    append(Action.SIGNED_IN, subject=Subject("test.thing", "1"), actor=CLERK)
    sequence_pending(wait=True)
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2, 3]
    assert Unsequenced.objects.count() == 1  # passed over, for what is taken out in silence leaves no trace


@pytest.mark.django_db(transaction=True)
def test_a_leaf_far_beyond_the_end_is_refused_by_the_signing_with_a_sentence(
    log_key: Any, write: Callable[[int], list[Entry]]
) -> None:
    with transaction.atomic():
        entry = write(3)[0]
    tamper(
        "UPDATE audit_leaf SET leaf_index = 9000000000000000000 WHERE entry_id = %s",
        (entry.pk if connection.vendor == "postgresql" else entry.pk.hex,),
    )
    with pytest.raises(LogForked):
        sign_checkpoint(actor=CLERK)


@pytest.mark.django_db
@pytest.mark.postgres
def test_no_time_is_lost_on_compiling_short_statements() -> None:
    """The planner takes the queue to be longer than it is; compiling for that took thirty times the sequencing."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
