"""Text read from images by Tesseract: a help for searching, never a quotation."""

from collections.abc import Sequence
from contextlib import ExitStack

from audit.canonical import Json
from evidence.derivative_words import DerivativeKind
from evidence.inspecting.box import MIB, Limits
from evidence.inspecting.keeping import KeptOne
from evidence.inspecting.programs import ProgramMissing, ocr_languages, require_program, version_of
from evidence.inspecting.records import Made, Maker
from evidence.inspecting.subject import Work
from evidence.models import Derivative

MOST_PAGES = 50
_LIMITS = Limits(seconds=180, memory=2048 * MIB, output=8 * MIB)
_CODES = {"fas": "fa", "ara": "ar", "eng": "en"}


def make_ocr_text(work: Work) -> Made | None:
    """What Tesseract reads on the redrawn picture or pages, a form feed after each. None where it reads nothing."""
    path, languages = require_program("tesseract"), ocr_languages()
    if not languages:
        raise ProgramMissing("tesseract (fas, ara, eng)")
    sources = _sources(work)
    blank = True
    with ExitStack() as stack:
        kept = stack.enter_context(KeptOne(1, "text/plain; charset=utf-8"))
        for source in sources:
            text = _read(work, source, [path, "stdin", "stdout", "-l", "+".join(languages)])
            blank = blank and not text.strip()
            kept(text.rstrip(b"\f\n ") + b"\n\f")
        if blank:
            return None
        told: dict[str, Json] = {
            "languages": list(languages),
            "pages": len(sources),
            "of": str(sources[0].pk),
        }
        maker = Maker("Tesseract", version_of("tesseract"), told)
        language = _CODES[languages[0]] if len(languages) == 1 else ""
        return Made(maker, [kept.output()], language=language, parent=sources[0])


def _sources(work: Work) -> Sequence[Derivative]:
    """The pages of a PDF, or the largest redrawing of a picture."""
    pages = work.made(DerivativeKind.PAGE_IMAGE)
    return pages[:MOST_PAGES] if pages else work.made(DerivativeKind.PREVIEW_IMAGE)[-1:]


def _read(work: Work, source: Derivative, argv: list[str]) -> bytes:
    written = bytearray()
    with work.copy_of(source.object) as copy:
        work.run(argv, copy=copy, sink=written.extend, limits=_LIMITS)
    return bytes(written)
