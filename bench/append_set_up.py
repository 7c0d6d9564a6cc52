"""Makes in a fresh database what the append rows need beside the tables: a user, and the plain table."""

import os

import django
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from accounts.roles import Role  # noqa: E402 - models can be loaded only now
from accounts.users import create_user  # noqa: E402
from audit.actors import Channel, SystemActor  # noqa: E402

_TYPES = {
    "postgresql": ("uuid", "timestamp with time zone", "varchar(200)", "bytea"),
    "sqlite": ("TEXT", "TEXT", "TEXT", "BLOB"),
}
_INDEXES = ("recorded_at, id", "action, recorded_at", "actor, recorded_at", "subject_id, recorded_at")


def main() -> None:
    """The plain table has an entry's columns and indexes, and nothing else of it."""
    create_user(
        username="bench",
        full_name="Bench",
        role=Role.LAWYER,
        password=os.urandom(16).hex(),
        actor=SystemActor("bench", Channel.COMMAND),
    )
    key, moment, text, blob = _TYPES[connection.vendor]
    names = ("actor", "channel", "action", "subject_kind", "subject_id")
    columns = ", ".join(f"{name} {text} NOT NULL" for name in names)
    with connection.schema_editor() as editor:
        editor.execute(
            f"CREATE TABLE bench_plain (id {key} NOT NULL PRIMARY KEY, recorded_at {moment} NOT NULL, {columns},"
            f" case_id {key}, body {blob} NOT NULL, leaf_hash {blob} NOT NULL)",
            params=None,
        )
        for number, index in enumerate((*_INDEXES, "case_id, recorded_at")):
            editor.execute(f"CREATE INDEX bench_plain_{number} ON bench_plain ({index})", params=None)


if __name__ == "__main__":
    main()
