"""One request over HTTP, against every way in which a server can be useless."""

import socket
import threading
import time

import pytest

from audit.stamping.asking import LARGEST, ask
from audit.stamping.flaws import Flaw, StampRefused
from tests.audit.stamping.local_authority import answering, hanging


def flaw(url, **how):
    with pytest.raises(StampRefused) as refused:
        ask(url, b"request", **how)
    return refused.value.flaw


def test_the_answer_comes_back_as_it_was_sent(open_desk):
    desk = open_desk(lambda request: answering(b"answer to " + request))
    assert ask(f"{desk.url}?for=us", b"request") == b"answer to request"
    assert desk.asked == [b"request"]


def test_a_server_that_is_down_is_unreachable(open_desk):
    desk = open_desk(lambda request: answering(b""))
    desk.close()
    with pytest.raises(StampRefused, match=r"could not be reached\. \(Connection refused\)$") as refused:
        ask(desk.url, b"request")
    assert refused.value.flaw is Flaw.UNREACHABLE


def test_a_name_that_nobody_has_is_unreachable():
    assert flaw("http://nowhere.invalid/", seconds=5) in {Flaw.UNREACHABLE, Flaw.TOO_SLOW}


@pytest.mark.parametrize("status", [201, 204, 400, 403, 404, 500, 503])
def test_any_status_but_200_is_an_error(open_desk, status):
    desk = open_desk(lambda request: answering(b"", status))
    assert flaw(desk.url) is Flaw.HTTP_ERROR


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(open_desk, status):
    elsewhere = open_desk(lambda request: answering(b"from elsewhere"))
    desk = open_desk(lambda request: answering(b"", status, Location=elsewhere.url))
    assert flaw(desk.url) is Flaw.REDIRECTED
    assert elsewhere.asked == []


def test_a_proxy_named_in_the_environment_is_not_asked(open_desk, monkeypatch):
    proxy, desk = (
        open_desk(lambda request: answering(b"proxy")),
        open_desk(lambda request: answering(b"desk")),
    )
    monkeypatch.setenv("http_proxy", proxy.url)
    assert ask(desk.url, b"request") == b"desk"
    assert proxy.asked == []


def test_a_huge_answer_is_given_up(open_desk):
    desk = open_desk(lambda request: answering(bytes(LARGEST + 1)))
    assert flaw(desk.url) is Flaw.TOO_LARGE
    desk.behaviour = lambda request: answering(bytes(LARGEST))
    assert len(ask(desk.url, b"request")) == LARGEST


def test_an_answer_that_is_cut_short_is_unreachable(open_desk):
    desk = open_desk(lambda request: answering(b"short", 200, **{"Content-Length": "4000"}))
    assert flaw(desk.url) is Flaw.UNREACHABLE


def test_a_server_that_hangs_costs_no_more_than_the_limit(open_desk):
    desk = open_desk(hanging(5))
    began = time.monotonic()
    assert flaw(desk.url, seconds=0.3) is Flaw.TOO_SLOW
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("opening", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_costs_no_more_than_the_limit(opening):
    """Each letter comes within the limit of one read; only a limit for the whole ends it, and the thread with it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _peer = server.accept()
            with line:
                line.sendall(opening)
                try:
                    for _second in range(200):
                        line.sendall(b"a")
                        time.sleep(0.05)
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        assert flaw(f"http://127.0.0.1:{server.getsockname()[1]}/", seconds=0.4) is Flaw.TOO_SLOW
        assert time.monotonic() - began < 2
        time.sleep(0.3)
        assert not [thread for thread in threading.enumerate() if thread.name == "stamp-request"]


def test_a_server_that_speaks_no_http_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            line, _peer = server.accept()
            with line:
                line.recv(1000)
                line.sendall(b"220 mail.example ESMTP\r\n")

        threading.Thread(target=greet, daemon=True).start()
        assert flaw(f"http://127.0.0.1:{server.getsockname()[1]}/") is Flaw.UNREACHABLE
        assert flaw(f"https://127.0.0.1:{server.getsockname()[1]}/", seconds=1) in {
            Flaw.UNREACHABLE,
            Flaw.TOO_SLOW,
        }
