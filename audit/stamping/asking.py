"""Sending one request to one authority over HTTP (RFC 3161 section 3.4), within a time that nothing can stretch.

`http.client` and not `urllib.request`: it knows no redirects, no proxies from the environment and no other schemes, so
nothing is ever asked but the address that the administrator wrote down.
"""

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from audit.stamping.flaws import Flaw, StampRefused

SECONDS = 10
LARGEST = 64 * 1024
"""A token with its certificates has 2 to 10 KiB."""

_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_CHUNK = 8 * 1024


def ask(url: str, request: bytes, *, seconds: float = SECONDS) -> bytes:
    """Return the authority's answer to the request, unread. Waits `seconds` at most, whatever the other side does.

    Raises StampRefused with UNREACHABLE, TOO_SLOW, HTTP_ERROR, REDIRECTED or TOO_LARGE.
    """
    call = _Call(url, request, seconds)
    # In a thread, because a look-up of a name cannot be given a limit, nor headers that come a letter at a time.
    threading.Thread(target=call.run, name="stamp-request", daemon=True).start()
    try:
        answer = call.answer.get(timeout=seconds)
    except queue.Empty:
        call.break_off()
        raise StampRefused(Flaw.TOO_SLOW) from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class _Call:
    """One exchange, made in a thread of its own; the outcome is put into `answer`."""

    def __init__(self, url: str, request: bytes, seconds: float) -> None:
        self.answer: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        self._parts = urlsplit(url)
        self._request = request
        self._deadline = time.monotonic() + seconds
        self._connection = _connection(self._parts.scheme, self._parts.netloc, seconds)

    def run(self) -> None:
        try:
            self.answer.put(self._exchange())
        except StampRefused as refused:
            self.answer.put(refused)
        except TimeoutError:
            self.answer.put(StampRefused(Flaw.TOO_SLOW))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.answer.put(StampRefused(Flaw.UNREACHABLE, _reason(error)))
        finally:
            self._connection.close()

    def break_off(self) -> None:
        """End the exchange from outside; the thread finds its socket shut and ends."""
        connected = self._connection.sock
        if connected is not None:
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def _exchange(self) -> bytes:
        path = self._parts.path or "/"
        target = f"{path}?{self._parts.query}" if self._parts.query else path
        headers = {"Content-Type": _QUERY, "Accept": _REPLY, "User-Agent": "Dadkhah", "Connection": "close"}
        self._connection.request("POST", target, body=self._request, headers=headers)
        response = self._connection.getresponse()
        if 300 <= response.status < 400:
            raise StampRefused(Flaw.REDIRECTED, f"HTTP {response.status}")
        if response.status != 200:
            raise StampRefused(Flaw.HTTP_ERROR, f"HTTP {response.status}")
        return b"".join(self._bounded(response))

    def _bounded(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        left = LARGEST
        while chunk := response.read1(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise StampRefused(Flaw.TOO_LARGE)
            if time.monotonic() > self._deadline:
                raise StampRefused(Flaw.TOO_SLOW)
            yield chunk
        if response.length:
            raise StampRefused(Flaw.UNREACHABLE, f"broken off {response.length} bytes before the end")


def _reason(error: Exception) -> str:
    """What hindered us, in the words of the system; Python's names and numbers tell an administrator nothing."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"({error.verify_message})"
    return f"({(error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__})"


def _connection(scheme: str, place: str, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(place, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(place, timeout=seconds)
