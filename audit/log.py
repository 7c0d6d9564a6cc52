"""The only place where entries are written.

Appending takes one INSERT in the caller's transaction and, on PostgreSQL, no lock: a slow transaction delays nobody
else's entry. If the entry cannot be written the exception undoes the caller's act with it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor, Channel
from audit.canonical import Json
from audit.entry_body import entry_body
from audit.entry_ids import entry_id
from audit.errors import BadFacts, LogUnavailable, NotInTransaction
from audit.merkle import leaf_hash
from audit.models import MAX_BODY, Entry
from audit.sequencing import place, sequence_on_commit


@dataclass(frozen=True, slots=True)
class Subject:
    """What an act was done to, where that is no model instance. Both parts are printable ASCII."""

    kind: str
    id: str


def append(
    action: Action,
    *,
    subject: Model | Subject,
    actor: Actor,
    facts: Mapping[str, Json] | None = None,
    case_id: uuid.UUID | None = None,
) -> Entry:
    """Append one entry in the caller's transaction and return it.

    Raises NotInTransaction outside `transaction.atomic()`, BadFacts for facts without a canonical form or a body
    over 65,535 bytes, ValueError for an action or channel outside the vocabulary, LogUnavailable where the database
    cannot write.
    """
    # Asked for once: every look through `django.db.connection` finds out anew which thread this is.
    database = connections[DEFAULT_DB_ALIAS]
    if not database.in_atomic_block:
        raise NotInTransaction(_("An entry belongs into the transaction of the act that it records."))
    entry = _compose(
        Action(action), subject=as_subject(subject), actor=actor, facts=facts or {}, case_id=case_id
    )
    try:
        _insert(entry, database)
    except (DatabaseError, InterfaceError) as error:
        # Full, locked too long, read-only, gone, or refused by the table itself.
        raise _unavailable() from error
    return entry


def append_refusal(
    *,
    subject: Model | Subject,
    actor: Actor,
    facts: Mapping[str, Json] | None = None,
    case_id: uuid.UUID | None = None,
) -> Entry:
    """Append ACCESS_REFUSED in a transaction of its own, so that it stays though the refused act is undone.

    Raises LogUnavailable, and RuntimeError inside another transaction, which could take the entry with it.
    """
    try:
        with transaction.atomic(durable=True):
            return append(Action.ACCESS_REFUSED, subject=subject, actor=actor, facts=facts, case_id=case_id)
    except (DatabaseError, InterfaceError) as error:  # before the entry or after it
        raise _unavailable() from error


def as_subject(subject: Model | Subject) -> Subject:
    """Return the kind and id under which a model instance stands in the log."""
    if isinstance(subject, Subject):
        return subject
    return Subject(subject._meta.label_lower, str(subject.pk))


def instant(moment: datetime) -> str:
    """Return a UTC moment as entries write it, RFC 3339 with microseconds: `2026-11-22T10:00:00.000000Z`."""
    return f"{moment.isoformat(timespec='microseconds')[:26]}Z"


def _unavailable() -> LogUnavailable:
    return LogUnavailable(
        _(
            "The audit log cannot be written, so nothing was done. Ask the administrator to look at the database."
        )
    )


def _compose(
    action: Action, *, subject: Subject, actor: Actor, facts: Mapping[str, Json], case_id: uuid.UUID | None
) -> Entry:
    now = timezone.now()
    key = entry_id(now)
    who, channel = _name(actor.audit_name, 200), Channel(actor.channel).value
    kind, subject_id = _name(subject.kind, 100), _name(subject.id, 200)
    body = entry_body(
        action=action.value,
        actor=who,
        case_id=case_id,
        channel=channel,
        facts=facts,
        key=key,
        recorded_at=instant(now),
        subject_id=subject_id,
        subject_kind=kind,
    )
    if len(body) > MAX_BODY:
        raise BadFacts(_("The facts are too large for one entry; log a digest of them instead."))
    # By position, in the order of the fields: with keywords Django takes twice as long to make the object.
    return Entry(key, now, who, channel, action.value, kind, subject_id, case_id, body, leaf_hash(body))


def _name(text: str, longest: int) -> str:
    """Names in the log are for machines: nothing that could carry a person's name in its own script, or a control."""
    if not 0 < len(text) <= longest or not text.isascii() or not text.isprintable():
        raise BadFacts(
            _("A name in the log is printable ASCII and short; log anything else as a commitment.")
        )
    return text


_COLUMNS = "id, recorded_at, actor, channel, action, subject_kind, subject_id, case_id, body"
# One statement, so the entry and its place in the queue cost one round trip. The hash is the database's own. The entry
# is the outer statement and returns its id: a rule on the queue cannot take the entry away with it, PostgreSQL refuses
# rules that swallow either of the two, and whatever else swallows or renames a row shows in what comes back.
_POSTGRES = (
    "WITH queued AS (INSERT INTO audit_unsequenced (entry_id) VALUES (%b) RETURNING entry_id)"  # noqa: S608
    f" INSERT INTO audit_entry ({_COLUMNS})"
    " SELECT entry_id, %b, %b, %b, %b, %b, %b, %b::uuid, %b FROM queued RETURNING id"
)
_SQLITE = f"INSERT INTO audit_entry ({_COLUMNS}, leaf_hash) VALUES ({', '.join(['%s'] * 10)})"  # noqa: S608


class _PreparingCursor(psycopg.Cursor[Any]):
    """Has the server plan its statement once in each session; Django's own cursor binds on this side each time."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        return super().execute(query, params, prepare=True)


def _insert(entry: Entry, database: BaseDatabaseWrapper) -> None:
    body, leaf = bytes(entry.body), bytes(entry.leaf_hash)
    common = (entry.actor, entry.channel, entry.action, entry.subject_kind, entry.subject_id)
    if database.vendor == "postgresql":
        ours: Any = _PreparingCursor(database.connection)
        with database.make_cursor(ours) as cursor:
            cursor.execute(_POSTGRES, (entry.id, entry.recorded_at, *common, entry.case_id, body))
            written = cursor.fetchall()
        if written != [(entry.id,)]:
            raise _unavailable()
        sequence_on_commit(database)
        return
    with database.cursor() as cursor:
        key, case = entry.id.hex, entry.case_id.hex if entry.case_id else None
        moment = instant(entry.recorded_at)[:26].replace("T", " ")
        cursor.execute(_SQLITE, (key, moment, *common, case, body, leaf))
        if cursor.rowcount != 1:
            raise _unavailable()
        # SQLite has one writer at a time anyway: the leaf goes with the entry, and nothing waits in a queue.
        place(cursor, key, leaf)
