"""Images for looking at, redrawn so that nothing of the original file is left in them, and what they look like."""

from evidence.derivative_words import DerivativeKind
from evidence.inspecting.box import MIB, Limits, script
from evidence.inspecting.keeping import keep, kept_many
from evidence.inspecting.programs import libraries
from evidence.inspecting.records import Made, Maker
from evidence.inspecting.subject import Work

SMALL, LARGE = 1600, 4800
MOST_PIXELS = 120_000_000
_LIMITS = Limits(seconds=120, memory=2048 * MIB, output=64 * MIB)


def make_preview(work: Work) -> Made:
    """A JPEG of at most 1600 pixels a side, and a second of at most 4800 where the picture has more."""
    most = MOST_PIXELS * work.times
    told = {"small": SMALL, "large": LARGE, "most_pixels": most}
    argv = [*script("picture"), "preview", str(SMALL), str(LARGE), str(most)]
    with work.copy() as copy, kept_many() as kept:
        work.run(argv, copy=copy, sink=kept, limits=_LIMITS)
        return Made(Maker("Pillow", libraries("pillow", "pillow-heif"), told), kept.finish())


def make_image_hash(work: Work) -> Made | None:
    """The 64 bits of the difference hash of the preview; pictures that look alike share most of them."""
    previews = work.made(DerivativeKind.PREVIEW_IMAGE)
    if not previews:
        return None
    bits = bytearray()
    with work.copy_of(previews[0].object) as copy:
        work.run([*script("picture"), "hash"], copy=copy, sink=bits.extend, limits=_LIMITS)
    looks = int(bits.decode("ascii"), 16)
    maker = Maker("Pillow", libraries("pillow"), {"hash": "dhash-64", "of": str(previews[0].pk)})
    return Made(
        maker, [keep(f"{looks:016x}\n".encode(), media_type="text/plain")], looks=looks, parent=previews[0]
    )
