"""Fetching the files of a published log: from a folder, or over http and https and no other way."""

import http.client
import os
import stat
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from audit.errors import BadInput, PublishedLogUnreadable
from audit.published_tiles import Source

_SECONDS = 20
_PIECE = 16 * 1024
_GONE = (404, 410)


class BadAddress(BadInput):
    """Neither a folder nor an address of the kind that is fetched."""


def open_source(place: str) -> Source:
    """Return the published log at a folder's path or an http(s) address. Raises BadAddress."""
    if "://" not in place:
        folder = Path(place)
        if not folder.is_dir():
            raise BadAddress(
                _("%(path)s is no folder. Name the folder or the http address of a published log.")
                % {"path": place}
            )
        return FolderSource(folder)
    parts = urlsplit(place)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadAddress(_("A published log is fetched over http or https, from an address without ? and #."))
    return WebSource(place.rstrip("/"))


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


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A log that sends us elsewhere is not followed: the address that a person named is the one that is asked."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


class WebSource:
    """A published log at an address. Asks no proxy, keeps no cookie, follows no redirection, waits only so long."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _NoRedirect(),
        ):
            self._opener.add_handler(handler)

    def read(self, path: str, *, most: int) -> bytes | None:
        """As `Source.read`."""
        request = urllib.request.Request(  # noqa: S310 - open_source let only http and https in
            f"{self._prefix}/{path}", headers={"Accept-Encoding": "identity", "User-Agent": "Dadkhah"}
        )
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise _unreadable(path, _("it is compressed although nobody asked for that"))
                return _checked(path, _read_slowly(answer, path, most), most)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _GONE:
                return None
            raise _unreadable(path, f"HTTP {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            raise _unreadable(path, str(error) or type(error).__name__) from error


def _read_slowly(answer: http.client.HTTPResponse, path: str, most: int) -> bytes:
    """Read at most a byte more than allowed, within the time: a drip of bytes must not hold us for ever."""
    ends = time.monotonic() + _SECONDS
    content = b""
    while len(content) <= most:
        piece = answer.read1(min(_PIECE, most + 1 - len(content)))
        if not piece:
            break
        content += piece
        if time.monotonic() > ends:
            raise _unreadable(path, _("it takes too long"))
    return content


def _checked(path: str, content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise _unreadable(path, _("it is larger than such a file can be"))
    return content


def _unreadable(path: str, reason: str) -> PublishedLogUnreadable:
    return PublishedLogUnreadable(
        _("The published file %(path)s cannot be used: %(reason)s.") % {"path": path, "reason": reason}
    )
