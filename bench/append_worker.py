"""One writer of the append rows, a process of its own: `python -m bench.append_worker WORK SECONDS`.

It says `ready`, begins when it is told `go`, works for so many seconds and says how many times it did its work.
"""

import os
import sys
import time
import uuid
from collections.abc import Callable, Mapping

import django
from django.db import connection, transaction
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from accounts.models import User  # noqa: E402 - models can be loaded only now
from audit import log  # noqa: E402
from audit.actions import Action  # noqa: E402
from audit.actors import SystemActor  # noqa: E402
from audit.canonical import Json  # noqa: E402
from audit.sequencing import sequence_pending  # noqa: E402
from cases.models import Case  # noqa: E402

ACTOR = SystemActor("bench")
FACTS: Mapping[str, Json] = {"digest": "sha256:" + "0" * 64, "size": 1_048_576, "purpose": "x" * 40}
SLOW = 0.005
_PLAIN = (
    "INSERT INTO bench_plain (id, recorded_at, actor, channel, action, subject_kind, subject_id, case_id, body,"
    " leaf_hash) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
BODY = b"x" * 420  # as long as the body that FACTS make
HASH = b"h" * 32


def append() -> None:
    with transaction.atomic():
        log.append(Action.CASE_OPENED, subject=_subject(), actor=ACTOR, facts=FACTS, case_id=uuid.uuid4())


def append_unsequenced() -> None:
    """The same, with the sequencing left to the periodic task."""
    with transaction.atomic():
        log.append(Action.CASE_OPENED, subject=_subject(), actor=ACTOR, facts=FACTS, case_id=uuid.uuid4())
        connection.run_on_commit.clear()


def append_slowly() -> None:
    """In a transaction that takes 5 ms, as one does that waits for a disk."""
    with transaction.atomic():
        log.append(Action.CASE_OPENED, subject=_subject(), actor=ACTOR, facts=FACTS, case_id=uuid.uuid4())
        time.sleep(SLOW)


def insert() -> None:
    with transaction.atomic():
        _plain_row()


def insert_slowly() -> None:
    """A plain row in such a transaction: what the machine leaves to many of them at once, with no log in it."""
    with transaction.atomic():
        _plain_row()
        time.sleep(SLOW)


def save() -> None:
    with transaction.atomic():
        _case().save()


def save_audited() -> None:
    with transaction.atomic():
        case = _case()
        case.save()
        log.append(Action.CASE_OPENED, subject=case, actor=ACTOR, facts=FACTS, case_id=case.pk)


def save_with_row() -> None:
    """The save with a plain row beside it: what the machine leaves to a log that only writes its row down."""
    with transaction.atomic():
        _case().save()
        _plain_row()


def _plain_row() -> None:
    postgres = connection.vendor == "postgresql"
    keys = [uuid.uuid4() if postgres else uuid.uuid4().hex for _number in range(2)]
    now = timezone.now()
    moment = now if postgres else now.strftime("%Y-%m-%d %H:%M:%S.%f")
    subject = _subject()
    with connection.cursor() as cursor:
        row = ("system:bench", "task", "case.opened", subject.kind, subject.id, keys[1], BODY, HASH)
        cursor.execute(_PLAIN, (keys[0], moment, *row))


def _subject() -> log.Subject:
    return log.Subject("cases.case", str(uuid.uuid4()))


def _case() -> Case:
    return Case(
        reference=uuid.uuid4().hex,
        title="A matter",
        summary="What it is about, in a sentence or two. " * 4,
        search_key="a matter",
        opened_at=timezone.now(),
        opened_by=USER,
    )


WORKS: dict[str, Callable[[], None]] = {
    work.__name__: work
    for work in (
        append,
        append_unsequenced,
        append_slowly,
        insert,
        insert_slowly,
        save,
        save_audited,
        save_with_row,
    )
}


def main() -> None:
    """Work for as long as asked, after a warm-up that opens the connection and loads what is loaded once."""
    work, seconds = WORKS[sys.argv[1]], float(sys.argv[2])
    for _round in range(5):
        work()
    print("ready", flush=True)
    sys.stdin.readline()
    done, started = 0, time.perf_counter()
    while (took := time.perf_counter() - started) < seconds:
        work()
        done += 1
    if work is append:
        sequence_pending(wait=True)  # what still waits is part of the work
        took = time.perf_counter() - started
    print(done, took, flush=True)
    sequence_pending(wait=True)


if __name__ == "__main__":
    USER = User.objects.get(username="bench")
    main()
