"""Whether the database only kept somebody waiting too long: a fault of the moment, and none of the work."""

# SQLite's words, and PostgreSQL's codes for a lock that was not to be had, a deadlock and a failed serialisation.
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001")


def is_busy(error: BaseException | None) -> bool:
    """Whether a lock of somebody else's stands behind this error, however often it was wrapped."""
    while error is not None:
        code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or ""
        if str(code).startswith(_BUSY):
            return True
        error = error.__cause__
    return False
