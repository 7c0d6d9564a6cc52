"""Logs for whoever runs the machine: one JSON object a line, and only fields that name nobody.

Names, addresses of pages, request bodies and exception texts stay out: an exception is logged by its class and
place alone, for its text may quote what a user typed. The audit log, not this one, says who did what.
"""

import logging
import re
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog

_ALLOWED = frozenset(
    {"event", "level", "logger", "timestamp", "status", "task", "count", "seconds", "error", "place"}
)
# Names of our tasks and Celery's own few words for how one ends.
_WORDS = re.compile(r"[A-Za-z_]+(?:[. ][A-Za-z_]+){0,5}")
# What the server says with the address on which it was told to listen, which is ours and no reader's.
_LISTENING = frozenset({"Connection in use: %s", "Invalid address: %s", "Can't connect to %s"})
_ADDRESS = re.compile(r"\('[\w.:-]{0,253}', [0-9]{1,5}(?:, [0-9]+, [0-9]+)?\)|[\w./-]{1,255}", re.ASCII)
_SIGNAL = re.compile(r"SIG[A-Z0-9]{1,10}")
_LEFT_OUT = "…"
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def keep_allowed_fields(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop every field that is not on the list; a field is added to the list only if it can name nobody."""
    return {key: value for key, value in event.items() if key in _ALLOWED}


def name_the_error(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace exception information by the class and the places it passed through, without values."""
    information: _ExcInfo | None = event.pop("exc_info", None)
    if isinstance(information, tuple) and information[0] is not None:
        event["error"] = information[0].__name__
        frames = traceback.extract_tb(information[2])[-8:]
        event["place"] = " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    return event


def drop_arguments(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Keep the constant text of a library's message and drop what would have filled its gaps."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and not event.get("_from_structlog"):
        event["event"] = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        # What filled the gaps is let through by the formatter for this alone; it is on no list, and is dropped.
        given = event.pop("positional_args", None)
        if record.name == "celery.app.trace" and isinstance(given, Mapping):
            event |= _of_a_task(given)
        elif record.name == "gunicorn.error":
            event["event"] = _of_the_server(event["event"], given)
        # Django writes these whole, with the host or the key that the request named; the logger's name says as much.
        if record.name.startswith("django.security."):
            event["event"] = record.name
        if record.exc_info:
            event["exc_info"] = record.exc_info
    return event


def _of_a_task(told: Mapping[str, object]) -> dict[str, object]:
    """Celery's message of a task, which is all gaps: what became of which task, and nothing that it was given."""
    named = {key: str(told.get(key, "")) for key in ("name", "description")}
    name, became = (text if _WORDS.fullmatch(text) else "" for text in named.values())
    return {"event": f"task {became or 'ended otherwise'}", "task": name}


def _of_the_server(text: str, given: object) -> str:
    """gunicorn's message with what names nobody: numbers, signals, and where it was to listen; the rest left out."""

    def fit(value: object) -> object:
        if isinstance(value, int | float):
            return value
        if isinstance(value, str) and _SIGNAL.fullmatch(value):
            return value
        own = isinstance(value, str) and text in _LISTENING and _ADDRESS.fullmatch(value)
        return value if own else _LEFT_OUT

    if isinstance(given, Mapping):
        filling: object = {key: fit(value) for key, value in given.items()}
    else:
        filling = tuple(map(fit, given)) if isinstance(given, tuple) else ()
    if not filling:
        return text
    try:
        return text % filling
    except (TypeError, ValueError, KeyError):
        return text


def logging_settings() -> dict[str, Any]:
    """What `settings.LOGGING` holds: JSON on the standard error stream, warnings and worse."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "pass_foreign_args": True,
                # Never filled in whole: where the gaps do not fit, Python would print what was to fill them.
                "use_get_message": False,
                "foreign_pre_chain": [
                    structlog.stdlib.add_log_level,
                    structlog.stdlib.add_logger_name,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                ],
                "processors": [
                    drop_arguments,
                    name_the_error,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    keep_allowed_fields,
                    structlog.processors.JSONRenderer(ensure_ascii=True),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            # These quote the path of the page, which may carry an identifier.
            "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            "django.security": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "django.server": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            "axes": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        },
    }
