"""A PDF is read by machine where its own text is too little for its pages."""

import pytest

from evidence.derivative_words import DerivativeKind
from evidence.inspecting.plan import next_kinds
from tests.evidence.conftest import TakeIn
from tests.evidence.derived import derive
from tests.evidence.inspecting_files import pdf


@pytest.mark.parametrize(
    ("padding", "text", "kinds"),
    [
        (20_000, b"BATES 000123\f", [DerivativeKind.OCR_TEXT]),
        (20_000, b"a whole page of text " * 40, []),
        (0, b"BATES 000123\f", []),
    ],
)
def test_scanned_paper_with_a_number_on_each_page_is_read_by_machine(
    take_in: TakeIn, padding: int, text: bytes, kinds: list[str]
) -> None:
    item = take_in(pdf("BATES 000123") + b"%" * padding)
    derive(item, DerivativeKind.PAGE_IMAGE, "image/jpeg", b"a page")
    derive(item, DerivativeKind.TEXT, "text/plain; charset=utf-8", text)
    assert next_kinds(item) == kinds
