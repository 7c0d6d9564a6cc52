"""The page on which a search runs: it comes to the reader bit by bit, so that no proxy takes the silence for a fault.

The search lives in the one process that answers, for as long as it answers. Where the reader goes away meanwhile, it
still goes on to its end: the quorum's session is spent already.
"""

import logging
import time
from collections import deque
from collections.abc import Generator, Iterator
from typing import Final

from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from audit.errors import DomainError
from dossiers.leaks.checking import Search
from dossiers.models import Dossier

_log = logging.getLogger(__name__)
_PAGE: Final = "dossiers/names_searching.html"
# Proxies wait for a minute, few for half of one.
_EVERY: Final = 10.0  # seconds
# Stands in the page where the progress comes.
_HERE: Final = "<!--progress-->"


class _Progress:
    """The page in pieces. Closed before its end, it finishes the search all the same."""

    def __init__(self, search: Search, dossier: Dossier, page: str) -> None:
        self._search, self._dossier, self._steps = search, dossier, search.steps()
        self._language = translation.get_language()
        self._head, _here, self._tail = page.partition(_HERE)
        self._pieces = self._written()

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """The reader went away, or has all."""
        self._pieces.close()
        self._to_its_end()

    def _written(self) -> Generator[bytes]:
        yield self._head.encode()
        told = time.monotonic()
        try:
            for share in self._steps:
                if time.monotonic() - told >= _EVERY:
                    told = time.monotonic()
                    yield self._said("progress", percent=int(share * 100)).encode()
        except Exception as error:  # noqa: BLE001  the answer has begun: what is wrong is said in it
            _tell(error)
        ended = self._said("ended", whole=self._search.result is not None)
        yield f"{ended}{self._tail}".encode()

    def _to_its_end(self) -> None:
        try:
            deque(self._steps, maxlen=0)
        except Exception as error:  # noqa: BLE001  nobody is there to whom it could be raised
            _tell(error)

    def _said(self, part: str, **words: object) -> str:
        with translation.override(self._language):
            return render_to_string(f"{_PAGE}#{part}", {"dossier": self._dossier, **words})


def searching(request: HttpRequest, search: Search, dossier: Dossier) -> StreamingHttpResponse:
    """Answer with the page on which this search runs to its end."""
    page = render_to_string(_PAGE, {"dossier": dossier, "case": dossier.case}, request)
    response = StreamingHttpResponse(_Progress(search, dossier, page))
    # nginx would keep the pieces until there are enough of them.
    response["X-Accel-Buffering"] = "no"
    return response


def _tell(error: Exception) -> None:
    """To the server's log, without words of a text or an identity: those of our own errors have none."""
    if isinstance(error, DomainError):
        _log.warning("a search for names broke off", extra={"kind": type(error).__name__})
    else:
        _log.error("a search for names broke off", exc_info=error)
