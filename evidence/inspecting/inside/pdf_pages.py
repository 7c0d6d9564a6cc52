"""Inside the box: what stands on, beside and behind a page of a PDF but its text. Needs pypdfium2."""

import ctypes
from collections.abc import Iterator
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as raw_pdf

# Of a page: what may be a picture of a text, and how few letters beside it are a stamp or a number of a page.
SCAN, ILLUSTRATED = 0.5, 0.05
FEW_LETTERS, MANY_STROKES = 200, 500
_STRANGE: Final = range(0xE000, 0xF900)
_DEEPEST: Final = 8
_KEYS = (b"Contents", b"T", b"Subj", b"V", b"TU", b"NM", b"RC", b"DA")


def lack_of(page: Any, words: str) -> str | None:
    """Why a page cannot be called read, by what covers it and how much text it gives; None where it can."""
    letters = [letter for letter in words if letter.isalnum() or _is_strange(letter)]
    covered, strokes = _drawn_on(page)
    few = len(letters) < FEW_LETTERS
    if not letters or (few and (covered >= SCAN or strokes >= MANY_STROKES)):
        return "scan"
    if sum(map(_is_strange, letters)) * 10 > len(letters):
        # Letters without a meaning: the font does not say which they are.
        return "failed"
    if covered >= SCAN:
        # A program wrote letters behind the picture of a page.
        return "machine"
    return "picture" if covered >= ILLUSTRATED else None


def margins(document: Any, page: Any) -> Iterator[str]:
    """What notes, links and fields at a page say."""
    for note in _notes(page):
        for key in _KEYS:
            size = raw_pdf.FPDFAnnot_GetStringValue(note, key, None, 0)
            if size > 2:
                held = (raw_pdf.FPDF_WCHAR * (size // 2 + 1))()
                raw_pdf.FPDFAnnot_GetStringValue(note, key, held, size)
                yield bytes(held)[:size].decode("utf-16-le", "replace").rstrip("\x00")
        link = raw_pdf.FPDFAnnot_GetLink(note)
        action = raw_pdf.FPDFLink_GetAction(link) if link else None
        if action:
            size = raw_pdf.FPDFAction_GetURIPath(document, action, None, 0)
            target = ctypes.create_string_buffer(max(size, 1))
            raw_pdf.FPDFAction_GetURIPath(document, action, target, size)
            yield target.value.decode("utf-8", "replace")


def attached_at(page: Any) -> Iterator[tuple[str, bytes]]:
    """The files that hang at notes of a page."""
    for note in _notes(page):
        attachment = raw_pdf.FPDFAnnot_GetFileAttachment(note)
        if attachment:
            held = pypdfium2.PdfAttachment(attachment, None)
            yield held.get_name(), bytes(held.get_data())


def stamped(document: Any, number: int) -> tuple[Any, str]:
    """The page with what its notes show drawn into it, and its whole text then."""
    page = document[number]
    if raw_pdf.FPDFPage_GetAnnotCount(page):
        raw_pdf.FPDFPage_Flatten(page, raw_pdf.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number]
    return page, text_of(page)


def text_of(page: Any) -> str:
    """The text of a page; hyphens at the end of lines left out."""
    return str(page.get_textpage().get_text_range(errors="replace")).replace("\ufffe", "")


def _notes(page: Any) -> Iterator[Any]:
    for index in range(raw_pdf.FPDFPage_GetAnnotCount(page)):
        note = raw_pdf.FPDFPage_GetAnnot(page, index)
        try:
            yield note
        finally:
            raw_pdf.FPDFPage_CloseAnnot(note)


def _is_strange(letter: str) -> bool:
    return letter == "\ufffd" or ord(letter) in _STRANGE or (letter < " " and not letter.isspace())


def _drawn_on(page: Any) -> tuple[float, int]:
    """The part of the page that pictures cover, at most all of it, and how many strokes are drawn on it."""
    width, height = page.get_size()
    covered, strokes = 0.0, 0
    for one, left, bottom, right, top in _objects(page):
        if raw_pdf.FPDFPageObj_GetType(one) == raw_pdf.FPDF_PAGEOBJ_PATH:
            strokes += 1
            continue
        wide = min(right, width) - max(left, 0)
        high = min(top, height) - max(bottom, 0)
        covered += max(wide, 0) * max(high, 0)
    return min(1.0, covered / max(width * height, 1)), strokes


def _objects(page: Any) -> Iterator[tuple[Any, float, float, float, float]]:
    """Pictures and strokes, in forms too, with their places on the page."""
    waiting = [
        (raw_pdf.FPDFPage_GetObject(page, index), pypdfium2.PdfMatrix(), 0)
        for index in range(raw_pdf.FPDFPage_CountObjects(page))
    ]
    while waiting:
        one, matrix, depth = waiting.pop()
        kind = raw_pdf.FPDFPageObj_GetType(one)
        if kind == raw_pdf.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            held = raw_pdf.FS_MATRIX()
            raw_pdf.FPDFPageObj_GetMatrix(one, held)
            inner = pypdfium2.PdfMatrix.from_raw(held).multiply(matrix)
            waiting += [
                (raw_pdf.FPDFFormObj_GetObject(one, index), inner, depth + 1)
                for index in range(raw_pdf.FPDFFormObj_CountObjects(one))
            ]
        elif kind in {raw_pdf.FPDF_PAGEOBJ_IMAGE, raw_pdf.FPDF_PAGEOBJ_PATH}:
            edges = [ctypes.c_float() for _edge in range(4)]
            raw_pdf.FPDFPageObj_GetBounds(one, *edges)
            yield one, *matrix.on_rect(*(edge.value for edge in edges))
