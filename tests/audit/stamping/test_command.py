"""`manage.py stamp_log`, and the state that pages show."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from audit.checkpoints import sign_checkpoint
from audit.errors import PlaceRefused
from audit.models import StampAttempt, TimeStamp
from audit.stamp_state import stamp_state
from audit.stamping.flaws import Flaw
from audit.stamping.rounds import stamp_pending
from tests.audit.conftest import CLERK
from tests.audit.stamping.local_authority import DAY, LocalAuthority, answering, honest

pytestmark = [pytest.mark.django_db, pytest.mark.program("openssl")]


def run(capsys, *arguments, code=None):
    if code is None:
        call_command("stamp_log", *arguments)
    else:
        with pytest.raises(SystemExit) as ended:
            call_command("stamp_log", *arguments)
        assert ended.value.code == code
    return capsys.readouterr().out


def test_it_stamps_now_and_says_so(capsys, local, checkpoint):
    said = run(capsys)
    assert "Stamped by local at 20" in said
    assert "the log of 3 entries" in said
    assert "0 waiting" in said
    assert TimeStamp.objects.count() == 1


def test_it_says_what_waits_and_why(capsys, local, desk, checkpoint):
    desk.behaviour = lambda request: answering(b"", 500)
    said = run(capsys, code=1)
    assert "No time-stamp from http://127.0.0.1" in said
    assert "answered with an error. HTTP 500" in said
    assert "local: last time-stamp none yet; 1 waiting." in said
    assert "1 waiting" in run(capsys, "--state")
    assert len(desk.asked) == 1


def test_it_says_that_no_authority_is_configured(capsys, checkpoint):
    assert run(capsys).startswith("Not stamped: no time-stamp authority is configured. ")


@pytest.mark.parametrize("words", [(), ("--state",), ("--write-requests", "stick")])
def test_without_an_authority_it_says_what_to_do_next(capsys, checkpoint, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    said = run(capsys, *words)
    assert "stamp_authorities.json" in said
    assert "DADKHAH_TSA_FILE" in said
    assert not (tmp_path / "stick").exists()


def test_it_speaks_json(capsys, local, desk, checkpoint):
    said = json.loads(run(capsys, "--json"))
    assert (said["ok"], said["configured"]) == (True, True)
    assert said["waiting"] == 0
    assert said["done"][0]["size"] == 3
    assert said["authorities"][0]["last"]["serial"] == TimeStamp.objects.get().serial
    assert said["authorities"][0]["failure"] is None


def test_it_carries_requests_out_and_answers_back(capsys, local, desk, checkpoint, tmp_path):
    said = run(capsys, "--write-requests", str(tmp_path / "stick"))
    assert f"to be sent to {desk.url}" in said
    request = tmp_path / "stick" / "local.3.tsq"
    request.with_suffix(".tsr").write_bytes(local.reply(request.read_bytes()))
    assert "Stamped by local" in run(capsys, "--read-responses", str(tmp_path / "stick"))


@pytest.mark.parametrize("way", ["--write-requests", "--read-responses"])
def test_no_name_is_no_folder(local, desk, checkpoint, tmp_path, monkeypatch, way):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PlaceRefused, match="Name a folder"):
        call_command("stamp_log", way, "")
    assert not TimeStamp.objects.exists()
    assert list(tmp_path.glob("*.tsq")) == []


def test_requests_are_not_written_among_our_own_files(local, desk, checkpoint, settings):
    with pytest.raises(PlaceRefused, match="data"):
        call_command("stamp_log", "--write-requests", str(settings.DADKHAH_DATA_DIR / "stick"))
    assert not (settings.DADKHAH_DATA_DIR / "stick").exists()


def test_it_says_what_to_do_about_an_answer_that_is_none(capsys, local, desk, checkpoint, tmp_path):
    run(capsys, "--write-requests", str(tmp_path / "stick"))
    (tmp_path / "stick" / "local.3.tsr").write_bytes(b"<html>")
    said = run(capsys, "--read-responses", str(tmp_path / "stick"), code=1)
    assert "is no time-stamp response. It is a web page. Send local.3.tsq to" in said
    answer = json.loads(run(capsys, "--read-responses", str(tmp_path / "stick"), "--json", code=1))
    (done,) = answer["done"]
    assert answer["ok"] is False
    assert done["next"].startswith("Send local.3.tsq to")


def test_of_stamps_of_one_second_the_last_is_the_one_over_the_most_entries(
    capsys, local, desk, checkpoint, write, tmp_path
):
    write(2)
    newest = sign_checkpoint(actor=CLERK)
    run(capsys, "--write-requests", str(tmp_path / "stick"))
    for size in (checkpoint.size, newest.size):
        request = tmp_path / "stick" / f"local.{size}.tsq"
        request.with_suffix(".tsr").write_bytes(local.reply(request.read_bytes()))
    run(capsys, "--read-responses", str(tmp_path / "stick"))
    assert stamp_state().last.checkpoint == newest


def test_the_state_tells_of_the_last_stamp_and_the_last_failure(local, desk, checkpoint, authority, listed):
    assert stamp_state().last is None
    stamper, desk.behaviour = desk.behaviour, lambda request: answering(b"", 503)
    stamp_pending()
    (before,) = stamp_state().authorities
    assert (before.waiting, before.failure.flaw, before.failure.detail) == (1, Flaw.HTTP_ERROR, "HTTP 503")
    assert before.next_try_at > before.failure.tried_at
    assert before.failure.sentence == "The authority's server answered with an error."
    desk.behaviour = stamper
    call_command("stamp_log")
    state = stamp_state()
    assert state.last == TimeStamp.objects.get()
    assert (state.waiting, state.authorities[0].failure) == (0, None)


def test_a_failure_stays_in_the_state_as_long_as_its_checkpoint_waits(local, desk, checkpoint, write):
    desk.behaviour = lambda request: answering(b"nonsense")
    stamp_pending()
    write(1)
    sign_checkpoint(actor=CLERK)
    desk.behaviour = honest(local)
    StampAttempt.objects.update(tried_at=checkpoint.made_at - DAY)
    assert stamp_pending() == 1
    (state,) = stamp_state().authorities
    assert (state.waiting, state.failure.flaw) == (1, Flaw.MALFORMED)
    StampAttempt.objects.update(failure="a flaw of a later version: x")
    assert stamp_state().authorities[0].failure.sentence == "a flaw of a later version: x"


def test_the_state_tells_of_an_authority_whose_certificate_has_ended(capsys, tmp_path, listed, checkpoint):
    ended = LocalAuthority.found(
        tmp_path / "tsa", begins=datetime.now(UTC) - 30 * DAY, ends=datetime.now(UTC) - DAY
    )
    listed(ended.entry("ended", "http://127.0.0.1:9/"))
    assert stamp_state().authorities[0].expired
    assert "Its certificate has ended" in run(capsys)


def test_the_state_costs_the_same_however_many_checkpoints_there_are(
    local, checkpoint, write, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        stamp_state()
