"""Inside the box: every text in a file and in what it holds, with the part of it. Reads /dev/stdin, writes JSON lines.

A line is [[[word, number], …], text] or, for what could not be looked into, [[[word, number], …], null, why]. Names of
members are texts as well, never parts: a name could be the very thing that is looked for. Rather too much is written
than too little; what nobody can read as text is searched for runs of letters.
"""

import base64
import binascii
import bz2
import email
import email.message
import email.policy
import gzip
import io
import json
import lzma
import re
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pillow_heif
import pypdfium2
import pypdfium2.raw as raw_pdf
from PIL import Image, IptcImagePlugin

from .cards import card_words, is_card, unfolded
from .letters import UTF8_RUN, WIDE_RUN, decodings, looks_binary, readings, runs, untagged
from .pdf_objects import Strings
from .pdf_pages import attached_at, lack_of, margins, stamped, text_of
from .rtf import files_in, words_of
from .sheets import rows_of, shared_words

Part = tuple[tuple[str, int], ...]

MOST_BYTES = 256 * 1024 * 1024
MOST_UNFOLDED = 512 * 1024 * 1024
MOST_MEMBERS = 20_000
DEEPEST = 5
LINES = 400
# A name that is broken between two stretches of lines stands whole in one of them.
SHARED_LINES = 3
MOST_RAW = 32 * 1024 * 1024
_PACKET = re.compile(rb"<\?xpacket begin.*?<\?xpacket end|<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_MAIL = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}")
_MAIL_NAMES = re.compile(
    rb"^(?:from|to|subject|date|message-id|received|return-path):", re.IGNORECASE | re.MULTILINE
)
# A file that is folded into letters: `data:` in a page, a field of JSON, the picture of a card.
_FOLDED = re.compile(rb"(?:[A-Za-z0-9+/]{16,}[\r\n\t ]*)+={0,2}")
_SHORTEST_FOLDED = 256
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_NEW_PICTURES = {b"ftypheic", b"ftypavif", b"ftypmif1"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Texts that say how a page is drawn, not what stands on it.
_DRAWN = (b"%!PS", b"\xc5\xd0\xd3\xc6")
_SEALED = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"age-encryption.org/", b"-----BEGIN PGP MESSAGE")
_SOUND = (b"OggS", b"fLaC", b"ID3", b"\x1aE\xdf\xa3", b"\xff\xfb")


class Budget:
    """How much may still be unfolded, over all that lies in one another."""

    left = MOST_UNFOLDED
    members = MOST_MEMBERS


def main() -> None:
    """Write every text of the file."""
    with Path("/dev/stdin").open("rb") as file:
        look(file, ())


def look(file: IO[bytes], at: Part) -> None:
    """Write what is in a file that can be gone back in. Whatever its reader stumbles over is told, not raised."""
    if sum(word == "member" for word, _number in at) > DEEPEST:
        tell(at, "too_deep")
        return
    head = file.read(64 * 1024)
    file.seek(0)
    try:
        reader_of(head)(file, at)
    except Locked:
        tell(at, "encrypted")
    except TooMuch:
        tell(at, "too_large")
    except (MemoryError, RecursionError):
        tell(at, "too_large")
    except Exception:  # noqa: BLE001  the libraries raise whatever they like over a damaged file
        tell(at, "failed")


class Locked(Exception):
    """It has a password."""


class TooMuch(Exception):
    """It unfolds into more than we take."""


def reader_of(head: bytes) -> "Reader":
    """Which reader a file wants, by its first bytes."""
    return next(reader for fits, reader in READERS if fits(head))


def read_all(file: IO[bytes]) -> bytes:
    """The whole of it. Raises TooMuch."""
    held = file.read(MOST_BYTES + 1)
    if len(held) > MOST_BYTES:
        raise TooMuch
    return held


def text(file: IO[bytes], at: Part) -> None:
    """A text of whatever kind: as it is, and as a reader of a page would see it."""
    data = read_all(file)
    if looks_binary(data):
        # It began as a text.
        tell(at, "no_reader")
        loose(io.BytesIO(data), at)
    for words in readings(data):
        by_lines(words, at)
    unfold_letters(data, at)


def unfold_letters(data: bytes, at: Part) -> None:
    """Look into the files that are folded into letters."""
    for number, found in enumerate(_FOLDED.finditer(data), start=1):
        letters = b"".join(found[0].rstrip(b"= \r\n\t").split())
        if len(letters) < _SHORTEST_FOLDED:
            continue
        try:
            # Of four letters one alone is no byte; two and three are, whether or not signs that fill up came along.
            kept = letters[:-1] if len(letters) % 4 == 1 else letters
            inside = base64.b64decode(kept + b"=" * (-len(kept) % 4))
        except binascii.Error:
            continue
        count_member()
        whole(io.BytesIO(inside), (*at, ("member", number)))


def rich_text(file: IO[bytes], at: Part) -> None:
    """RTF, and what is embedded in it."""
    data = read_all(file)
    for words in words_of(data):
        by_lines(words.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), at)
    for number, (own, inside) in enumerate(files_in(data), start=1):
        count_member()
        place = (*at, ("member", number))
        if own:
            loose(io.BytesIO(inside), place)
        else:
            whole(io.BytesIO(inside), place)


def cards(file: IO[bytes], at: Part) -> None:
    """Address cards and calendars."""
    data = unfolded(read_all(file))
    for words in readings(data):
        by_lines(words, at)
    for words in decodings(data):
        by_lines(card_words(words), at)
    unfold_letters(data, at)


def drawn(file: IO[bytes], at: Part) -> None:
    """What draws letters one by one: its words may stand in it whole, or not."""
    tell(at, "no_reader")
    text(file, at)


def by_lines(words: str, at: Part) -> None:
    """Write a text in stretches of lines, so that a place can be found again."""
    lines = words.splitlines()
    if len(lines) <= LINES:
        say((*at, ("text", 0)), words)
        return
    for start in range(0, len(lines), LINES):
        stretch = lines[max(0, start - SHARED_LINES) : start + LINES]
        say((*at, ("lines from", start + 1)), "\n".join(stretch))


def zipped(file: IO[bytes], at: Part) -> None:
    """An archive, or a document of office programs, which is one."""
    behind = behind_archive(file)
    if behind:
        loose(io.BytesIO(behind), at)
    with zipfile.ZipFile(file) as archive:
        say((*at, ("metadata", 0)), archive.comment.decode("utf-8", "replace"))
        names = set(archive.namelist())
        shared = [
            word
            for name in names & {"xl/sharedStrings.xml"}
            for words in decodings(unfolded_member(archive, name))
            for word in shared_words(words)
        ]
        is_office = bool(names & {"[Content_Types].xml", "content.xml", "META-INF/manifest.xml"})
        for number, member in enumerate(archive.infolist(), start=1):
            say(
                (*at, ("file name", number)),
                member.filename + "\n" + member.comment.decode("utf-8", "replace"),
            )
            if member.filename.endswith("/"):
                continue
            place = office_part(member.filename, at, number) if is_office else (*at, ("member", number))
            if member.flag_bits & 1:
                tell(place, "encrypted")
                continue
            count_member()
            with archive.open(member) as inside:
                whole(inside, place, flat=is_office and member.filename.endswith((".xml", ".rels")))
            if shared and place[-1][0] == "sheet":
                for words in decodings(unfolded_member(archive, member.filename)):
                    say(place, rows_of(words, shared))


def behind_archive(file: IO[bytes]) -> bytes:
    """What somebody hung on behind the end of an archive, where no program for archives looks."""
    end = file.seek(0, io.SEEK_END)
    start = file.seek(max(0, end - MOST_RAW))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    file.seek(0)
    if at < 0:
        return tail if start == 0 else b""
    return tail[at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") :].strip(b"\0")


def unfolded_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member once more, within what is left. Raises TooMuch; nothing of one that has a password."""
    if archive.getinfo(name).flag_bits & 1:
        return b""
    with archive.open(name) as inside:
        data = inside.read(Budget.left + 1)
    if len(data) > Budget.left:
        raise TooMuch
    Budget.left -= len(data)
    return data


def office_part(name: str, at: Part, number: int) -> Part:
    """Which part of a document a member is."""
    sheet = re.search(r"(?:worksheets/sheet|slides/slide)(\d{1,6})\.xml$", name)
    if sheet:
        return (*at, ("sheet" if "worksheets" in name else "page", int(sheet[1])))
    if "comment" in name.lower():
        return (*at, ("comments", 0))
    if name.startswith("docProps/") or name == "meta.xml":
        return (*at, ("metadata", 0))
    if name.endswith((".xml", ".rels")):
        return (*at, ("text", number))
    return (*at, ("member", number))


def whole(inside: IO[bytes], place: Part, *, flat: bool = False) -> None:
    """Unfold a member within what is left, and look into it; `flat` is XML of a document."""
    try:
        data = inside.read(Budget.left + 1)
    except (RuntimeError, NotImplementedError):
        tell(place, "encrypted")
        return
    if len(data) > Budget.left:
        raise TooMuch
    Budget.left -= len(data)
    if flat:
        say(place, "\n".join(untagged(words) for words in decodings(data)))
    else:
        look(io.BytesIO(data), place)


def count_member() -> None:
    """One member more. Raises TooMuch."""
    Budget.members -= 1
    if Budget.members < 0:
        raise TooMuch


def packed(file: IO[bytes], at: Part) -> None:
    """A tar archive, packed or not, or a single packed file."""
    try:
        with tarfile.open(fileobj=file, mode="r:*") as archive:
            for number, member in enumerate(archive, start=1):
                told = [member.name, member.linkname, member.uname, *map(str, member.pax_headers.values())]
                say((*at, ("file name", number)), "\n".join(told))
                count_member()
                inside = archive.extractfile(member) if member.isfile() else None
                if inside:
                    whole(inside, (*at, ("member", number)))
        return
    except tarfile.ReadError:
        file.seek(0)
    head = file.read(3)
    file.seek(0)
    unfolds: dict[bytes, Callable[..., Any]] = {
        b"\x1f\x8b": gzip.open,
        b"BZ": bz2.open,
        b"\xfd7": lzma.open,
    }
    if head[:2] == b"\x1f\x8b":
        # The name that was packed stands in the header.
        say((*at, ("file name", 1)), file.read(512)[10:].partition(b"\x00")[0].decode("utf-8", "replace"))
        file.seek(0)
    with unfolds[head[:2]](file, "rb") as inside:
        whole(inside, (*at, ("member", 1)))


def mailbox(file: IO[bytes], at: Part) -> None:
    """Letters one after the other."""
    letters = re.split(rb"(?m)^From .*\r?\n", read_all(file))
    for number, letter in enumerate(letters[1:], start=1):
        count_member()
        mail(io.BytesIO(letter), (*at, ("member", number)))


def mail(file: IO[bytes], at: Part) -> None:
    """The headers, decoded, and every part."""
    of_mail(email.message_from_bytes(read_all(file), policy=email.policy.default), at, 1)


def of_mail(message: email.message.MIMEPart, at: Part, number: int) -> int:
    """One part with all that is in it; gives the next part's number."""
    told = []
    for name, value in message.raw_items():
        told.append(f"{name}: {value}")
    for name in message:
        try:
            told += [str(value) for value in message.get_all(name, [])]
        except Exception:  # noqa: BLE001  headers that no standard allows
            tell((*at, ("header", number)), "failed")
    say((*at, ("header", number)), "\n".join([*told, message.get_filename() or ""]))
    if message.is_multipart():
        for part in message.iter_parts():
            number = of_mail(part, at, number + 1)
        return number
    count_member()
    data = message.get_payload(decode=True)
    if isinstance(data, bytes):
        look(io.BytesIO(data), (*at, ("member", number)))
    return number


def pdf(file: IO[bytes], at: Part) -> None:
    """The text of every page, what it says of itself, notes at its margins, and what is attached."""
    data = read_all(file)
    packets(data, at)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise (Locked if "assword" in str(error) else ValueError) from error
    say((*at, ("metadata", 0)), "\n".join(map(str, document.get_metadata_dict().values())))
    say((*at, ("metadata", 0)), "\n".join(bookmark.get_title() or "" for bookmark in document.get_toc()))
    attached = [
        (one.get_name(), bytes(one.get_data()))
        for one in map(document.get_attachment, range(document.count_attachments()))
    ]
    # Before the notes are drawn into the pages.
    objects = pdf_objects(data, document, at)
    for number in range(len(document)):
        attached += of_page(document, number, at)
    files = [*attached, *(("", inside) for inside in objects.files())]
    seen: set[bytes | None] = set()
    for number, (name, inside) in enumerate(files, start=1):
        say((*at, ("file name", number)), name)
        place = (*at, ("member", number))
        if inside is None:
            tell(place, "no_reader")
        elif inside not in seen:
            count_member()
            whole(io.BytesIO(inside), place)
        seen.add(inside)


def pdf_objects(data: bytes, document: pypdfium2.PdfDocument, at: Part) -> Strings:
    """What the objects say, of which a program that shows the document makes nothing."""
    if b"/Encrypt" in data:
        opened = io.BytesIO()
        document.save(opened, flags=raw_pdf.FPDF_REMOVE_SECURITY)
        data = opened.getvalue()
    objects = Strings(data)
    plain = [
        untagged(words) if words.lstrip("\ufeff \r\n\t").startswith("<") else words for words in objects.said
    ]
    for start in range(0, len(plain), LINES):
        say((*at, ("metadata", 0)), "\n".join(plain[start : start + LINES]))
    return objects


def of_page(document: pypdfium2.PdfDocument, number: int, at: Part) -> list[tuple[str, bytes]]:
    """Write what a page says, and whether it can be called read; gives the files that hang at it."""
    page = document[number]
    words = text_of(page)
    say((*at, ("page", number + 1)), words)
    say((*at, ("comments", number + 1)), "\n".join(margins(document, page)))
    attached = list(attached_at(page))
    page, stamps = stamped(document, number)
    if stamps != words:
        say((*at, ("comments", number + 1)), stamps)
    lack = lack_of(page, stamps)
    if lack:
        tell((*at, ("page", number + 1)), lack)
    page.close()
    return attached


def picture(file: IO[bytes], at: Part) -> None:
    """What a picture says of itself. What it shows is not read here."""
    data = read_all(file)
    packets(data, at)
    tell(at, "picture")
    for run in (UTF8_RUN, WIDE_RUN):
        # Comments and captions stand at the beginning or behind the picture, whatever a library makes of them.
        for end in (data[:65536], data[65536:][-65536:]):
            say((*at, ("metadata", 0)), runs(end, run))
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # nothing is unfolded here
    with Image.open(io.BytesIO(data)) as opened:
        if getattr(opened, "n_frames", 1) > 1:
            # The first alone is ever read by machine.
            tell((*at, ("page", 2)), "scan")
        exif = opened.getexif()
        values = [*exif.values(), *exif.get_ifd(0x8769).values(), *exif.get_ifd(0x8825).values()]
        values += list(opened.info.values())
        values += list((IptcImagePlugin.getiptcinfo(opened) or {}).values())
    for value in values:
        for words in spoken(value):
            say((*at, ("metadata", 0)), words)


def spoken(value: object) -> Iterator[str]:
    """What a value of a picture says, in every way in which such values are written."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
        yield value.decode("utf-16-le", "replace")
        yield value.removeprefix(b"UNICODE\x00").decode("utf-16-be", "replace")
    elif isinstance(value, str):
        yield value
        # Libraries read UTF-8 as Latin letters where the standard knows ASCII alone.
        yield value.encode("latin-1", "ignore").decode("utf-8", "ignore")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from spoken(one)


def packets(data: bytes, at: Part) -> None:
    """XMP, in whatever file it lies."""
    for found in _PACKET.finditer(data):
        for words in readings(found[0]):
            say((*at, ("metadata", 0)), words)


def sealed(file: IO[bytes], at: Part) -> None:
    """Archives that we do not open, and what is encrypted."""
    tell(at, "no_reader" if file.read(2) in {b"7z", b"Ra"} else "encrypted")


def sound(file: IO[bytes], at: Part) -> None:
    """Sound and moving pictures: only what their makers wrote beside them."""
    tell(at, "sound")
    loose(file, at)


def raw(file: IO[bytes], at: Part) -> None:
    """What we have no reader for."""
    tell(at, "no_reader")
    loose(file, at)


def loose(file: IO[bytes], at: Part) -> None:
    """Runs of letters."""
    data = file.read(MOST_RAW)
    for run in (UTF8_RUN, WIDE_RUN):
        say((*at, ("loose words", 0)), runs(data, run))


Reader = Callable[[IO[bytes], Part], None]
READERS: tuple[tuple[Callable[[bytes], object], Reader], ...] = (
    (lambda head: head.startswith((b"PK\3\4", b"PK\5\6")), zipped),
    (lambda head: b"%PDF-" in head[:1024], pdf),
    (
        lambda head: head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")) or head[257:262] == b"ustar",
        packed,
    ),
    (
        lambda head: head.startswith(_PICTURES) or head[8:12] == b"WEBP" or head[4:12] in _NEW_PICTURES,
        picture,
    ),
    (lambda head: head.lstrip().startswith(b"{\\rtf"), rich_text),
    (is_card, cards),
    (lambda head: head.startswith(_DRAWN), drawn),
    (lambda head: head.startswith(b"From ") and _MAIL.match(head.partition(b"\n")[2]), mailbox),
    (lambda head: _MAIL.match(head) and _MAIL_NAMES.search(head[:4096]), mail),
    (lambda head: head.startswith(_SEALED), sealed),
    (lambda head: head.startswith(_SOUND) or head[4:8] == b"ftyp" or head[:4] == b"RIFF", sound),
    (lambda head: head.startswith(_OLD_OFFICE) or looks_binary(head), raw),
    (lambda head: True, text),
)


def say(at: Part, words: str) -> None:
    """Write a text with its part."""
    if words.strip():
        write([at, words.replace("\x00", "")])


def tell(at: Part, why: str) -> None:
    """Write that something could not be looked into."""
    write([at, None, why])


def write(line: list[object]) -> None:
    """One line of ASCII."""
    sys.stdout.buffer.write(json.dumps(line).encode("ascii") + b"\n")
