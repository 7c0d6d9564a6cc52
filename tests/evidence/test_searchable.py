"""Every text in a file is read, whatever kind it is of; and what is not read is told."""

import base64
import io
import mailbox
import os
import quopri
import tarfile
from pathlib import Path

import pytest

from evidence.inspecting.inside import searchable
from evidence.inspecting.searchable import PARTS, REASONS
from tests.evidence.inspecting_files import picture, zipped

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
