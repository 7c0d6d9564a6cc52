"""Refuses an unsafe start. Errors stop the server; the checks run before anything is served or migrated."""

import sqlite3
import stat
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Advice
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import DatabaseError

from audit.damage import is_absence, is_damage, words_of
from audit.errors import AuthoritiesUnusable, DomainError
from audit.keys import MLDSA_FILE, PRIVATE_FILE
from audit.signature_kinds import mldsa_is_here
from audit.stamping.authorities import load_authorities
from audit.storage_check import indexes_are_only_counted
from audit.structure import database_faults
from audit.witness_keys import PRIVATE_FILE as WITNESS_KEY
from config.hardening import owns_the_log
from config.key_making import DataIsGone, require_data_in_place
from evidence.inspecting.box import isolation
from evidence.store import named_store

_KEY_FILES = (
    "django_secret.key",
    "vault.agekey",
    "vault_next.agekey",
    "vault_retiring.agekey",
    "vault_names.key",
    PRIVATE_FILE,
    MLDSA_FILE,
    WITNESS_KEY,
    "store_access.key",
)
_OLDEST_SQLITE = (3, 37, 0)
_SAID = 5
_WANTED_PRAGMAS = {"synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def _error(number: int, sentence: str, hint: str) -> Error:
    return Error(sentence, hint=hint, id=f"dadkhah.E{number:03d}")


@register(Tags.security, deploy=True)
def production_is_strict(**_kwargs: Any) -> list[CheckMessage]:
    """What only production must hold; `manage.py serve` and gunicorn run these with `check --deploy`."""
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            _error(1, "DEBUG is on.", "Pages of errors would show secrets. Use config.settings.base.")
        )
    if len(settings.SECRET_KEY) < 50 or settings.SECRET_KEY.startswith("unset"):
        found.append(_error(2, "There is no secret key.", "Run `manage.py make_keys`."))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            _error(3, "The host name is open.", "Set DADKHAH_ALLOWED_HOSTS to the name of this site.")
        )
    if not settings.SESSION_COOKIE_SECURE or not settings.CSRF_COOKIE_SECURE:
        found.append(
            _error(4, "Cookies would travel without TLS.", "Use config.settings.base behind a TLS proxy.")
        )
    return found


@register(Tags.security)
def keys_are_private(**_kwargs: Any) -> list[CheckMessage]:
    """No key file may be read by anybody but its owner, and none may lie among the data."""
    folder = Path(settings.DADKHAH_KEYS_DIR)
    found: list[CheckMessage] = []
    if folder.resolve().is_relative_to(Path(settings.DADKHAH_DATA_DIR).resolve()):
        found.append(_error(5, "The keys lie inside the data folder.", "Move DADKHAH_KEYS_DIR elsewhere."))
    for path in (folder / name for name in _KEY_FILES):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            found.append(_error(6, f"Others can read the key file {path.name}.", f"Run: chmod 600 {path}"))
    return found


@register(Tags.security, deploy=True)
def data_are_private(**_kwargs: Any) -> list[CheckMessage]:
    """Nobody else on the machine may enter the data folder: the database in it holds the texts of every case."""
    folder = Path(settings.DADKHAH_DATA_DIR)
    if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return [_error(12, "Others can enter the data folder.", f"Run: chmod 700 {folder}")]
    return []


@register(Tags.security)
def stamp_authorities_are_usable(**_kwargs: Any) -> list[CheckMessage]:
    """A wrong list of time-stamp authorities must be seen now, and not when a court asks for the stamps."""
    try:
        load_authorities()
    except AuthoritiesUnusable as error:
        return [_error(17, str(error), "docs/OPERATING.md shows a list that works.")]
    return []


@register(Tags.security)
def data_is_in_place(**_kwargs: Any) -> list[CheckMessage]:
    """The data that these keys were used with must be here: an empty mount point is no new installation."""
    try:
        require_data_in_place(Path(settings.DADKHAH_KEYS_DIR), data=Path(settings.DADKHAH_DATA_DIR))
    except DataIsGone as error:
        return [_error(13, str(error), "Nothing was made or changed.")]
    return []


@register(Tags.security)
def both_signatures_can_be_made(**_kwargs: Any) -> list[CheckMessage]:
    """A machine without ML-DSA-44 goes on with Ed25519 alone, and says so at every start."""
    if mldsa_is_here():
        return []
    sentence = "The cryptography library cannot do ML-DSA-44: the log is signed with Ed25519 alone."
    hint = "Install the version of cryptography that requirements.lock names, then run make_keys."
    return [Advice(sentence, hint=hint, id="dadkhah.W014")]


@register(Tags.security, deploy=True)
def store_is_usable(**_kwargs: Any) -> list[CheckMessage]:
    """The place for sealed bytes that the settings name can be reached and holds what is asked of it."""
    try:
        named_store().read_marker()
    except DomainError as error:
        return [_error(20, str(error), "Nothing was made or changed.")]
    return []


@register(Tags.security, deploy=True)
def files_are_looked_into_in_a_closed_box(**_kwargs: Any) -> list[CheckMessage]:
    """A machine that allows no closed box goes on with limits alone, and says so at every start."""
    if isolation() == "shut":
        return []
    sentence = (
        "The kernel allows no closed box: hostile files are looked into with limits, but without walls."
    )
    hint = "Allow namespaces to this program's user (in a container: the right to unshare and to mount)."
    return [Advice(sentence, hint=hint, id="dadkhah.W023")]


@register(Tags.database)
def sqlite_is_durable(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """SQLite must run with a write-ahead log, full synchronisation, foreign keys and recursive triggers."""
    if not databases or connection.vendor != "sqlite":
        return []
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        hint = "Use a Python built with SQLite 3.37 or newer: the log's tables are STRICT."
        return [_error(11, f"SQLite {sqlite3.sqlite_version} is too old.", hint)]
    try:
        with connection.cursor() as cursor:
            wrong = [name for name, wanted in _WANTED_PRAGMAS.items() if _pragma(cursor, name) != wanted]
            in_memory = (
                "mode=memory" in str(connection.settings_dict["NAME"]) or not connection.settings_dict["NAME"]
            )
            if not in_memory and _pragma(cursor, "journal_mode") != "wal":
                wrong.append("journal_mode")
    except DatabaseError as error:
        return [unreadable(error)]
    hint = (
        "Leave DATABASES['default']['OPTIONS'] as config.settings.base sets it: a power cut could lose work."
    )
    return [_error(8, f"SQLite is not set to be durable: {', '.join(wrong)}.", hint)] if wrong else []


def unreadable(error: DatabaseError) -> CheckMessage:
    """What is said of a database that cannot even be asked."""
    if is_damage(error):
        return _error(
            24,
            "The database is damaged: its files do not hold what they should.",
            "Keep a copy of them as they are, run `manage.py verify_audit_log`, and go back to a backup.",
        )
    if not is_absence(error):
        return _error(
            25,
            f"The database refuses to be asked: {words_of(error)}",
            "It is there and answers. See to this role's rights and that every migration was applied.",
        )
    if connection.vendor == "sqlite":
        hint = "Check that DADKHAH_DATA_DIR exists and is writable."
        return _error(7, "The database file cannot be opened.", hint)
    return _error(9, "PostgreSQL does not answer.", "Check DATABASE_URL and that the server runs.")


def _pragma(cursor: Any, name: str) -> Any:
    cursor.execute(f"PRAGMA {name}")
    return cursor.fetchone()[0]


@register(Tags.database)
def postgresql_is_durable(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL must not acknowledge a commit before it is on the disk."""
    if not databases or connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            value = cursor.fetchone()[0]
            cursor.execute("SHOW fsync")
            fsync = cursor.fetchone()[0]
    except DatabaseError as error:
        return [unreadable(error)]
    if value == "off" or fsync != "on":
        return [_error(10, "PostgreSQL may lose commits.", "Set synchronous_commit=on and fsync=on.")]
    return []


def migrations_wait() -> bool:
    """Whether this database lacks a migration; a start refuses that, `migrate` does something about it."""
    loader = MigrationLoader(connection)
    # Each by itself: one that was struck from the middle of the list is no part of Django's plan.
    return any(key not in loader.applied_migrations for key in loader.disk_migrations)


@register(Tags.database)
def guards_are_in_place(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Nothing is served from a database whose guards against change are missing, altered or joined by others.

    Says nothing while migrations wait: `migrate` runs this check too, and is what puts the guards in place.
    """
    if not databases:
        return []
    try:
        faults = [] if migrations_wait() else database_faults(connection)
    except DatabaseError as error:
        # Whatever keeps us from looking must not let a start pass, though another check may say it too.
        return [unreadable(error)]
    if not faults:
        return []
    places = "; ".join(f"{fault.place} {fault.detail}".strip() for fault in faults[:_SAID])
    return [
        _error(
            14,
            f"The database no longer guards the record against change ({len(faults)}): {places}.",
            "Keep a copy of the database as it is, run `manage.py verify_audit_log` and compare with a checkpoint "
            "that left the house. Then `manage.py restore_guards` puts missing guards back and says what else it is.",
        )
    ]


@register(Tags.database)
def role_owns_nothing(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """In production the application's database role should not be able to lift the guards."""
    if not databases or connection.vendor != "postgresql" or not settings.DADKHAH_PRODUCTION:
        return []
    try:
        owner = owns_the_log()
    except DatabaseError:
        return []  # said by the checks above, with what to do
    if not owner:
        return []
    hint = "Run `manage.py harden_database` as the owner, and start with the DATABASE_URL that it names."
    return [
        Advice(
            "Dadkhah uses the database as its owner, who can lift every guard.", hint=hint, id="dadkhah.W016"
        )
    ]


@register(Tags.database)
def indexes_can_be_checked(databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """A long log needs the extension amcheck: without it nothing compares the keys of its indexes."""
    if not databases:
        return []
    try:
        only_counted = indexes_are_only_counted(connection)
    except DatabaseError:
        return []  # said by the checks above, with what to do; before the first migration there is no log
    if not only_counted:
        return []
    sentence = "The log is long, and PostgreSQL has no amcheck: only the rows of its indexes are counted."
    hint = "Make the extension as docs/OPERATING.md says: an index could hide entries from lists."
    return [Advice(sentence, hint=hint, id="dadkhah.W026")]
