"""Images of the pages of a PDF."""

from evidence.derivative_words import IN_ALL, DerivativeKind
from evidence.inspecting.box import MIB, Limits, script
from evidence.inspecting.keeping import kept_many
from evidence.inspecting.programs import libraries
from evidence.inspecting.records import Made, Maker
from evidence.inspecting.subject import Work

SIDE = 1600
MOST_PAGES = 200
_LIMITS = Limits(seconds=600, memory=2048 * MIB, output=512 * MIB)


def make_page_images(work: Work) -> Made | None:
    """A JPEG of each of the first 200 pages, at most 1600 pixels a side. Each is kept before the next is drawn.

    The finding says how many pages the document has.
    """
    argv = [*script("pdf"), "pages", str(SIDE), str(MOST_PAGES)]
    with work.copy() as copy, kept_many() as kept:
        work.run(argv, copy=copy, sink=kept, limits=_LIMITS)
        outputs = kept.finish()
    maker = Maker("pypdfium2", libraries("pypdfium2", "pillow"), {"side": SIDE, "most_pages": MOST_PAGES})
    return Made(maker, outputs, finding=f"{IN_ALL}{kept.in_all}") if outputs else None


KIND = DerivativeKind.PAGE_IMAGE
