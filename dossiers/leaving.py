"""The bytes of a dossier on their way out: they end where a witness takes consent back meanwhile."""

import io
from collections.abc import Callable
from time import monotonic
from typing import BinaryIO, Final

# So many seconds at the most go on after a withdrawal. Asking costs a few statements.
ASK_EVERY: Final = 2.0


class Leaving(io.RawIOBase):
    """Reads `content`, and calls `still_may` every `ASK_EVERY` seconds, which ends the reading by raising."""

    def __init__(self, content: BinaryIO, *, still_may: Callable[[], None]) -> None:
        self._content = content
        self._still_may = still_may
        self._next = monotonic() + ASK_EVERY

    def read(self, size: int = -1) -> bytes:
        """Raises what `still_may` raises."""
        if monotonic() >= self._next:
            self._still_may()
            self._next = monotonic() + ASK_EVERY
        return self._content.read(size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._content.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()

    def close(self) -> None:
        self._content.close()
        super().close()
