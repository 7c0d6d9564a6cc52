"""Files of each kind to look into, made by Python alone, and hostile ones."""

import io
import struct
import zipfile
import zlib

from PIL import Image, ImageDraw


def picture(*, size: tuple[int, int] = (320, 200), kind: str = "JPEG", turned: int = 0) -> bytes:
    """A picture with something on it; JPEG with a position, a time and a maker in its EXIF."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((width // 8, height // 8, width // 2, height // 2), fill="navy")
    draw.ellipse((width // 2, height // 3, width - 8, height - 8), fill="orange")
    held = io.BytesIO()
    if kind == "JPEG":
        exif = Image.Exif()
        exif[0x010F] = "Invented camera works"
        exif[0x0132] = "2019:11:16 10:00:00"
        exif[0x0112] = turned or 1
        exif[0x8825] = {1: "N", 2: (35.0, 38.0, 45.6), 3: "E", 4: (51.0, 34.0, 1.2)}
        image.save(held, kind, exif=exif, quality=92)
    else:
        image.save(held, kind)
    return held.getvalue()


def words_picture(text: str) -> bytes:
    """Black words on white, large enough to be read by a machine."""
    image = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(image).text((40, 60), text, fill="black", font_size=64)
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def pdf(*lines: str) -> bytes:
    """A PDF with a page for each line of ASCII text."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(lines)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(lines)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, line in enumerate(lines):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            + f" /Contents {5 + 2 * number} 0 R >>".encode()
        )
        stream = f"BT /F1 24 Tf 72 720 Td ({line}) Tj ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return assembled(objects)


def assembled(objects: list[bytes]) -> bytes:
    """Numbered objects as a PDF with its table."""
    held, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(held))
        held += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(held)
    held += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    held += b"".join(b"%010d 00000 n \n" % place for place in places)
    held += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(held)


def docx(text: str, *, prologue: str = "") -> bytes:
    """As much of a Word document as a reader needs."""
    body = f"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": f"{prologue}{body}"})


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip with these members, packed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    return held.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def pdf_bomb() -> bytes:
    """A page whose content unfolds into a thousand times itself, twice over."""
    packed = zlib.compress(zlib.compress(b"q " * 30_000_000))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100000000 100000000] /Contents 4 0 R >>"
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    return assembled(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, stream]
    )


HOSTILE_SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">
<script>fetch("http://127.0.0.1:9/")</script><image href="file:///etc/passwd"/></svg>"""
PLAYLIST = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXTINF:10.0,\nhttp://127.0.0.1:9/x\n#EXT-X-ENDLIST\n"
CONCAT = b"ffconcat version 1.0\nfile '/etc/passwd'\n"
LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a 'ha'>"
    + "".join(
        f"<!ENTITY {new} '{(f'&{old};') * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
