"""Documents: the same bytes each time, right in Persian, and never obeying the text they print."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from django.conf import settings as django_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from audit.paper.plain_text import as_text
from audit.paper.press import Press
from audit.paper.sheets import (
    Code,
    Fields,
    Heading,
    Label,
    Paragraph,
    Sheet,
    Table,
    Value,
    direction_of,
    visible,
)

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/x:0.1.0": *',
    "$ sum_(i=0)^n $",
    "\\ #sys.inputs #panic()",
    "*bold* _it_ `raw` <label> @ref = heading - list // comment /* c */",
    '"}, {"kind": "code", "svg": "',
    "]#{while true {}}[",
]


def sheet(*texts: str) -> Sheet:
    rows = [(Label("Text", "متن"), Value(text)) for text in texts]
    blocks = [
        Fields(rows),
        Heading(Label("Part", "بخش")),
        Paragraph(Label("One sentence.", "یک جمله.")),
        Table(
            [Label("A", "الف"), Label("B", "ب")],
            [1, 2],
            [[Value(text), Value("ab" * 32, code=True)] for text in texts],
        ),
        Code("sha256:" + "ab" * 32),
    ]
    return Sheet("Organisation", Label("Title", "عنوان"), "DK-1", "foot", blocks)


def shown(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(document[at].get_textpage().get_text_range() for at in range(len(document)))


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def test_the_same_sheet_is_the_same_bytes_from_any_press(press: Press):
    one = sheet("نامه", "letter")
    assert press.pdf(one, at=AT) == press.pdf(one, at=AT) == Press().pdf(one, at=AT)
    assert press.pdf(one, at=AT) != press.pdf(sheet("another"), at=AT)


def test_it_says_that_it_is_pdf_a(press: Press):
    content = press.pdf(sheet("x"), at=AT)
    assert content.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in content


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_is_printed_and_never_obeyed(press: Press, hostile: str):
    text = shown(press.pdf(sheet(hostile), at=AT))
    squeezed = "".join(text.split()).replace("\u200b", "").replace("\ufffe", "")
    assert "".join(hostile.split())[:20] in squeezed
    assert "root:" not in text


def test_pages_are_numbered_and_bear_the_organisation(press: Press):
    text = shown(press.pdf(sheet(*["line"] * 120), at=AT))
    assert "1 / " in text
    assert text.count("Organisation") > 2


def test_a_name_without_a_space_does_not_leave_the_page(press: Press):
    document = pypdfium2.PdfDocument(press.pdf(sheet("x" * 255), at=AT))
    page = document[0]
    text = page.get_textpage()
    right = max(text.get_charbox(at)[2] for at in range(text.count_chars()))
    assert right <= page.get_width() - 50


def test_a_digest_copied_out_of_it_is_the_digest(press: Press):
    digest = "0123456789abcdef" * 4
    fields = Fields(
        [(Label("Root", "ریشه"), Value(digest, code=True)), (Label("Log", "دفتر"), Value(digest))]
    )
    # Of a page from right to left this reader puts letters and digits into an order of its own.
    for language in ("both", "en"):
        one = replace(sheet("x"), blocks=[fields], language=language)
        assert "".join(shown(press.pdf(one, at=AT)).split()).count(digest) == 2


@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=120))
def test_any_text_at_all_can_be_printed_and_written(press: Press, text: str):
    assert press.pdf(sheet(text), at=AT).startswith(b"%PDF")
    as_text(sheet(text)).decode("utf-8")


@pytest.mark.parametrize(
    "text", ["\U0001f600 emoji.jpg", "中文", "Новое дело", "שלום", "ن\u0302\u0338", "a\u0651"]
)
def test_letters_that_our_fonts_cannot_draw_do_not_stop_a_dossier(press: Press, text: str):
    assert press.pdf(sheet(text), at=AT).startswith(b"%PDF")
    assert text in as_text(sheet(text)).decode("utf-8")


def test_a_letter_without_a_glyph_is_printed_by_its_number_and_its_neighbours_as_they_are(press: Press):
    text = shown(press.pdf(sheet("نامه \U0001f600 Новое.jpg"), at=AT))
    assert "U+1F600" in text
    assert "Новое.jpg" in text


def drawn(pdf: bytes, letters: str) -> list[tuple[str, Image.Image]]:
    """Each place where one of the letters stands, cut to its ink: white where there is any."""
    page = pypdfium2.PdfDocument(pdf)[0]
    scale, text, height = 12, page.get_textpage(), page.get_height()
    whole = ImageChops.invert(page.render(scale=scale).to_pil().convert("L"))
    found = []
    for at in range(text.count_chars()):
        letter = text.get_text_range(at, 1)
        if letter and letter in letters:
            left, bottom, right, top = text.get_charbox(at)
            box = (left * scale, (height - top) * scale, right * scale, (height - bottom) * scale)
            found.append((letter, ink(whole.crop(tuple(round(side) for side in box)))))
    return found


def in_the_font(letter: str) -> Image.Image:
    """The letter as the font itself draws it, with no feature of a language."""
    path = django_settings.BASE_DIR / "static/vendor/fonts/noto/NotoNaskhArabic-Regular.ttf"
    image = Image.new("L", (400, 400))
    font = ImageFont.truetype(str(path), 200, layout_engine=ImageFont.Layout.BASIC)
    ImageDraw.Draw(image).text((100, 50), letter, fill=255, font=font)
    return ink(image)


def ink(image: Image.Image) -> Image.Image:
    return image.crop(image.getbbox()).resize((48, 48))


def difference(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]


@pytest.mark.parametrize("language", ["both", "en", "fa"])
def test_persian_digits_have_their_persian_forms_and_not_those_of_urdu(press: Press, language: Any):
    texts = ("۰۱۲۳۴۵۶۷۸۹", "متن ۰۱۲۳۴۵۶۷۸۹", "text ۰۱۲۳۴۵۶۷۸۹")
    rows = [(Label("Text", "متن"), Value(text)) for text in texts]
    pdf = press.pdf(
        Sheet("Organisation", Label("Title", "عنوان"), "1", "foot", [Fields(rows)], language), at=AT
    )
    found = drawn(pdf, "۰۱۲۳۴۵۶۷۸۹")
    # In a Persian sheet the number of the page and of the pages are Persian too.
    assert len(found) == (32 if language == "fa" else 30)
    assert [digit for digit, image in found if difference(image, in_the_font(digit)) > 20] == []


@pytest.mark.parametrize(
    ("language", "said"), [("fa", ("صفح", "از", "۱", "۲")), ("en", ("Page 1 of 2",)), ("both", ("1 / 2",))]
)
def test_a_page_says_which_of_how_many_it_is_in_the_language_of_the_sheet(
    press: Press, language: Any, said: tuple[str, ...]
):
    rows = [(Label("Line", "سطر"), Value("x")) for _number in range(60)]
    pdf = press.pdf(Sheet("Office", Label("Title", "عنوان"), "E", "foot", [Fields(rows)], language), at=AT)
    [first, _second] = pypdfium2.PdfDocument(pdf)
    text = first.get_textpage().get_text_range()
    assert [words for words in said if words not in text] == []


def test_no_heading_stands_alone_at_the_end_of_a_page(press: Press):
    for lines in range(24, 44, 2):
        blocks = [
            Fields([(Label(f"L{at}", "متن"), Value("x")) for at in range(lines)]),
            Heading(Label("ThePart", "بخش")),
            Table([Label("Column", "ستون")], [1], [[Value("y")]] * 5),
        ]
        pdf = press.pdf(Sheet("Organisation", Label("Title", "عنوان"), "1", "foot", blocks, "en"), at=AT)
        pages = pypdfium2.PdfDocument(pdf)
        [page] = [text for one in pages if "ThePart" in (text := one.get_textpage().get_text_range())]
        assert "Column" in page, lines


def test_the_text_copy_says_what_the_sheet_says():
    text = as_text(sheet("نامه‌ای از زندان", "letter")).decode("utf-8")
    assert "نامه‌ای از زندان" in text
    assert "Title" in text
    assert "عنوان" in text
    assert "ab" * 32 in text


@pytest.mark.parametrize(
    ("text", "direction"),
    [("نامه", "rtl"), ("123 نامه", "rtl"), ("letter نامه", "ltr"), ("", "ltr"), ("۱۳۶۷", "ltr")],
)
def test_a_value_runs_as_its_first_strong_letter_does(text: str, direction: str):
    assert direction_of(text) == direction


def test_what_hides_is_shown_as_an_escape_and_the_joiner_of_persian_stays():
    assert visible("a\u202eb\x07\udc80") == "a<U+202E>b<U+0007><U+DC80>"
    assert visible("می‌رود\nدو") == "می‌رود\nدو"
