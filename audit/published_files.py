"""Fetching the files of a published log: from a folder, or over http and https and no other way."""

import contextlib
import http.client
import os
import queue
import socket
import ssl
import stat
import threading
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext as _

from audit.errors import BadInput, PublishedLogUnreadable
from audit.published_tiles import Source

_SECONDS = 20
_PIECE = 16 * 1024
_GONE = (404, 410)
_ELSEWHERE = (301, 302, 303, 307, 308)
_FAULT_OF_SERVER = 500
_LONGEST_ADDRESS = 300


class BadAddress(BadInput):
    """Neither a folder nor an address of the kind that is fetched."""


def open_source(place: str) -> Source:
    """Return the published log at a folder's path or an http(s) address. Raises BadAddress."""
    if not place:  # as a path it would be the folder where one is
        raise BadAddress(_("An empty path names no file. Write the path, or a dot for this folder."))
    if "://" not in place:
        folder = Path(place)
        if not folder.is_dir():
            raise BadAddress(
                _("%(path)s is no folder. Name the folder or the http address of a published log.")
                % {"path": place}
            )
        return FolderSource(folder)
    if not _is_fetched(place):
        raise BadAddress(_("A published log is fetched over http or https, from an address without ? and #."))
    return WebSource(place.rstrip("/"))


def _is_fetched(place: str) -> bool:
    """Whether an address is one of http or https, with a server and without a query, in printable ASCII."""
    try:
        parts = urlsplit(place)
        named = parts.hostname and parts.port != 0
    except ValueError:  # brackets or a port that are none
        return False
    plain = place.isascii() and place.isprintable() and " " not in place
    return bool(
        parts.scheme in ("http", "https") and named and plain and not parts.query and not parts.fragment
    )


def _log_at(asked: str, sent_to: str, path: str) -> str:
    """The place of a log to which a server sends on; empty where it is none that we would fetch or show."""
    try:
        address = urljoin(asked, sent_to)
    except ValueError:  # brackets that are none
        return ""
    place = address.removesuffix(f"/{path}")
    shown = place != address and len(place) <= _LONGEST_ADDRESS and "@" not in place
    return place if shown and address != asked and _is_fetched(place) else ""


class FolderSource:
    """A published log in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, *, most: int) -> bytes | None:
        """As `Source.read`. Reads regular files alone: a pipe would never answer, a link may lead anywhere."""
        try:
            descriptor = os.open(self._folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(path, error.strerror or "") from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _unreadable(path, _("it is no regular file"))
            with os.fdopen(os.dup(descriptor), "rb") as file:
                content = file.read(most + 1)
        except OSError as error:
            raise _unreadable(path, error.strerror or "") from error
        finally:
            os.close(descriptor)
        return _checked(path, content, most)


class WebSource:
    """A published log at an address. Asks no proxy, keeps no cookie, follows no redirection.

    Waits `seconds` for each file at most, whatever the other side does.
    """

    def __init__(self, prefix: str, *, seconds: float = _SECONDS) -> None:
        self._prefix = prefix
        self._seconds = seconds

    def read(self, path: str, *, most: int) -> bytes | None:
        """As `Source.read`."""
        call = _Call(f"{self._prefix}/{path}", path, most, self._seconds)
        # In a thread, because a look-up of a name cannot be given a limit, nor headers that come a letter at a time.
        threading.Thread(target=call.run, name="published-file", daemon=True).start()
        try:
            answer = call.answer.get(timeout=self._seconds)
        except queue.Empty:
            call.break_off()
            raise _too_slow(call.place) from None
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Call:
    """One file asked for, in a thread of its own; the outcome is put into `answer`.

    `http.client` and not `urllib.request`: it knows no redirects, no proxies and no other schemes.
    """

    def __init__(self, address: str, path: str, most: int, seconds: float) -> None:
        self.answer: queue.SimpleQueue[bytes | Exception | None] = queue.SimpleQueue()
        parts = urlsplit(address)
        self.place = parts.netloc.rpartition("@")[2]
        self._address = address
        self._target = parts.path
        self._path = path
        self._most = most
        self._deadline = time.monotonic() + seconds
        self._connection = _connection(parts.scheme, self.place, seconds)

    def run(self) -> None:
        try:
            self.answer.put(self._exchange())
        except PublishedLogUnreadable as refused:
            self.answer.put(refused)
        except TimeoutError:
            self.answer.put(_too_slow(self.place))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.answer.put(_no_answer(self.place, error))
        finally:
            self._connection.close()

    def break_off(self) -> None:
        """End the exchange from outside; the thread finds its socket shut and ends."""
        connected = self._connection.sock
        if connected is not None:
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def _exchange(self) -> bytes | None:
        headers = {"Accept-Encoding": "identity", "User-Agent": "Dadkhah", "Connection": "close"}
        self._connection.request("GET", self._target, headers=headers)
        answer = self._connection.getresponse()
        if answer.status in _GONE:
            return None
        if answer.status != 200:
            raise self._refused(answer.status, answer.headers.get("Location", ""))
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise _unreadable(self._path, _("it is compressed although nobody asked for that"))
        return _checked(self._path, self._bounded(answer), self._most)

    def _refused(self, status: int, sent_to: str) -> PublishedLogUnreadable:
        """Where a server sends us we do not go: a person must say that the log lies there."""
        step = _(
            "The server does not hand it out. Ask the house of that log whether its files are open to you."
        )
        if status in _ELSEWHERE:
            step = _(
                "The server sends on to another address. Ask the house of that log for the address of its files."
            )
            if other := _log_at(self._address, sent_to, self._path):
                step = _(
                    "The server sends on to another address. Ask the house of that log whether that one is its own. "
                    "Name %(address)s instead if it is."
                ) % {"address": other}
        elif status >= _FAULT_OF_SERVER:
            step = _("The server has a fault of its own. Try again later.")
        return PublishedLogUnreadable(f"{_unreadable(self._path, f'HTTP {status}')} {step}")

    def _bounded(self, answer: http.client.HTTPResponse) -> bytes:
        """Read at most a byte more than allowed, within the time."""
        content = b""
        while len(content) <= self._most:
            piece = answer.read1(min(_PIECE, self._most + 1 - len(content)))
            if not piece:
                break
            content += piece
            if time.monotonic() > self._deadline:
                raise TimeoutError
        if answer.length and len(content) <= self._most:
            raise http.client.IncompleteRead(content, answer.length)
        return content


def _connection(scheme: str, place: str, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(place, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(place, timeout=seconds)


def _too_slow(place: str) -> PublishedLogUnreadable:
    return PublishedLogUnreadable(
        _("The server at %(place)s did not answer in time. Try again later.") % {"place": place}
    )


def _no_answer(place: str, error: Exception) -> PublishedLogUnreadable:
    """What went wrong on the way to a server, in words: none of Python's own."""
    if isinstance(error, socket.gaierror):
        sentence = _("There is no server of the name %(place)s. Check the address.")
    elif isinstance(error, ssl.SSLError):
        sentence = _("The server at %(place)s does not prove who it is: its certificate is not good.")
    elif isinstance(error, OSError):
        sentence = _("The server at %(place)s does not answer. Check the address, or try again later.")
    else:
        sentence = _("What the server at %(place)s answers is no whole answer. Try again later.")
    return PublishedLogUnreadable(sentence % {"place": place})


def _checked(path: str, content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise _unreadable(path, _("it is larger than such a file can be"))
    return content


def _unreadable(path: str, reason: str) -> PublishedLogUnreadable:
    return PublishedLogUnreadable(
        _("The published file %(path)s cannot be used: %(reason)s.") % {"path": path, "reason": reason}
    )
