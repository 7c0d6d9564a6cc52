"""Another form of an item is known by what was made of both, and nothing else is taken for one."""

import io

import pytest
from django.utils import timezone

from accounts.models import User
from cases.models import Case
from evidence.derivative_words import DerivativeKind
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.lineage import CopyFacts, add_copy
from evidence.models import Derivative, EvidenceItem, ImageHash
from evidence.near_copies import near_copies
from tests.evidence.derived import derive

WORDS = (
    b"The guards came at night and called the names, and nobody who was called came back to the ward. " * 2
)
PLAIN = "text/plain; charset=utf-8"


def taken_in(case: Case, by: User, content: bytes) -> EvidenceItem:
    facts = IntakeFacts(source="a family", original_name="a.bin", case=case)
    return ingest_evidence(io.BytesIO(content), facts=facts, actor=by)


def looks(item: EvidenceItem, bits: int) -> None:
    row = Derivative.objects.create(
        item=item, kind="image_hash", state="made", object=item.object, made_at=timezone.now()
    )
    text = f"{bits:016x}"
    a, b, c, d = (int(text[start : start + 4], 16) for start in range(0, 16, 4))
    ImageHash.objects.create(item=item, derivative=row, bits=text, band_a=a, band_b=b, band_c=c, band_d=d)


@pytest.fixture
def pair(case: Case, lawyer: User) -> tuple[EvidenceItem, EvidenceItem]:
    return taken_in(case, lawyer, b"one form"), taken_in(case, lawyer, b"another form")


def are_near(pair: tuple[EvidenceItem, EvidenceItem]) -> bool:
    one, other = (item.pk for item in pair)
    assert (other in near_copies({one})) == (one in near_copies({other}))
    return other in near_copies({one})


def test_items_that_have_nothing_in_common_are_not(pair: tuple[EvidenceItem, EvidenceItem]) -> None:
    for number, item in enumerate(pair):
        derive(item, DerivativeKind.TEXT, PLAIN, WORDS + b"%d" % number)
        looks(item, 0x0F0F_F0F0_1234_5678 ^ (0xFF if number else 0))
    assert not are_near(pair)


@pytest.mark.parametrize("kind", [DerivativeKind.TEXT, DerivativeKind.OCR_TEXT])
def test_the_same_text_is_another_form(pair: tuple[EvidenceItem, EvidenceItem], kind: DerivativeKind) -> None:
    for item in pair:
        derive(item, kind, PLAIN, WORDS)
    assert are_near(pair)


def test_a_few_letters_are_no_text_of_anybody(pair: tuple[EvidenceItem, EvidenceItem]) -> None:
    for item in pair:
        derive(item, DerivativeKind.OCR_TEXT, PLAIN, b"page 1\n\f")
    assert not are_near(pair)


def test_a_text_that_was_taken_in_is_a_form_of_what_says_it(case: Case, lawyer: User) -> None:
    whole, text = taken_in(case, lawyer, b"a document"), taken_in(case, lawyer, WORDS)
    derive(whole, DerivativeKind.TEXT, PLAIN, WORDS)
    assert are_near((whole, text))


def test_pictures_that_look_alike_are(pair: tuple[EvidenceItem, EvidenceItem]) -> None:
    looks(pair[0], 0x0F0F_F0F0_1234_5678)
    looks(pair[1], 0x0F0F_F0F0_1234_5678 ^ 0b1001_0000_0001)
    assert are_near(pair)


def test_pictures_of_next_to_nothing_are_not(pair: tuple[EvidenceItem, EvidenceItem]) -> None:
    looks(pair[0], 0)
    looks(pair[1], 1)
    assert not are_near(pair)


def test_a_copy_that_somebody_made_and_brings_as_an_item_is(case: Case, lawyer: User) -> None:
    whole, copy = taken_in(case, lawyer, b"the original"), taken_in(case, lawyer, b"the redacted one")
    facts = CopyFacts(kind=DerivativeKind.REDACTION, original_name="b.bin")
    add_copy(whole, io.BytesIO(b"the redacted one"), facts=facts, actor=lawyer)
    assert are_near((whole, copy))
