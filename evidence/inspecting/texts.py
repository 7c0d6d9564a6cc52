"""The text in a file: of a PDF, an office document, a web page, a letter, a plain text."""

from evidence.inspecting.box import MIB, Limits, script
from evidence.inspecting.keeping import KeptOne
from evidence.inspecting.plan import text_reader
from evidence.inspecting.programs import libraries
from evidence.inspecting.records import Made, Maker
from evidence.inspecting.subject import Work

_LIMITS = Limits(seconds=300, memory=2048 * MIB, output=64 * MIB)


def make_text(work: Work) -> Made | None:
    """The text in UTF-8, or None where there is none in it."""
    reader = text_reader(work.media_type)
    if reader is None and work.lead.widened:
        # Somebody wants it looked into all the same: whatever in it can be read as text.
        reader = "plain"
    if reader is None:
        return None
    argv = [*script("pdf"), "text"] if reader == "pdf" else [*script("words"), reader]
    said = _Blank()
    with work.copy() as copy, KeptOne(1, "text/plain; charset=utf-8") as kept:

        def sink(piece: bytes) -> None:
            said.see(piece)
            kept(piece)

        work.run(argv, copy=copy, sink=sink, limits=_LIMITS)
        if said.blank:
            return None
        ours = Maker("Dadkhah", "1", {"reader": reader})
        maker = Maker("pypdfium2", libraries("pypdfium2")) if reader == "pdf" else ours
        return Made(maker, [kept.output()])


class _Blank:
    """Whether nothing but white space has been seen."""

    def __init__(self) -> None:
        self.blank = True

    def see(self, piece: bytes) -> None:
        """Look at a piece."""
        self.blank = self.blank and not piece.strip(b" \t\r\n\f\v")
