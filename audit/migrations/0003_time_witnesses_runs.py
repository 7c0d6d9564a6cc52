"""Rotations of the key, time-stamps and other houses' logs (append-only), and the bookkeeping of stamps and checks."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from audit.guards import append_only
from audit.vendor_sql import VendorSQL

SQLITE = [
    """
    CREATE TABLE audit_keyrotation (
        id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
        note TEXT NOT NULL CHECK (length(note) > 0),
        made_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE audit_timestamp (
        id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
        checkpoint_id TEXT NOT NULL REFERENCES audit_checkpoint (id) DEFERRABLE INITIALLY DEFERRED,
        authority TEXT NOT NULL CHECK (length(authority) BETWEEN 1 AND 100),
        algorithm TEXT NOT NULL CHECK (length(algorithm) BETWEEN 1 AND 20),
        request BLOB NOT NULL CHECK (length(request) > 0),
        response BLOB NOT NULL CHECK (length(response) > 0),
        generated_at TEXT NOT NULL,
        serial TEXT NOT NULL,
        policy TEXT NOT NULL,
        received_at TEXT NOT NULL,
        CONSTRAINT audit_one_stamp_per_authority UNIQUE (checkpoint_id, authority)
    ) STRICT
    """,
    """
    CREATE TABLE audit_witnessedlog (
        id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
        origin TEXT NOT NULL CHECK (length(origin) BETWEEN 1 AND 200),
        size INTEGER NOT NULL CHECK (size >= 0),
        root BLOB NOT NULL CHECK (length(root) = 32),
        note TEXT NOT NULL CHECK (length(note) > 0),
        seen_at TEXT NOT NULL,
        CONSTRAINT audit_seen_once_per_size UNIQUE (origin, size)
    ) STRICT
    """,
]

POSTGRESQL = [
    """
    CREATE TABLE audit_keyrotation (
        id uuid NOT NULL PRIMARY KEY,
        note text NOT NULL CHECK (length(note) > 0),
        made_at timestamp with time zone NOT NULL
    )
    """,
    """
    CREATE TABLE audit_timestamp (
        id uuid NOT NULL PRIMARY KEY,
        checkpoint_id uuid NOT NULL REFERENCES audit_checkpoint (id) DEFERRABLE INITIALLY DEFERRED,
        authority varchar(100) NOT NULL CHECK (length(authority) > 0),
        algorithm varchar(20) NOT NULL CHECK (length(algorithm) > 0),
        request bytea NOT NULL CHECK (octet_length(request) > 0),
        response bytea NOT NULL CHECK (octet_length(response) > 0),
        generated_at timestamp with time zone NOT NULL,
        serial varchar(100) NOT NULL,
        policy varchar(200) NOT NULL,
        received_at timestamp with time zone NOT NULL,
        CONSTRAINT audit_one_stamp_per_authority UNIQUE (checkpoint_id, authority)
    )
    """,
    """
    CREATE TABLE audit_witnessedlog (
        id uuid NOT NULL PRIMARY KEY,
        origin varchar(200) NOT NULL CHECK (length(origin) > 0),
        size bigint NOT NULL CHECK (size >= 0),
        root bytea NOT NULL CHECK (octet_length(root) = 32),
        note text NOT NULL CHECK (length(note) > 0),
        seen_at timestamp with time zone NOT NULL,
        CONSTRAINT audit_seen_once_per_size UNIQUE (origin, size)
    )
    """,
]

UNDO = ["DROP TABLE audit_witnessedlog", "DROP TABLE audit_timestamp", "DROP TABLE audit_keyrotation"]


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[VendorSQL(sqlite=SQLITE, postgresql=POSTGRESQL, undo=UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name="KeyRotation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("note", models.TextField()),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="TimeStamp",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("authority", models.CharField(max_length=100)),
                        ("algorithm", models.CharField(max_length=20)),
                        ("request", models.BinaryField()),
                        ("response", models.BinaryField()),
                        ("generated_at", models.DateTimeField()),
                        ("serial", models.CharField(max_length=100)),
                        ("policy", models.CharField(max_length=200)),
                        ("received_at", models.DateTimeField()),
                        (
                            "checkpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stamps",
                                to="audit.checkpoint",
                            ),
                        ),
                    ],
                    options={
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("checkpoint", "authority"), name="audit_one_stamp_per_authority"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WitnessedLog",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("origin", models.CharField(max_length=200)),
                        ("size", models.BigIntegerField()),
                        ("root", models.BinaryField(max_length=32)),
                        ("note", models.TextField()),
                        ("seen_at", models.DateTimeField()),
                    ],
                    options={
                        "default_permissions": (),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("origin", "size"), name="audit_seen_once_per_size"
                            )
                        ],
                    },
                ),
            ],
        ),
        *append_only("audit_keyrotation", keys=[["id"]]),
        *append_only("audit_timestamp", keys=[["id"], ["checkpoint_id", "authority"]]),
        *append_only("audit_witnessedlog", keys=[["id"], ["origin", "size"]]),
        migrations.CreateModel(
            name="StampAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("authority", models.CharField(max_length=100)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField()),
                ("failure", models.CharField(max_length=300)),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stamp_attempts",
                        to="audit.checkpoint",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkpoint", "authority"), name="audit_one_attempt_per_authority"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("actor", models.CharField(max_length=200)),
                ("channel", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("checked", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("outcome", models.TextField(blank=True)),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["requested_at"], name="audit_run_when")],
            },
        ),
    ]
