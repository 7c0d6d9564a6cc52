import json

import pytest

from audit.actions import Action
from audit.errors import BadInput, Broken, Conflict, DomainError, NotFound, Refused, Unavailable
from audit.models import Entry
from config import command_line
from config.error_map import exit_code, http_status, kind_name


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (BadInput, 400, 2),
        (Refused, 403, 4),
        (NotFound, 404, 5),
        (Conflict, 409, 3),
        (Broken, 409, 3),
        (Unavailable, 503, 6),
    ],
)
def test_each_kind_of_failure_has_one_status_and_one_exit_code(kind, status, code):
    error = kind("What happened, and what to do.")
    assert (http_status(error), exit_code(error)) == (status, code)
    assert kind_name(error) != "failed"


def test_a_failure_of_no_kind_is_an_error_of_ours():
    assert (http_status(DomainError("?")), exit_code(DomainError("?"))) == (500, 70)


@pytest.mark.django_db(transaction=True)  # a command closes its connection at its end
def test_a_command_that_fails_says_one_sentence_and_its_code(capsys):
    code = command_line.run(["manage.py", "verify_evidence", "E-0000-0000", "--actor", "nobody-here"])
    said = capsys.readouterr()
    assert code == 5
    assert said.err.count("\n") == 1
    assert "nobody-here" in said.err
    assert Entry.objects.filter(
        action=Action.ACCESS_REFUSED.value, subject_id="verify_evidence", channel="command"
    ).exists()


@pytest.mark.django_db(transaction=True)  # a command closes its connection at its end
def test_with_json_a_failure_is_one_object(capsys):
    code = command_line.run(["manage.py", "verify_evidence", "--actor", "nobody-here", "--json"])
    assert code == 5
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["kind"] == "not_found"
