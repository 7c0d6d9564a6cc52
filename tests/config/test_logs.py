import io
import json
import logging
import logging.config

import pytest
from django.test import Client
from gunicorn.config import Config

from config.logs import logging_settings
from config.server_log import ServerLogger


@pytest.fixture
def stream():
    caught = io.StringIO()
    settings = logging_settings()
    settings["handlers"]["stderr"]["stream"] = caught
    settings["root"]["level"] = "DEBUG"
    kept = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(settings)
    yield caught
    logging.root.handlers[:], logging.root.level = kept[0], kept[1]


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_what_a_library_fills_in_stays_out(stream):
    logging.getLogger("library").warning("user %s failed", "Zahra Canary")
    assert "Canary" not in stream.getvalue()
    assert lines(stream)[-1]["event"] == "user %s failed"


def test_an_exception_is_logged_by_class_and_place_without_its_text(stream):
    def reveal(name: str) -> None:
        raise ValueError(name)

    try:
        reveal("Zahra Canary")
    except ValueError:
        logging.getLogger("ours").exception("it failed")
    logged = lines(stream)[-1]
    assert "Canary" not in stream.getvalue()
    assert logged["error"] == "ValueError"
    assert "reveal" in str(logged["place"])


def test_a_line_holds_only_listed_fields(stream):
    logging.getLogger("ours").warning("seen", extra={"witness": "Zahra Canary", "status": 500})
    assert "Canary" not in stream.getvalue()


def test_line_breaks_and_escapes_cannot_forge_a_line(stream):
    logging.getLogger("ours").warning('one\n{"event": "forged"}\x1b[2J\u202e')
    assert len(lines(stream)) == 1
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_what_a_request_named_stays_out_where_django_quotes_it(stream, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert Client().get("/", headers={"host": "canary.example"}).status_code == 400
    assert lines(stream)[-1]["logger"] == "django.security.DisallowedHost"
    assert "canary" not in stream.getvalue()


def test_the_servers_own_messages_hold_no_address_path_or_traceback(stream, capfd):
    log = ServerLogger(Config())
    log.warning("Invalid request from ip=192.0.2.1: 'GET /canary'")
    try:
        raise ValueError("Zahra Canary")
    except ValueError:
        log.exception("Error handling request %s", "/canary/")
    assert [line["error"] for line in lines(stream)] == ["ValueError"]
    said = stream.getvalue() + "".join(capfd.readouterr())
    assert "anary" not in said
    assert "192.0.2.1" not in said


def test_the_server_says_which_of_its_workers_ended_and_how(stream):
    log = ServerLogger(Config())
    log.critical("WORKER TIMEOUT (pid:%s)", 4711)
    log.error("Worker (pid:%s) exited with code %s.", 4711, 3)
    log.error("Worker (pid:%s) was sent %s! Perhaps out of memory?", 4711, "SIGKILL")
    log.error("Connection in use: %s", str(("127.0.0.1", 8000)))
    log.error("Can't connect to %s", "/run/dadkhah.sock")
    assert [line["event"] for line in lines(stream)] == [
        "WORKER TIMEOUT (pid:4711)",
        "Worker (pid:4711) exited with code 3.",
        "Worker (pid:4711) was sent SIGKILL! Perhaps out of memory?",
        "Connection in use: ('127.0.0.1', 8000)",
        "Can't connect to /run/dadkhah.sock",
    ]


@pytest.mark.parametrize(
    ("told", "event"),
    [
        (("Error handling request %s", "/canary/"), "Error handling request …"),
        (("Control server error: %s", OSError("Zahra Canary")), "Control server error: …"),
        (("Error from %s:%d", "('192.0.2.1', 8000)", 8000), "Error from …:8000"),
        (("Connection in use: %s", "Zahra\nCanary"), "Connection in use: …"),
        (("Sent %s", "SIGKILL Canary"), "Sent …"),
        (("%(a)s", {"a": "Canary"}), "…"),
    ],
)
def test_what_may_come_from_a_reader_fills_no_gap_of_the_servers_message(stream, told, event):
    ServerLogger(Config()).error(*told)
    [line] = lines(stream)
    assert line["event"] == event
    assert "anary" not in stream.getvalue()
    assert "192.0.2.1" not in stream.getvalue()


@pytest.mark.parametrize("text", ["%d gaps", "%s of %(all)s", "one %s, two %s"])
@pytest.mark.parametrize("logger", ["gunicorn.error", "library"])
def test_where_the_gaps_do_not_fit_nothing_is_printed_of_what_was_to_fill_them(stream, capfd, logger, text):
    [ours] = [one for one in logging.root.handlers if getattr(one, "stream", None) is stream]
    ours.handle(logging.LogRecord(logger, logging.ERROR, "", 0, text, ("Zahra Canary",), None))
    assert [line["event"] for line in lines(stream)] == [text]
    assert "anary" not in stream.getvalue() + "".join(capfd.readouterr())


def test_a_task_that_failed_is_named_and_nothing_that_it_was_given(stream):
    told = {
        "hostname": "canary.example",
        "id": "5d1f",
        "name": "evidence.inspect_item",
        "description": "raised unexpected",
        "exc": "Zahra Canary",
        "args": "('Canary',)",
        "kwargs": "{}",
    }
    try:
        raise ValueError("Zahra Canary")
    except ValueError:
        logging.getLogger("celery.app.trace").exception(
            "Task %(name)s[%(id)s] %(description)s: %(exc)s", told
        )
    logged = lines(stream)[-1]
    assert (logged["event"], logged["task"], logged["error"]) == (
        "task raised unexpected",
        "evidence.inspect_item",
        "ValueError",
    )
    assert "anary" not in stream.getvalue()


def test_a_task_under_a_strange_name_is_not_quoted(stream):
    logging.getLogger("celery.app.trace").error("%(name)s", {"name": "Zahra Canary <x>", "description": "é"})
    assert "Canary" not in stream.getvalue()
