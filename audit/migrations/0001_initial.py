"""The tables of the log, by raw SQL: STRICT on SQLite, the leaf hash computed by PostgreSQL itself."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from audit.vendor_sql import VendorSQL

SQLITE = [
    """
    CREATE TABLE audit_entry (
        id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 32),
        recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 26),
        actor TEXT NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
        channel TEXT NOT NULL CHECK (length(channel) BETWEEN 1 AND 20),
        action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 60),
        subject_kind TEXT NOT NULL CHECK (length(subject_kind) BETWEEN 1 AND 100),
        subject_id TEXT NOT NULL CHECK (length(subject_id) BETWEEN 1 AND 200),
        case_id TEXT CHECK (length(case_id) = 32),
        body BLOB NOT NULL CHECK (length(body) BETWEEN 2 AND 65535),
        leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
    ) STRICT
    """,
    "CREATE TABLE audit_unsequenced (entry_id TEXT NOT NULL PRIMARY KEY) STRICT",
    """
    CREATE TABLE audit_leaf (
        leaf_index INTEGER NOT NULL PRIMARY KEY CHECK (leaf_index >= 0),
        entry_id TEXT NOT NULL UNIQUE,
        leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
    ) STRICT
    """,
    """
    CREATE TABLE audit_tile (
        level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
        tile_index INTEGER NOT NULL CHECK (tile_index >= 0),
        hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
        root BLOB NOT NULL CHECK (length(root) = 32),
        PRIMARY KEY (level, tile_index)
    ) STRICT
    """,
    """
    CREATE TABLE audit_checkpoint (
        id TEXT NOT NULL PRIMARY KEY,
        origin TEXT NOT NULL,
        size INTEGER NOT NULL UNIQUE CHECK (size >= 0),
        root BLOB NOT NULL CHECK (length(root) = 32),
        made_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE audit_checkpointsignature (
        id TEXT NOT NULL PRIMARY KEY,
        checkpoint_id TEXT NOT NULL REFERENCES audit_checkpoint (id) DEFERRABLE INITIALLY DEFERRED,
        key_name TEXT NOT NULL,
        key_hash TEXT NOT NULL CHECK (length(key_hash) = 8),
        line TEXT NOT NULL,
        made_at TEXT NOT NULL,
        CONSTRAINT audit_one_signature_per_key UNIQUE (checkpoint_id, key_name, key_hash)
    ) STRICT
    """,
]

POSTGRESQL = [
    r"""
    CREATE TABLE audit_entry (
        id uuid NOT NULL PRIMARY KEY,
        recorded_at timestamp with time zone NOT NULL,
        actor varchar(200) NOT NULL,
        channel varchar(20) NOT NULL,
        action varchar(60) NOT NULL,
        subject_kind varchar(100) NOT NULL,
        subject_id varchar(200) NOT NULL,
        case_id uuid,
        body bytea NOT NULL CHECK (octet_length(body) BETWEEN 2 AND 65535),
        leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || body)) STORED
    )
    """,
    "CREATE TABLE audit_unsequenced (entry_id uuid NOT NULL PRIMARY KEY)",
    """
    CREATE TABLE audit_leaf (
        leaf_index bigint NOT NULL PRIMARY KEY CHECK (leaf_index >= 0),
        entry_id uuid NOT NULL UNIQUE,
        leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32)
    )
    """,
    """
    CREATE TABLE audit_tile (
        level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
        tile_index bigint NOT NULL CHECK (tile_index >= 0),
        hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
        root bytea NOT NULL CHECK (octet_length(root) = 32),
        PRIMARY KEY (level, tile_index)
    )
    """,
    # Digests do not compress, and a tile is often asked for its root alone: keep the hashes out of the row.
    "ALTER TABLE audit_tile ALTER COLUMN hashes SET STORAGE EXTERNAL",
    """
    CREATE TABLE audit_checkpoint (
        id uuid NOT NULL PRIMARY KEY,
        origin varchar(200) NOT NULL,
        size bigint NOT NULL UNIQUE CHECK (size >= 0),
        root bytea NOT NULL CHECK (octet_length(root) = 32),
        made_at timestamp with time zone NOT NULL
    )
    """,
    """
    CREATE TABLE audit_checkpointsignature (
        id uuid NOT NULL PRIMARY KEY,
        checkpoint_id uuid NOT NULL REFERENCES audit_checkpoint (id) DEFERRABLE INITIALLY DEFERRED,
        key_name varchar(200) NOT NULL,
        key_hash varchar(8) NOT NULL CHECK (length(key_hash) = 8),
        line text NOT NULL,
        made_at timestamp with time zone NOT NULL,
        CONSTRAINT audit_one_signature_per_key UNIQUE (checkpoint_id, key_name, key_hash)
    )
    """,
]

INDEXES = [
    "CREATE INDEX audit_entry_when ON audit_entry (recorded_at, id)",
    "CREATE INDEX audit_entry_action ON audit_entry (action, recorded_at)",
    "CREATE INDEX audit_entry_actor ON audit_entry (actor, recorded_at)",
    "CREATE INDEX audit_entry_subject ON audit_entry (subject_id, recorded_at)",
    "CREATE INDEX audit_entry_case ON audit_entry (case_id, recorded_at)",
]

UNDO = [
    "DROP TABLE audit_checkpointsignature",
    "DROP TABLE audit_checkpoint",
    "DROP TABLE audit_tile",
    "DROP TABLE audit_leaf",
    "DROP TABLE audit_unsequenced",
    "DROP TABLE audit_entry",
]


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                VendorSQL(sqlite=SQLITE + INDEXES, postgresql=POSTGRESQL + INDEXES, undo=UNDO)
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Checkpoint",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("origin", models.CharField(max_length=200)),
                        ("size", models.BigIntegerField(unique=True)),
                        ("root", models.BinaryField(max_length=32)),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("recorded_at", models.DateTimeField()),
                        ("actor", models.CharField(max_length=200)),
                        ("channel", models.CharField(max_length=20)),
                        ("action", models.CharField(max_length=60)),
                        ("subject_kind", models.CharField(max_length=100)),
                        ("subject_id", models.CharField(max_length=200)),
                        ("case_id", models.UUIDField(null=True)),
                        ("body", models.BinaryField(max_length=65535)),
                        ("leaf_hash", models.BinaryField(max_length=32)),
                    ],
                    options={
                        "permissions": (("review_log", "Can review the audit log"),),
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Leaf",
                    fields=[
                        (
                            "index",
                            models.BigIntegerField(db_column="leaf_index", primary_key=True, serialize=False),
                        ),
                        ("leaf_hash", models.BinaryField(max_length=32)),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Tile",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "level",
                                "index",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("level", models.SmallIntegerField()),
                        ("index", models.BigIntegerField(db_column="tile_index")),
                        ("hashes", models.BinaryField(max_length=8192)),
                        ("root", models.BinaryField(max_length=32)),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="CheckpointSignature",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("key_name", models.CharField(max_length=200)),
                        ("key_hash", models.CharField(max_length=8)),
                        ("line", models.TextField()),
                        ("made_at", models.DateTimeField()),
                        (
                            "checkpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signatures",
                                to="audit.checkpoint",
                            ),
                        ),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="Unsequenced",
                    fields=[
                        (
                            "entry",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="audit.entry",
                            ),
                        ),
                    ],
                    options={
                        "default_permissions": (),
                    },
                ),
                migrations.AddIndex(
                    model_name="entry",
                    index=models.Index(fields=["recorded_at", "id"], name="audit_entry_when"),
                ),
                migrations.AddIndex(
                    model_name="entry",
                    index=models.Index(fields=["action", "recorded_at"], name="audit_entry_action"),
                ),
                migrations.AddIndex(
                    model_name="entry",
                    index=models.Index(fields=["actor", "recorded_at"], name="audit_entry_actor"),
                ),
                migrations.AddIndex(
                    model_name="entry",
                    index=models.Index(fields=["subject_id", "recorded_at"], name="audit_entry_subject"),
                ),
                migrations.AddIndex(
                    model_name="entry",
                    index=models.Index(fields=["case_id", "recorded_at"], name="audit_entry_case"),
                ),
                migrations.AddField(
                    model_name="leaf",
                    name="entry",
                    field=models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="leaf",
                        to="audit.entry",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="checkpointsignature",
                    constraint=models.UniqueConstraint(
                        fields=("checkpoint", "key_name", "key_hash"), name="audit_one_signature_per_key"
                    ),
                ),
            ],
        ),
    ]
