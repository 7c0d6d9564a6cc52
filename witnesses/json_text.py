"""JSON in a column that SQLite's `trusted_schema=OFF` allows."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class JsonText(models.JSONField):
    """A JSONField without Django's CHECK on SQLite, whose JSON_VALID no untrusted schema may call."""

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """No check on SQLite; on PostgreSQL the column's type is the check."""
        return None
