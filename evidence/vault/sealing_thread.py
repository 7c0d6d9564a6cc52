"""The second thread of an intake: takes full buffers and has them sealed, in order."""

from queue import Empty, SimpleQueue
from threading import Thread

from evidence.vault.age_payload import BATCH_BYTES
from evidence.vault.sealing import SealedFile


class SealingThread:
    """Seals submitted buffers behind the caller's back, one held back: only the caller learns which is the
    last.

    After a fault it seals nothing more but keeps giving buffers back, so the caller never waits for ever.
    """

    def __init__(self, sealed: SealedFile, *, buffers: int) -> None:
        self._sealed = sealed
        self._work: SimpleQueue[bytearray | None] = SimpleQueue()
        self._free: SimpleQueue[bytearray] = SimpleQueue()
        # One is the caller's already.
        self._unmade = buffers - 1
        self._held: bytearray | None = None
        self._fault: BaseException | None = None
        self._abandoned = False
        self._thread = Thread(target=self._run, name="vault-seal", daemon=True)
        self._thread.start()

    def submit(self, buffer: bytearray) -> None:
        """Have `buffer` sealed. It must not change until `take_buffer` gives it back."""
        self._work.put(buffer)

    def take_buffer(self) -> bytearray:
        """A buffer to fill next; waits for one when all are in use. Raises the fault that the thread met."""
        self._raise_fault()
        try:
            return self._free.get_nowait()
        except Empty:
            if not self._unmade:
                return self._free.get()
            self._unmade -= 1
            return bytearray(BATCH_BYTES)

    def finish(self) -> bytearray | None:
        """End the thread and give the one buffer that it held back. Raises the fault that it met."""
        self._end()
        self._raise_fault()
        return self._held

    def abandon(self) -> None:
        """End the thread; what is still to be sealed is forgotten."""
        self._abandoned = True
        self._end()

    def _end(self) -> None:
        self._work.put(None)
        self._thread.join()

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        while (buffer := self._work.get()) is not None:
            before, self._held = self._held, buffer
            if before is None:
                continue
            try:
                if self._fault is None and not self._abandoned:
                    self._sealed.append(memoryview(before), final=False)
            except BaseException as error:  # noqa: BLE001 - carried to the caller's thread, whatever it is
                self._fault = error
            self._free.put(before)
