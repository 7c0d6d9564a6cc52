"""A BagIt 1.0 bag (RFC 8493) written in one pass, into whatever sink it is given.

Every file is hashed with SHA-256 and SHA-512 while it is written, from the same buffer. The bytes that arrive here are
the bytes that the manifests describe; nothing is read back.
"""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from dossiers.sinks import Sink

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# Below this a thread costs more than it wins.
_BESIDE_FROM = 256 * 1024


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of the bag as it was written: its size in bytes and both digests, in lower-case hexadecimal."""

    size: int
    sha256: str
    sha512: str


class Bag:
    """Writes payload and tag files and keeps what the manifests need. Use as a context manager."""

    def __init__(self, sink: Sink, *, heard: Callable[[str, bytes], object] | None = None) -> None:
        """`heard` is told every paper that is written whole, which are our own: not the originals, which stream by."""
        self._heard = heard
        self.payload: dict[str, FileFacts] = {}
        self.tags: dict[str, FileFacts] = {}
        self._sink = sink
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="dossier-sha512")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beside.shutdown()

    def add(self, path: str, chunks: Iterable[bytes]) -> FileFacts:
        """Write a payload file; `path` begins with `data/`. Returns its facts."""
        facts = self._write(path, chunks)
        self.payload[path] = facts
        return facts

    def add_tag(self, path: str, content: bytes) -> FileFacts:
        """Write a file outside the payload; the tag manifests will list it."""
        facts = self._write(path, [content])
        self.tags[path] = facts
        return facts

    def add_manifests(self) -> None:
        """Write the declaration and both payload manifests. The payload is complete after this."""
        self.add_tag("bagit.txt", DECLARATION)
        self.add_tag("manifest-sha256.txt", self.manifest("sha256"))
        self.add_tag("manifest-sha512.txt", self.manifest("sha512"))

    def add_tag_manifests(self) -> None:
        """Write both tag manifests, last of all: RFC 8493 forbids that they list themselves or each other."""
        lists = {name: _listing(self.tags, name) for name in ("sha256", "sha512")}
        for name, content in lists.items():
            self._write(f"tagmanifest-{name}.txt", [content])

    def manifest(self, algorithm: str) -> bytes:
        """The payload manifest in its canonical form: sorted by path, two spaces, one line feed after each line."""
        return _listing(self.payload, algorithm)

    def oxum(self) -> str:
        """`<bytes>.<files>` of the payload."""
        return f"{sum(facts.size for facts in self.payload.values())}.{len(self.payload)}"

    def _write(self, path: str, chunks: Iterable[bytes]) -> FileFacts:
        if self._heard and isinstance(chunks, list):
            self._heard(path, b"".join(chunks))
        first, second, size = hashlib.sha256(), hashlib.sha512(), 0
        with self._sink.create(path) as file:
            for chunk in chunks:
                if len(chunk) < _BESIDE_FROM:
                    second.update(chunk)
                    first.update(chunk)
                    file.write(chunk)
                else:
                    # SHA-512 is the slowest of the three; it runs beside the other two.
                    beside = self._beside.submit(second.update, chunk)
                    first.update(chunk)
                    file.write(chunk)
                    beside.result()
                size += len(chunk)
        return FileFacts(size, first.hexdigest(), second.hexdigest())


def _listing(files: dict[str, FileFacts], algorithm: str) -> bytes:
    return "".join(f"{getattr(files[path], algorithm)}  {path}\n" for path in sorted(files)).encode("ascii")
