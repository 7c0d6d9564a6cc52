"""Every text in a file is read, whatever kind it is of; and what is not read is told."""

import base64
import io
import mailbox
import os
import quopri
import tarfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from evidence.inspecting.inside import searchable
from evidence.inspecting.searchable import PARTS, REASONS
from tests.evidence.inspecting_files import assembled, picture, zipped

NAME = "گلناز توکلی"
LATIN = "Golnaz Tavakkoli"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch):
    """Reads a file as the box does; gives its texts with their parts, and what could not be read."""

    def reading(content: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        said: list[tuple[str, str]] = []
        told: list[tuple[str, str]] = []

        def take(line: list) -> None:
            at, text, *why = line
            assert all(word in PARTS for word, _number in at)
            part = "/".join(f"{word} {number}" if number else word for word, number in at)
            if why:
                assert why[0] in REASONS
                told.append((part, why[0]))
            else:
                said.append((part, text))

        monkeypatch.setattr(searchable, "write", take)
        searchable.look(io.BytesIO(content), ())
        return said, told

    return reading


def words(read, content: bytes) -> str:
    return " ".join("\n".join(text for _part, text in read(content)[0]).split())


def in_word(text: str) -> str:
    return "".join(f"\\u{(ord(letter) + 32768) % 65536 - 32768}?" for letter in text)


def test_rtf_as_word_writes_it(read) -> None:
    body = (
        f"{{\\rtf1\\ansi\\ansicpg1252\\uc1{{\\fonttbl{{\\f0 Arial;}}}}\\pard\\rtlpar {in_word(NAME)}\\par}}"
    )
    assert NAME in words(read, body.encode())


def test_rtf_with_signed_numbers_and_skipped_letters(read) -> None:
    """Presentation forms are above 32767: they are written negative. Two letters stand in for each."""
    shaped = "ﮔﻠﻨﺎﺯ"
    body = "{\\rtf1\\ansi\\uc2 " + "".join(f"\\u{ord(one) - 65536}\\'3f?" for one in shaped) + "}"
    assert shaped in words(read, body.encode())


def test_rtf_in_the_code_page_that_it_names_and_in_the_one_of_a_font(read) -> None:
    coded = "".join(f"\\'{byte:02x}" for byte in NAME.replace("ی", "ي").encode("cp1256"))
    for page in ("1256", "1252"):
        body = f"{{\\rtf1\\ansi\\ansicpg{page}\\deff0{{\\fonttbl{{\\f1\\fcharset178 Arial;}}}}\\f1 {coded}\\par}}"
        assert NAME.replace("ی", "ي") in words(read, body.encode())


def test_rtf_words_that_formats_part_notes_and_what_is_embedded(read) -> None:
    inner = f"a note of {LATIN} {LATIN}".encode().hex()
    body = (
        f"{{\\rtf1{{\\info{{\\author {LATIN} one}}}}Gol{{\\b naz}} Tavak\n{{\\i koli}} two"
        f"{{\\*\\annotation {LATIN} three}}{{\\object{{\\*\\objdata {inner}}}}}}}"
    )
    said = words(read, body.encode())
    for expected in (f"{LATIN} one", f"{LATIN} two", f"{LATIN} three", f"a note of {LATIN}"):
        assert expected in said


def test_a_picture_in_rtf_is_told(read) -> None:
    pict = b"{\\rtf1{\\pict\\wmetafile8 " + (b"\x01\x00\x09\x00" + bytes(90)).hex().encode() + b"}}"
    assert [why for _part, why in read(pict)[1]] == ["no_reader"]


def quoted(text: str, charset: str) -> str:
    return quopri.encodestring(text.encode(charset), quotetabs=True).decode()


@pytest.mark.parametrize("charset", ["UTF-8", "windows-1256"])
def test_cards_with_quoted_printable(read, charset: str) -> None:
    name = NAME.replace("ی", "ي")
    family, given = quoted(name.split()[1], charset), quoted(name.split()[0], charset)
    card = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\n"
        f"N;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{family};{given};;;\r\n"
        f"FN;ENCODING=QUOTED-PRINTABLE;CHARSET={charset}:{given[:12]}=\r\n{given[12:]}=20{family}\r\nEND:VCARD\r\n"
    )
    said = words(read, card.encode())
    assert name in said
    assert f"{name.split()[1]};{name.split()[0]}" in said


@pytest.mark.parametrize("fold", ["\r\n ", "\n\t"])
def test_cards_with_folded_lines_even_in_the_middle_of_a_letter(read, fold: str) -> None:
    line = f"FN:{NAME}".encode()
    for at in range(4, len(line)):
        card = (
            b"BEGIN:VCARD\r\nVERSION:3.0\r\n" + line[:at] + fold.encode() + line[at:] + b"\r\nEND:VCARD\r\n"
        )
        assert NAME in words(read, card)


def test_cards_with_escapes_and_pictures(read) -> None:
    photo = base64.b64encode(picture(kind="PNG")).decode()
    card = f"BEGIN:VCARD\nVERSION:3.0\nNOTE:seen by\\n{LATIN}\nPHOTO;ENCODING=b:{photo}\nEND:VCARD\n"
    said, told = read(card.encode())
    assert any(f"seen by\n{LATIN}" in text for _part, text in said)
    assert ("member 1", "picture") in told


def test_a_table_of_commas(read) -> None:
    assert NAME in words(read, f"نام,نام خانوادگی\n{NAME}\n".replace(" ت", ",ت").encode()).replace(",", " ")


def test_open_documents_and_their_notes(read) -> None:
    text = f"<office:document-content><text:p>گلناز <text:span>توکلی</text:span></text:p><office:annotation><dc:creator>{LATIN}</dc:creator></office:annotation></office:document-content>"
    odt = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": text})
    assert NAME in words(read, odt)
    assert LATIN in words(read, odt)


def test_open_sheets_row_by_row(read) -> None:
    cells = "".join(f"<table:table-cell><text:p>{one}</text:p></table:table-cell>" for one in NAME.split())
    ods = zipped({"content.xml": f"<table:table><table:table-row>{cells}</table:table-row></table:table>"})
    assert NAME in words(read, ods)


def test_sheets_whose_words_are_shared_row_by_row(read) -> None:
    """Each word is kept once, so that a name stands together in a row alone."""
    shared = "".join(f"<si><t>{one}</t></si>" for one in ("گلناز", "احمدی", "مریم", "توکلی"))
    rows = ((0, 1), (2, 1), (0, 3))
    sheet = "".join(
        "<row>" + "".join(f'<c r="A1" t="s"><v>{one}</v></c>' for one in row) + "</row>" for row in rows
    )
    xlsx = zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/sharedStrings.xml": f"<sst>{shared}</sst>",
            "xl/worksheets/sheet2.xml": f"<worksheet><sheetData>{sheet}</sheetData></worksheet>",
        }
    )
    said, _told = read(xlsx)
    assert any(part == "sheet 2" and NAME in " ".join(text.split()) for part, text in said)


def test_notes_in_the_margin_of_office_documents(read) -> None:
    note = f"<w:comments><w:comment w:author='{LATIN}'><w:p><w:t>گلناز </w:t><w:t>توکلی</w:t></w:p></w:comment></w:comments>"
    docx = zipped({"[Content_Types].xml": "<Types/>", "word/comments.xml": note})
    said, _told = read(docx)
    assert {part for part, text in said if NAME in text or LATIN in text} == {"comments"}


def test_archives_of_archives_and_their_names(read) -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        member = tarfile.TarInfo(f"{LATIN}.txt")
        member.size = len(NAME.encode())
        archive.addfile(member, io.BytesIO(NAME.encode()))
    said = words(read, held.getvalue())
    assert NAME in said
    assert LATIN in said


def test_a_mailbox_letter_by_letter(read, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for subject in ("one", "two"):
        letter = mailbox.mboxMessage()
        letter["From"], letter["Subject"] = "a@example.org", subject
        letter.set_payload(f"{NAME} in {subject}".encode(), "utf-8")
        box.add(letter)
    box.close()
    said = words(read, (tmp_path / "box").read_bytes())
    assert f"{NAME} in one" in said
    assert f"{NAME} in two" in said


@pytest.mark.parametrize(
    "between",
    [
        "\n\n2\n00:00:02,000 --> 00:00:04,000\n",
        "\r\n\r\n2\r\n00:00:02,000 --> 00:00:04,000\r\n",
        "\n\n00:02.000 --> 00:04.000 align:start position:0%\n",
        "\n\nfourth\n00:00:02.000 --> 00:00:04.000\n- ",
    ],
)
def test_a_name_over_two_cues_of_subtitles(read, between: str) -> None:
    film = f"1\n00:00:01,000 --> 00:00:02,000\nگلناز{between}توکلی\n"
    assert NAME in words(read, film.encode()).replace("- ", "")


def test_a_name_over_two_lines_of_other_subtitles(read) -> None:
    line = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}"
    assert NAME in words(read, f"[Events]\n{line}گلناز\n{line}توکلی\n".encode())


def test_what_is_folded_into_letters_is_unfolded(read) -> None:
    inner = base64.b64encode(f"<p>{NAME}</p>".encode() * 12).decode()
    assert NAME in words(read, f'<img src="data:text/html;base64,{inner}">'.encode())
    assert NAME in words(read, f'{{"body": "{inner}"}}'.encode())


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(1, 256)),
        b"\x93\x01\x02\xfe" + os.urandom(40) + b"\x00\x01\x02",
        b"CDR9vrsn\x90\xe1\x17\x02\xff" * 3,
        b"SQLite format 3\x00\x10\x00" + bytes(80),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"Rar!\x1a\x07\x01\x00",
        b"%!PS-Adobe-3.0\n(Gol) show (naz) show\n",
        b"AT&TFORM\x00\x00\x00\x10DJVM",
        b"a text that ends\n" * 6000 + b"\x00\x01\x02\x03\xff" * 40,
    ],
)
def test_what_is_of_no_kind_that_we_read_is_told(read, content: bytes) -> None:
    assert {why for _part, why in read(content)[1]} == {"no_reader"}


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_a_text_of_every_coding_is_read_and_nothing_is_told(read, coding: str) -> None:
    text = f"نامه\r\n\t{NAME}\r\n".replace("ی", "ي") * 40
    said, told = read(text.encode(coding))
    assert told == []
    assert any(NAME.replace("ی", "ي") in one for _part, one in said)


def test_a_text_that_was_cut_in_the_middle_of_a_letter_is_still_a_text(read) -> None:
    said, told = read((NAME * 8000).encode()[:-1])
    assert told == []
    assert any(NAME in one for _part, one in said)


TYPED = "The court heard the witness on the first day and wrote down what was said to it. " * 5
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(head: str, content: bytes) -> bytes:
    return f"<< {head} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def page_of(
    text: str, *more: bytes, annotations: str = "", share: float = 0, catalogue: str = "", info: str = ""
) -> bytes:
    """A PDF of one page with a line of text, an image that covers a share of it, and more objects from 7 on."""
    image = stream(
        "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8",
        b"\x80",
    )
    drawn = f"q {600 * share} 0 0 800 0 0 cm /I Do Q " if share else ""
    return assembled(
        [
            f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Annots [{annotations}] "
            "/Resources << /Font << /F 5 0 R >> /XObject << /I 6 0 R >> >> >>".encode(),
            stream("", f"{drawn}BT /F 6 Tf 20 700 Td ({text}) Tj ET".encode()),
            FONT,
            image,
            *more,
        ]
    ).replace(b"/Root 1 0 R", f"/Root 1 0 R {info}".encode())


def test_the_text_of_a_page(read) -> None:
    said, told = read(page_of(f"{TYPED} {LATIN}"))
    assert any(part == "page 1" and LATIN in text for part, text in said)
    assert told == []


def test_a_file_that_hangs_at_a_note(read) -> None:
    made = page_of(
        TYPED,
        b"<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 8 0 R >>",
        f"<< /Type /Filespec /F ({LATIN}.txt) /EF << /F 9 0 R >> >>".encode(),
        stream("/Type /EmbeddedFile", f"inside {NAME}".encode()),
        annotations="7 0 R",
    )
    said, _told = read(made)
    assert any(part.startswith("member 1") and NAME in text for part, text in said)
    assert any(part == "file name 1" and LATIN in text for part, text in said)
    assert sum(f"inside {NAME}" in text for _part, text in said) == 1


@pytest.mark.parametrize("head", ["/Type /EmbeddedFile", "/Params << /Size 9 >>", "/Filter /FlateDecode"])
def test_a_file_that_no_catalogue_names(read, head: str) -> None:
    content = f"inside {NAME}".encode()
    content = zlib.compress(content) if "Flate" in head else content
    made = page_of(TYPED, b"<< /Type /Filespec /EF << /F 8 0 R >> >>", stream(head, content))
    assert f"inside {NAME}" in words(read, made)


def test_a_file_packed_in_a_way_that_we_do_not_unpack_is_told(read) -> None:
    made = page_of(TYPED, stream("/Type /EmbeddedFile /Filter /LZWDecode", b"\x80\x0b"))
    assert read(made)[1] == [("member 1", "no_reader")]


def test_a_stamp_that_shows_a_name(read) -> None:
    shown = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F 5 0 R >> >>",
        f"BT /F 9 Tf 2 2 Td ({LATIN}) Tj ET".encode(),
    )
    note = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [10 10 210 30] /AP << /N 8 0 R >> >>"
    said, told = read(page_of(TYPED, note, shown, annotations="7 0 R"))
    assert any(part == "comments 1" and LATIN in text for part, text in said)
    assert told == []


def test_links_keys_of_their_own_and_what_is_packed_with_others(read) -> None:
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://x.example/golnaz_t) >> >>"
    wide = b"\xfe\xff" + NAME.encode("utf-16-be")
    held = f"20 0 << /Old ({LATIN}) >>".encode()
    made = page_of(
        TYPED,
        link,
        b"<< /Interviewee <" + wide.hex().encode() + b"> /Note (by \\(g\\157lnaz\\)) >>",
        stream("/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode", zlib.compress(held)),
        annotations="7 0 R",
        info="/Info 8 0 R",
    )
    said = words(read, made)
    for expected in ("x.example/golnaz_t", NAME, "by (golnaz)", LATIN):
        assert expected in said


@pytest.mark.parametrize(
    ("text", "share", "why"),
    [
        ("", 0, ["scan"]),
        ("", 1, ["scan"]),
        ("BATES 000123", 1, ["scan"]),
        ("BATES 000123", 0.6, ["scan"]),
        ("BATES 000123", 0, []),
        (TYPED, 1, ["machine"]),
        (TYPED, 0.3, ["picture"]),
        (TYPED, 0.02, []),
        (TYPED, 0, []),
    ],
)
def test_a_page_that_is_mostly_a_picture_is_told(read, text: str, share: float, why: list[str]) -> None:
    assert read(page_of(text, share=share))[1] == [("page 1", one) for one in why]


def test_the_later_pages_of_a_picture_are_told(read) -> None:
    first, second = Image.new("L", (40, 40)), Image.new("L", (40, 40))
    held = io.BytesIO()
    first.save(held, "TIFF", save_all=True, append_images=[second])
    assert ("page 2", "scan") in read(held.getvalue())[1]


@pytest.mark.parametrize("length", range(400, 404))
def test_the_end_of_what_is_folded_into_letters_is_read_too(read, length: int) -> None:
    inside = ("x" * length + " " + LATIN).encode()
    assert LATIN in words(read, b"data: " + base64.b64encode(inside))
    assert LATIN in words(read, b"data: " + base64.b64encode(inside).rstrip(b"="))


def test_what_hangs_behind_the_end_of_an_archive_is_read(read) -> None:
    assert LATIN in words(read, zipped({"a.txt": b"x"}) + LATIN.encode())
    assert read(zipped({"a.txt": b"x"}) + bytes(64))[1] == []


@pytest.mark.parametrize("coding", ["mac_farsi", "iso8859_6", "cp1251"])
def test_a_text_in_an_old_code_page_of_other_programs_is_read(read, coding: str) -> None:
    text = {"cp1251": "Голназ Таваккули"}.get(coding, "سيدة ناصر")
    assert text in words(read, f"{text}\n".encode(coding))


# Two members, of which the first has a password, as `zip -P` writes them.
LOCKED_ZIP = base64.b64decode(
    "UEsDBAoACQAAAP14e10r7BdYHAAAABAAAAAFAAAAYS50eHThn5/buXkb6UrvBjQBwlJEXws7rN9RozEnDDtbUEsHCCvsF1gcAAAAEAAAAFBLAwQKAA"
    "AAAAD9eHtdifK4sQsAAAALAAAABQAAAGIudHh0cGxhaW4gd29yZHNQSwECHgMKAAkAAAD9eHtdK+wXWBwAAAAQAAAABQAAAAAAAAABAAAApIEAAAAAYS"
    "50eHRQSwECHgMKAAAAAAD9eHtdifK4sQsAAAALAAAABQAAAAAAAAABAAAApIFPAAAAYi50eHRQSwUGAAAAAAIAAgBmAAAAfQAAAAAA"
)


def test_what_has_a_password_is_told_wherever_it_lies_and_the_rest_is_read(read) -> None:
    said, told = read(LOCKED_ZIP)
    assert told == [("member 1", "encrypted")]
    assert ("member 2/text", "plain words") in said
    said, told = read(zipped({"inner.zip": LOCKED_ZIP}))
    assert told == [("member 1/member 1", "encrypted")]
    assert ("member 1/member 2/text", "plain words") in said
    # Without its directory nobody can say what is in it.
    assert read(LOCKED_ZIP[:-30])[1] == [("", "failed")]
