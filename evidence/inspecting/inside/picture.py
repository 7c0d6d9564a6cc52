"""Inside the box: redraws a picture, or says in 64 bits what it looks like. Reads /dev/stdin, writes to stdout."""

import io
import sys

import pillow_heif
from PIL import Image, ImageOps

FORMATS = (
    *("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "JPEG2000"),
    *("ICO", "HEIF", "AVIF", "MPO", "DIB", "TGA", "PCX"),
)
ENOUGH_FOR_DRAFT = 4


def main() -> None:
    """Do what the first argument says; end with 9 and a word where it is known why it cannot be done."""
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # asked for below, before anything is unfolded
    if sys.argv[1] == "preview":
        small, large, most = map(int, sys.argv[2:5])
        preview(small, large, most)
    else:
        difference_hash()


def preview(small: int, large: int, most: int) -> None:
    """Write the picture in one or two sizes, each after a line with its type and length."""
    picture = opened()
    if picture.width * picture.height > most * ENOUGH_FOR_DRAFT or (
        picture.format not in {"JPEG", "MPO"} and picture.width * picture.height > most
    ):
        give_up("too_many_pixels")
    # Only JPEG can be read at a fraction of its size; the others were refused above.
    picture.draft("RGB", (large, large))
    if picture.width * picture.height > most:
        give_up("too_many_pixels")
    drawn = redrawn(picture, large)
    write(shrunk(drawn, small))
    if max(drawn.size) > small:
        write(drawn)


def difference_hash() -> None:
    """Write 16 hexadecimal digits: of each of 8 rows, whether each of 8 points is brighter than the next."""
    picture = redrawn(opened(), 512).convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    points = list(picture.getdata())
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (points[row * 9 + column] > points[row * 9 + column + 1])
    sys.stdout.write(f"{bits:016x}")


def opened() -> Image.Image:
    """The picture, not yet unfolded."""
    Image.init()
    return Image.open("/dev/stdin", formats=[name for name in FORMATS if name in Image.OPEN])


def redrawn(picture: Image.Image, side: int) -> Image.Image:
    """The points alone, upright, on white, at most `side` pixels wide and high."""
    upright = ImageOps.exif_transpose(shrunk(picture, side))
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        ground = Image.new("RGB", seen.size, "white")
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    if upright.mode.startswith("I"):
        # Sixteen bits of grey: the brightest point becomes white, or all would.
        return ImageOps.autocontrast(upright.point(lambda value: value / 256).convert("L")).convert("RGB")
    return upright.convert("RGB")


def shrunk(picture: Image.Image, side: int) -> Image.Image:
    """A copy that fits; the picture itself where it does already."""
    if max(picture.size) <= side:
        return picture
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def write(picture: Image.Image) -> None:
    """Write one picture as JPEG, with nothing beside its points."""
    held = io.BytesIO()
    Image.frombytes("RGB", picture.size, picture.tobytes()).save(held, "JPEG", quality=85)
    content = held.getvalue()
    sys.stdout.buffer.write(b"image/jpeg %d\n" % len(content))
    sys.stdout.buffer.write(content)


def give_up(word: str) -> None:
    """End, and say why in a word that the other side knows."""
    sys.stderr.write(f"\n{word}\n")
    sys.exit(9)


if __name__ == "__main__":
    main()
