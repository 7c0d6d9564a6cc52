"""Serving pages with gunicorn, in this process's settings."""

import socket
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from gunicorn.app.base import BaseApplication

from audit.errors import BadInput, Unavailable
from config.embedded import start_worker
from config.server_log import ServerLogger

_HIGHEST_PORT = 65_535


class BadAddress(BadInput):
    """What was given is no address and port."""


class AddressTaken(Unavailable):
    """The address cannot be listened on."""


def checked_bind(bind: str) -> str:
    """`bind` if this machine can listen there now. Raises BadAddress, or AddressTaken with the system's reason."""
    host, _colon, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not port.isascii() or int(port) > _HIGHEST_PORT:
        raise BadAddress(
            _("“%(bind)s” is no address and port. Write it like 127.0.0.1:8000.") % {"bind": bind}
        )
    name = host.strip("[]")
    try:
        family = socket.getaddrinfo(name, int(port), type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((name, int(port)))
    except (OSError, UnicodeError) as error:
        raise AddressTaken(
            _(
                "The workspace cannot be served on %(bind)s: %(reason)s. Choose another with --bind (make: BIND=)."
            )
            % {"bind": bind, "reason": getattr(error, "strerror", None) or error}
        ) from error
    return bind


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our options instead of a command line."""

    def __init__(self, *, bind: str, workers: int) -> None:
        self._options = {
            "bind": bind,
            "workers": workers,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 120,
            "graceful_timeout": 20,
            "logger_class": ServerLogger,
            # The default log would hold addresses of pages; the audit log says who did what.
            "accesslog": None,
            # A door for commanding the server that nobody here uses.
            "control_socket_disable": True,
            "post_worker_init": _after_fork,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_module("config.wsgi").application


def _after_fork(_worker: Any) -> None:
    if settings.DADKHAH_EMBEDDED_WORKER:
        start_worker()
