"""What is wrong with a database that did not do as it was told, by the code that it gave."""

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from audit.damage import code_of, is_damage, is_misbuilt

# SQLite's word, and PostgreSQL's code.
NO_ROOM = frozenset({"SQLITE_FULL", "53100"})
_READ_ONLY = frozenset({"25006"})
# A disk that may not be written shows in several ways, depending on which file SQLite was about to touch.
_READ_ONLY_WORDS = ("SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")


def is_full(error: BaseException) -> bool:
    """Whether there is no room on the database's disk."""
    return code_of(error) in NO_ROOM


def is_broken(error: BaseException) -> bool:
    """Whether the database is damaged or not built as it was made, so that trying again helps nobody."""
    return is_damage(error) or is_misbuilt(error)


def is_of_the_database(error: BaseException) -> bool:
    """Whether it is the database that failed, and `page_sentence` says how."""
    return isinstance(error, OperationalError | InterfaceError) or is_broken(error)


def page_sentence(error: BaseException) -> str:
    """What the fault means for who reads a page, and what to do."""
    if is_full(error):
        return _(
            "The disk that holds the database is full, so nothing was done. Ask the administrator to make room, then "
            "try again."
        )
    if is_damage(error):
        return _(
            "The database is damaged, so nothing was done. Tell the administrator at once: a copy of its files must "
            "be kept as they are, before anything is repaired."
        )
    if is_misbuilt(error):
        return _(
            "Something in the database is missing or is not built as this program made it, so nothing was done. Tell "
            "the administrator at once: a copy of the database must be kept as it is, before anything is repaired."
        )
    if code_of(error) in _READ_ONLY or code_of(error).startswith(_READ_ONLY_WORDS):
        return _(
            "The database cannot be written, so nothing was done. Ask the administrator to look at its disk and its "
            "rights, then try again."
        )
    return _(
        "The database is busy or does not answer, so nothing was done. Try again in a minute; "
        "if it stays so, tell the administrator."
    )
