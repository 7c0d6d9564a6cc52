"""Inside the box: the words in a document. Reads /dev/stdin, writes UTF-8 to stdout. Standard library alone.

XML with a document type is refused: entities that unfold without end, and files that it asks for, begin there.
"""

import email
import email.message
import email.policy
import sys
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

MOST_BYTES = 200 * 1024 * 1024
MOST_UNFOLDED = 64 * 1024 * 1024
MOST_MEMBERS = 5000
_ENDS_A_LINE = {
    "p", "h", "br", "tr", "table-row", "line-break", "si", "title", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6",
    "blockquote", "pre", "section", "article", "header", "footer", "dt", "dd",
}  # fmt: skip
_SILENT = {"script", "style", "template", "noscript"}
_PARTS = (
    "word/document.xml",
    "word/footnotes.xml",
    "word/endnotes.xml",
    "xl/sharedStrings.xml",
    "content.xml",
)
_PART_FOLDERS = (
    "ppt/slides/slide",
    "ppt/notesSlides/notesSlide",
    "word/header",
    "word/footer",
    "word/comments",
)
_PAGES = (".xhtml", ".html", ".htm")
_PERSIAN_OR_ARABIC = range(0x600, 0x700)


def main() -> None:
    """Write the words of a document of the kind that the first argument names."""
    readers: dict[str, Callable[[], Iterator[str]]] = {
        "plain": plain,
        "html": html,
        "letter": letter,
        "office": office,
    }
    for text in readers[sys.argv[1]]():
        sys.stdout.buffer.write(text.replace("\x00", "").encode("utf-8", "replace"))


def content() -> bytes:
    """The whole document. Gives up over one that is no text any more."""
    with Path("/dev/stdin").open("rb") as file:
        held = file.read(MOST_BYTES + 1)
    if len(held) > MOST_BYTES:
        give_up("too_large")
    return held


def decoded(data: bytes) -> str:
    """Bytes as text: by their mark, as UTF-8, or as the code page that old Persian files are written in."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        arabic = data.decode("cp1256", "replace")
    letters = sum(ord(letter) in _PERSIAN_OR_ARABIC for letter in arabic[:100_000])
    return arabic if letters * 10 > len(arabic[:100_000]) else data.decode("cp1252", "replace")


def plain() -> Iterator[str]:
    """A text as it is."""
    yield decoded(content())


def html() -> Iterator[str]:
    """What a reader of the page would read."""
    yield from words_of_html(decoded(content()))


def words_of_html(text: str) -> Iterator[str]:
    """The words of a page, a line for each paragraph; nothing of its scripts and styles."""
    reader = _Page()
    reader.feed(text)
    reader.close()
    yield reader.text()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _ENDS_A_LINE:
            self._said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _ENDS_A_LINE:
            self._said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._said.append(data)

    def text(self) -> str:
        """All that was said, without lines of nothing."""
        lines = (" ".join(line.split()) for line in "".join(self._said).split("\n"))
        return "\n".join(line for line in lines if line) + "\n"


def letter() -> Iterator[str]:
    """Who wrote to whom and when, what is written, and what is attached."""
    message = email.message_from_bytes(content(), policy=email.policy.default)
    for name in ("From", "To", "Cc", "Date", "Subject"):
        if message[name]:
            yield f"{name}: {message[name]}\n"
    yield "\n"
    for part in message.walk():
        if part.is_multipart():
            continue
        if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
            yield f"[{part.get_filename() or part.get_content_type()}]\n"
            continue
        text = decoded_part(part)
        yield from words_of_html(text) if part.get_content_subtype() == "html" else (text, "\n")


def decoded_part(part: email.message.Message) -> str:
    """A part's text, in the letters that it names or, where it names none that are known, as we find them."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decoded(data)


def office() -> Iterator[str]:
    """The words of the members that hold them, within limits: a member may be a bomb."""
    try:
        archive = zipfile.ZipFile("/dev/stdin")
    except (zipfile.BadZipFile, OSError, ValueError):
        give_up("unreadable")
        return
    if len(archive.infolist()) > MOST_MEMBERS:
        give_up("too_much_output")
    for member in sorted(archive.infolist(), key=lambda one: one.filename):
        if member.flag_bits & 1:
            give_up("locked")
        if member.filename in _PARTS or member.filename.startswith(_PART_FOLDERS):
            yield from words_of_xml(unfolded(archive, member))
        elif member.filename.endswith(_PAGES):
            yield from words_of_html(decoded(unfolded(archive, member)))


def unfolded(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A member's bytes, whatever size it claims."""
    with archive.open(member) as opened:
        data = opened.read(MOST_UNFOLDED + 1)
    if len(data) > MOST_UNFOLDED:
        give_up("too_much_output")
    return data


def words_of_xml(data: bytes) -> Iterator[str]:
    """The text between the tags, a line for each paragraph."""
    said: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_told: give_up("unreadable")
    parser.CharacterDataHandler = said.append
    parser.EndElementHandler = lambda name: said.append(
        "\n"
        if name.rpartition(":")[2] in _ENDS_A_LINE
        else "\t"
        if name.endswith(("tab", "table-cell", ":tc"))
        else ""
    )
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        give_up("unreadable")
    yield "".join(said) + "\n"


def give_up(word: str) -> None:
    """End, and say why in a word that the other side knows."""
    sys.stdout.flush()
    sys.stderr.write(f"\n{word}\n")
    sys.exit(9)


if __name__ == "__main__":
    main()
