"""The leak check finds what is planted, says where and how sure, and never what."""

from collections.abc import Sequence

import pytest

from witnesses.identity import (
    FIELDS,
    IdentityFacts,
    OpenedIdentity,
    SealedName,
    SealedRow,
    identity_bytes,
    read_identity,
)
from witnesses.leaks.looking import Hit, Surety, look
from witnesses.leaks.needles import Needles
from witnesses.leaks.texts import Piece, Place

PAGE = Place("exhibits/0001.pdf", "page 3")


def opened(
    *names: str, contacts: Sequence[SealedRow] = (), documents: Sequence[SealedRow] = (), **more: object
) -> OpenedIdentity:
    facts = IdentityFacts(
        tuple(SealedName(name) for name in names), contacts=contacts, documents=documents, **more
    )  # type: ignore[arg-type]
    return read_identity(identity_bytes(facts), version=1, fields=FIELDS)


def needles_of(*identities: OpenedIdentity) -> Needles:
    needles = Needles()
    for number, identity in enumerate(identities):
        needles.add(f"label-{number}", identity)
    return needles


def looked(text: str, *identities: OpenedIdentity) -> Surety | None:
    """How sure the one label was found in the text."""
    hits = list(look([Piece(PAGE, text)], needles_of(*identities)))
    assert len(hits) <= 1
    return hits[0].surety if hits else None


BITA = opened(
    "بیتا سهرابی‌نژاد",
    "Bita Sohrabinejad",
    contacts=(SealedRow("+98 912 345 67 89", "phone"), SealedRow("bita.s77@example.org", "email")),
)


@pytest.mark.parametrize(
    "text",
    [
        "بازجویی از بیتا سهرابی‌نژاد در اوین",
        "a letter by Bita Sohrabinejad, 1988",
        "شماره ۰۹۱۲ ۳۴۵ ۶۷ ۸۹ تماس",
        "Call 0912-345-6789 at night",
        "From: Bita.S77@Example.org",
    ],
)
def test_what_stands_as_it_was_sealed_is_found(text: str) -> None:
    assert looked(text, BITA) is Surety.SURE


def test_a_text_without_it_gives_nothing() -> None:
    assert looked("The ward was closed in Mordad 1367, and 4,482 names were listed.", BITA) is None


def test_one_hit_for_each_place_and_label_even_where_the_place_comes_in_pieces() -> None:
    other = Place("names.txt", "file name")
    pieces = [Piece(PAGE, "Bita Sohrabinejad"), Piece(PAGE, "bita.s77@example.org"), Piece(other, "none")]
    assert list(look(pieces, needles_of(BITA))) == [Hit(PAGE, "label-0", Surety.SURE)]


def test_after_forgetting_nothing_is_found() -> None:
    needles = needles_of(BITA)
    needles.forget()
    assert list(look([Piece(PAGE, "Bita Sohrabinejad bita.s77@example.org")], needles)) == []


def test_neither_needles_nor_pieces_show_in_their_repr() -> None:
    assert repr(needles_of(BITA)) == repr(Piece(PAGE, "Bita Sohrabinejad")) == "<sealed>"
