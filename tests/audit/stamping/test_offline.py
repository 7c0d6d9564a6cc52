"""Requests out on a stick, answers back on it."""

import os
from pathlib import Path

import pytest

from audit.checkpoints import sign_checkpoint
from audit.errors import NotFound, StampFilesUnusable
from audit.models import StampAttempt, TimeStamp
from audit.stamping.asking import LARGEST
from audit.stamping.flaws import StampRefused
from audit.stamping.offline import read_answers, write_requests
from tests.audit.conftest import CLERK
from tests.audit.stamping.local_authority import LocalAuthority

pytestmark = [pytest.mark.django_db, pytest.mark.program("openssl")]


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "stick"


def carry(stick: Path, authority: LocalAuthority) -> None:
    """What is done with the stick at a machine that has a network."""
    for request in stick.glob("*.tsq"):
        request.with_suffix(".tsr").write_bytes(authority.reply(request.read_bytes()))


def test_a_request_goes_out_and_its_answer_comes_back(stick, local, desk, checkpoint):
    (carried,) = write_requests(stick)
    assert (carried.path.name, carried.url) == ("local.3.tsq", desk.url)
    carry(stick, local)
    (taken,) = read_answers(stick, actor=CLERK)
    assert taken.stamp == TimeStamp.objects.get()
    assert taken.stamp.checkpoint == checkpoint
    assert desk.asked == []
    assert write_requests(stick) == []


def test_a_request_is_written_for_every_checkpoint_that_waits_the_newest_first(
    stick, local, checkpoint, write
):
    write(1)
    newest = sign_checkpoint(actor=CLERK)
    carried = [one.path.name for one in write_requests(stick)]
    assert carried == [f"local.{newest.size}.tsq", f"local.{checkpoint.size}.tsq"]
    carry(stick, local)
    assert {one.stamp.checkpoint for one in read_answers(stick, actor=CLERK)} == {newest, checkpoint}
    assert write_requests(stick) == []


def test_a_request_whose_answer_is_under_way_is_not_overwritten(stick, local, checkpoint):
    (carried,) = write_requests(stick)
    before = carried.path.read_bytes()
    write_requests(stick)
    assert carried.path.read_bytes() == before


def test_answers_are_taken_in_once(stick, local, checkpoint):
    write_requests(stick)
    carry(stick, local)
    first, again = read_answers(stick, actor=CLERK), read_answers(stick, actor=CLERK)
    assert first[0].stamp == again[0].stamp
    assert TimeStamp.objects.count() == 1


def test_a_stamp_that_came_on_a_stick_ends_the_tries_over_the_network(stick, local, checkpoint):
    write_requests(stick)
    carry(stick, local)
    StampAttempt.objects.create(
        checkpoint=checkpoint, authority="local", tries=4, tried_at=checkpoint.made_at, failure="unreachable"
    )
    read_answers(stick, actor=CLERK)
    assert not StampAttempt.objects.exists()


def test_a_false_answer_on_a_stick_is_refused_and_the_rest_taken(
    stick, tmp_path, local, authority, listed, checkpoint
):
    listed(authority.entry("local", "http://127.0.0.1:9/"), authority.entry("second", "http://127.0.0.1:9/"))
    write_requests(stick)
    carry(stick, local)
    stranger = LocalAuthority.found(tmp_path / "stranger", subject="Stranger", root="No one")
    (stick / "local.3.tsr").write_bytes(stranger.reply((stick / "local.3.tsq").read_bytes()))
    refused, taken = read_answers(stick, actor=CLERK)
    assert isinstance(refused.refused, StampRefused)
    assert taken.stamp is not None


@pytest.mark.parametrize(
    "name", ["local.tsr", "local.4.tsr", "x y.3.tsr", "..3.tsr", "local.99999999999999999999.tsr"]
)
def test_a_file_of_another_name_is_named_and_left(stick, local, checkpoint, name):
    write_requests(stick)
    (stick / name).write_bytes(b"x")
    (taken,) = read_answers(stick, actor=CLERK)
    assert isinstance(taken.refused, StampFilesUnusable)


def test_an_answer_of_an_unknown_authority_is_named(stick, local, checkpoint):
    write_requests(stick)
    (stick / "nobody.3.tsr").write_bytes(b"x")
    (taken,) = read_answers(stick, actor=CLERK)
    assert isinstance(taken.refused, NotFound)


def test_a_stick_full_of_traps_is_read_without_harm(stick, local, checkpoint, tmp_path):
    write_requests(stick)
    (tmp_path / "secret").write_bytes(b"secret")
    (stick / "local.3.tsr").symlink_to(tmp_path / "secret")
    assert isinstance(read_answers(stick, actor=CLERK)[0].refused, StampFilesUnusable)
    (stick / "local.3.tsr").unlink()
    os.mkfifo(stick / "local.3.tsr")
    assert isinstance(read_answers(stick, actor=CLERK)[0].refused, StampFilesUnusable)
    (stick / "local.3.tsr").unlink()
    (stick / "local.3.tsr").write_bytes(bytes(LARGEST + 1))
    assert isinstance(read_answers(stick, actor=CLERK)[0].refused, StampFilesUnusable)


def test_an_answer_without_its_request_is_named(stick, local, checkpoint):
    write_requests(stick)
    carry(stick, local)
    (stick / "local.3.tsq").unlink()
    assert isinstance(read_answers(stick, actor=CLERK)[0].refused, StampFilesUnusable)


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "It is empty."),
        (b"  <!DOCTYPE html><p>Sign in", "It is a web page."),
        (b"404 page not found\n", "It is text."),
        (b"\x30\x82\x01", "Its form is not that of RFC 3161."),
    ],
)
def test_what_is_no_answer_is_told_by_what_it_is_and_with_what_to_do(
    stick, local, desk, checkpoint, content, seen
):
    write_requests(stick)
    (stick / "local.3.tsr").write_bytes(content)
    (taken,) = read_answers(stick, actor=CLERK)
    assert str(taken.refused) == f"The authority's answer is no time-stamp response. {seen}"
    assert taken.next_step == (
        f"Send local.3.tsq to {desk.url} again, as application/timestamp-query, and put what it answers beside it as "
        "local.3.tsr."
    )


def test_each_other_fault_of_a_stick_says_what_to_do(stick, local, authority, tmp_path, checkpoint):
    write_requests(stick)
    request = (stick / "local.3.tsq").read_bytes()
    stranger = LocalAuthority.found(tmp_path / "stranger", subject="Stranger", root="No one")
    (stick / "local.3.tsr").write_bytes(stranger.reply(request))
    (stick / "local.7.tsr").write_bytes(b"x")
    (stick / "nobody.3.tsr").write_bytes(b"x")
    forged, misnamed, unknown = read_answers(stick, actor=CLERK)
    assert "tell the administrator" in forged.next_step
    assert "names as they were written" in str(misnamed.refused)
    assert "list of authorities" in unknown.next_step
    carry(stick, local)
    (stick / "local.3.tsq").unlink()
    lost = next(one for one in read_answers(stick, actor=CLERK) if one.path.name == "local.3.tsr")
    assert "local.3.tsq" in str(lost.refused)
    assert "--write-requests" in str(lost.refused)


def test_a_folder_without_answers_is_named(stick, local, checkpoint):
    write_requests(stick)
    with pytest.raises(StampFilesUnusable, match=r"holds no answers \(\*\.tsr\)"):
        read_answers(stick, actor=CLERK)


def test_a_folder_that_is_not_there_is_named(tmp_path, local, checkpoint):
    with pytest.raises(StampFilesUnusable, match="cannot be read"):
        read_answers(tmp_path / "nowhere", actor=CLERK)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StampFilesUnusable, match="cannot be written"):
        write_requests(tmp_path / "file")
