"""The payload of an age file: 64 KiB chunks of ChaCha20-Poly1305, each bound to its place (C2SP age,
"Payload").
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.utils.translation import gettext_lazy as _

from evidence.errors import AgePayloadDamaged
from evidence.vault.age_header import derive_key

NONCE_BYTES = 16
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
# 1 MiB at a time: large enough that Python's own cost vanishes, small enough to stay in a core's cache.
BATCH_CHUNKS = 16
BATCH_BYTES = BATCH_CHUNKS * CHUNK_BYTES
SEALED_BATCH_BYTES = BATCH_CHUNKS * SEALED_CHUNK_BYTES


def chunk_count(size: int) -> int:
    """Chunks of a plaintext of `size` bytes; an empty one still has one, the final."""
    return max(1, -(-size // CHUNK_BYTES))


def sealed_size(size: int) -> int:
    """Bytes of the sealed chunks of a plaintext of `size` bytes, without the payload's nonce."""
    return size + TAG_BYTES * chunk_count(size)


class PayloadSealer:
    """Seals a payload's chunks in order. One per file: the counter never goes back."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = _cipher(file_key, nonce)
        self._index = 0
        self._ended = False

    def seal_into(self, plain: memoryview, out: memoryview, *, final: bool) -> int:
        """Seal `plain` into `out` and give the number of bytes put there.

        Unless `final`, `plain` is whole chunks. `final` marks the payload's end; nothing can follow it.
        """
        if self._ended or (not final and len(plain) % CHUNK_BYTES):
            raise ValueError("only whole chunks may come before the final one")
        self._ended = final
        count = chunk_count(len(plain))
        put = 0
        for place in range(count):
            chunk = plain[place * CHUNK_BYTES : (place + 1) * CHUNK_BYTES]
            sealed = out[put : put + len(chunk) + TAG_BYTES]
            self._cipher.encrypt_into(_nonce(self._index, final and place == count - 1), chunk, None, sealed)
            self._index += 1
            put += len(sealed)
        return put


class PayloadOpener:
    """Opens chunks at any place; each one proves that it belongs there."""

    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = _cipher(file_key, nonce)

    def open_into(self, index: int, sealed: memoryview, out: memoryview, *, final: bool) -> int:
        """Open chunk `index` into `out` and give its size.

        Raises AgePayloadDamaged when it is not that chunk, unchanged, and when it is a final chunk that
        should not be empty.
        """
        size = len(sealed) - TAG_BYTES
        if size < 0 or (size == 0 and index > 0):
            raise damaged()
        try:
            self._cipher.decrypt_into(_nonce(index, final), sealed, None, out[:size])
        except InvalidTag as error:
            raise damaged() from error
        return size


def damaged() -> AgePayloadDamaged:
    """The one sentence for every fault of a payload: telling them apart would help only who makes them."""
    return AgePayloadDamaged(
        _("The content of this age file was changed, cut or extended after it was sealed.")
    )


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive_key(file_key, salt=nonce, info=b"payload"))


def _nonce(index: int, final: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if final else b"\x00")
