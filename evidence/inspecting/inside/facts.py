"""Inside the box: what a picture says of itself, where exiftool is not there. Reads /dev/stdin, writes to stdout."""

import sys

import pillow_heif
from PIL import ExifTags, Image

GPS, EXIF = 0x8825, 0x8769


def main() -> None:
    """Write a line for each fact: its tag, a tab, its value."""
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # nothing is unfolded here
    picture = Image.open("/dev/stdin")
    write("File:FileType", picture.format)
    write("File:ImageWidth", picture.width)
    write("File:ImageHeight", picture.height)
    exif = picture.getexif()
    for tag, value in exif.items():
        if tag not in {GPS, EXIF}:
            write(f"EXIF:{ExifTags.TAGS.get(tag, tag)}", value)
    for tag, value in exif.get_ifd(EXIF).items():
        write(f"EXIF:{ExifTags.TAGS.get(tag, tag)}", value)
    for tag, value in exif.get_ifd(GPS).items():
        write(f"GPS:{ExifTags.GPSTAGS.get(tag, f'GPS{tag}')}", value)


def write(tag: str, value: object) -> None:
    """One line, whatever the value holds."""
    text = f"({len(value)} bytes)" if isinstance(value, bytes) else str(value)
    sys.stdout.buffer.write(f"{tag}\t{' '.join(text.split())}\n".encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
