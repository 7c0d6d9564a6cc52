"""What goes on the list of what nobody read, and what stays there because only a machine read it."""

import pytest

from accounts.models import User
from cases.models import Case
from dossiers.leaks.gathering import NotRead, _gathered
from evidence.derivative_words import DerivativeKind
from tests.dossiers.conftest import TakeIn
from tests.dossiers.test_looking_for_names import held, looked_through, places
from tests.evidence.derived import derive
from tests.evidence.inspecting_files import words_picture
from tests.evidence.test_searchable import page_of
from tests.witnesses.conftest import NAME_FA
from witnesses.models import Witness


def unread(case: Case, lawyer: User) -> list[tuple[str, str]]:
    return [(one.part, one.why) for one in held(case, lawyer).texts.unread.all()]


def test_a_picture_whose_text_a_machine_read_stays_on_the_list(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User
) -> None:
    item = take_in(words_picture("words"), original_name="note.png")
    derive(item, DerivativeKind.OCR_TEXT, "text/plain; charset=utf-8", f"a line and {NAME_FA}\n\f".encode())
    assert unread(case, lawyer) == [("", "machine")]
    result = looked_through(held(case, lawyer), by=lawyer)
    assert result.unread == 1
    assert "page 1" in {part for _name, part in places(result)}


def test_a_picture_on_which_a_machine_read_nothing_is_a_picture(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User
) -> None:
    item = take_in(words_picture("words"), original_name="note.png")
    derive(item, DerivativeKind.OCR_TEXT, "text/plain; charset=utf-8", b" \n\f")
    assert unread(case, lawyer) == [("", "picture")]


@pytest.mark.parametrize(("recognised", "expected"), [(b"", ("page 1", "scan")), (b"x\n\f", ("", "machine"))])
def test_a_scan_with_a_number_on_it_is_told(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    lawyer: User,
    recognised: bytes,
    expected: tuple[str, str],
) -> None:
    item = take_in(page_of("BATES 000123", share=1), original_name="a.pdf")
    if recognised:
        derive(item, DerivativeKind.OCR_TEXT, "text/plain; charset=utf-8", recognised)
    assert unread(case, lawyer) == [expected]


def test_pages_are_named_one_by_one_until_there_are_too_many() -> None:
    few = {NotRead("a.pdf", f"member 2/page {number}", "scan") for number in range(1, 4)}
    many = {NotRead("b.pdf", f"page {number}", "scan") for number in range(1, 400)}
    other = {NotRead("b.pdf", "page 7", "picture")}
    assert _gathered(few | many | other) == [
        NotRead("a.pdf", "member 2/page 1", "scan"),
        NotRead("a.pdf", "member 2/page 2", "scan"),
        NotRead("a.pdf", "member 2/page 3", "scan"),
        NotRead("b.pdf", "", "scan"),
        NotRead("b.pdf", "page 7", "picture"),
    ]
