"""Inside the box: draws the pages of a PDF, or writes the text in them. Reads /dev/stdin, writes to stdout."""

import io
import sys
from pathlib import Path

import pypdfium2

MOST_CHARACTERS = 20_000_000


def main() -> None:
    """Do what the first argument says; end with 9 and a word where it is known why it cannot be done."""
    document = opened()
    if sys.argv[1] == "pages":
        draw(document, side=int(sys.argv[2]), most=int(sys.argv[3]))
    elif sys.argv[1] == "text":
        write_text(document)
    else:
        write_facts(document)


def opened() -> pypdfium2.PdfDocument:
    """The document, without forms and scripts."""
    try:
        return pypdfium2.PdfDocument(Path("/dev/stdin").open("rb"))  # open as long as we are
    except pypdfium2.PdfiumError as error:
        give_up("locked" if "assword" in str(error) else "unreadable")
        raise


def draw(document: pypdfium2.PdfDocument, *, side: int, most: int) -> None:
    """Write how many pages there are, then each after a line with its type and length; white if it cannot be drawn."""
    sys.stdout.buffer.write(b"in-all %d\n" % len(document))
    for number in range(min(len(document), most)):
        page = document[number]
        width, height = page.get_size()
        scale = min(side / max(width, height, 1), 4.0)
        picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        held = io.BytesIO()
        picture.save(held, "JPEG", quality=82)
        content = held.getvalue()
        sys.stdout.buffer.write(b"image/jpeg %d\n" % len(content))
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        page.close()


def write_text(document: pypdfium2.PdfDocument) -> None:
    """Write the text, a form feed after each page."""
    written = 0
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage().get_text_range(errors="replace")
        text = text.replace("\r\n", "\n").replace("\x00", "").replace("\ufffe", "-")
        written += len(text)
        if written > MOST_CHARACTERS:
            give_up("too_much_output")
        sys.stdout.buffer.write(f"{text}\f".encode("utf-8", "replace"))
        page.close()


def write_facts(document: pypdfium2.PdfDocument) -> None:
    """Write what the document says of itself, a line for each fact."""
    sys.stdout.buffer.write(f"PDF:PageCount\t{len(document)}\n".encode())
    for name, value in document.get_metadata_dict(skip_empty=True).items():
        line = " ".join(str(value).split())
        sys.stdout.buffer.write(f"PDF:{name}\t{line}\n".encode("utf-8", "replace"))


def give_up(word: str) -> None:
    """End, and say why in a word that the other side knows."""
    sys.stderr.write(f"\n{word}\n")
    sys.exit(9)


if __name__ == "__main__":
    main()
