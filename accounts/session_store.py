"""Sessions in the database, as Django keeps them, but for a database that is busy or full when one is saved."""

import logging

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import InterfaceError, OperationalError

_log = logging.getLogger(__name__)


class SessionStore(DatabaseStore):
    """Saved after an answer is ready, a session must not turn what was done into a failure.

    Django takes any fault of the database for a session that was deleted meanwhile, and answers that the request was
    bad. Here the answer stands, and what the session was to remember of it is forgotten: a note for the reader, or that
    somebody signed in, who is then asked again.
    """

    def save(self, must_create: bool = False) -> None:
        """Raises CreateError or UpdateError as Django's does, the latter for a session that is gone alone."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if not isinstance(error.__context__, OperationalError | InterfaceError):
                raise
            _log.warning("a session was not saved", extra={"fault": type(error.__context__).__name__})
