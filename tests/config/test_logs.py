import io
import json
import logging
import logging.config

import pytest

from config.logs import logging_settings


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
