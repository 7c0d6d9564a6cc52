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


REZAEI = opened(
    "علی رضایی",
    "Ali Rezaei",
    contacts=(
        SealedRow("Lindenweg 14b, 10115 Berlin", "address"),
        SealedRow("تهران، خیابان کاخ‌شمالی، کوچه سرو، پلاک ۲۷", "address"),
        SealedRow("@ali_r1345", "messenger"),
        SealedRow("+49 30 5550 1234", "phone"),
    ),
    documents=(
        SealedRow("A12345678", "passport"),
        SealedRow("۰۰۸۴۵۷۵۹۴۸", "national_card"),
        SealedRow("54321", "other"),
    ),
    kin=(
        SealedRow("خواهر: شیدا رضایی، ساکن کرج", "sister"),
        SealedRow("Golnaz Tavakkoli 0913 222 33 44", "wife"),
    ),
    date_of_birth="12 Mordad 1345",
)
SURE, LIKELY, POSSIBLE = Surety


@pytest.mark.parametrize(
    ("text", "surety"),
    [
        ("علي رضائي", SURE),
        ("رضایی، علی", SURE),
        ("عـلـی   رَضایی", SURE),
        ("علی\u200cرضایی", SURE),
        ("ﻋﻠﯽ ﺭﺿﺎﯾﯽ", SURE),
        ("علیرضایی.pdf", SURE),
        ("ALI REZAEI", SURE),
        ("Rezaei, Ali", SURE),
        ("ali.rezaei.scan.pdf", SURE),
        ("AliRezaei_1367.pdf", SURE),
        ("ali_rezaei-2.jpg", SURE),
        ("Ali Rez-\naei", SURE),
        ("Ali Re\u00adzaei", SURE),
        ("Ali&nbsp;Rezaei", SURE),
        ("Ali\u00a0Rezaei’s letter", SURE),
        ("\u202bعلی رضایی\u202c", SURE),
        ("A l i  R e z a e i", SURE),
        ("ع ل ی   ر ض ا ی ی", SURE),
        ("یلع ییاضر", LIKELY),
        ("ییاضر یلع", LIKELY),
        ("Aly Rezaee", LIKELY),
        ("Áli Rézaï", LIKELY),
        ("Ali Mohammad Rezaei", LIKELY),
        ("A. Rezaei", LIKELY),
        ("Rezaee, A.", LIKELY),
        ("A. M. Rezaei", LIKELY),
        ("ع. رضایی", LIKELY),
        ("ا. رضایی", LIKELY),
        ("علی رضایی‌ها", SURE),
        ("Lindenweg 14b", LIKELY),
        ("lives at 14b Lindenweg", LIKELY),
        ("خیابان کاخ شمالی کوچه سرو پلاک 27", SURE),
        ("https://t.me/ali_r1345", LIKELY),
        ("030 5550 1234", SURE),
        ("0049-30-55501234", SURE),
        ("tel:+493055501234", SURE),
        ("passport A 1234 5678", SURE),
        ("a12345678", SURE),
        ("008-457594-8", SURE),
        ("0084575948", SURE),
        ("no 54321", POSSIBLE),
        ("شیدا رضایی", SURE),
        ("Shida Rezaie", LIKELY),
        ("Golnaz Tavakoli", LIKELY),
        ("گلناز توکلی", LIKELY),
        ("call ۰۹۱۳۲۲۲۳۳۴۴", SURE),
        ("3 August 1966", POSSIBLE),
        ("1345/05/12", POSSIBLE),
        ("۱۲ مرداد ۱۳۴۵", POSSIBLE),
        ("Aug. 3rd, 1966", POSSIBLE),
        ("19660803", POSSIBLE),
        ("1966-08-03T00:00:00", POSSIBLE),
        ("Ali, born on 03.08.1966", LIKELY),
        ("علی متولد ۱۳۴۵/۵/۱۲", LIKELY),
        ("Golnaz said nothing", POSSIBLE),
        ("Ali and the Rezaei", POSSIBLE),
        # Names of so many that alone they tell nothing.
        ("Ali", None),
        ("آقای رضایی گفت", None),
        ("Mohammad Ali went", None),
        ("Berlin 10115", None),
        ("1345", None),
        ("Mordad 1345", None),
        ("Lindenweg", None),
        ("پلاک ۲۷", None),
        ("5550", None),
    ],
)  # fmt: skip
def test_what_is_broken_spelled_or_written_otherwise_is_found(text: str, surety: Surety | None) -> None:
    assert looked(text, REZAEI) is surety


@pytest.mark.parametrize(
    ("sealed", "text", "surety"),
    [
        ("Mohammad Hosseinzadeh", "محمد حسین‌زاده", LIKELY),
        ("Mohammad Hosseinzadeh", "Muhammad Husayn Zade", LIKELY),
        ("Mohammad Hosseinzadeh", "Md. Hosseinzadeh", LIKELY),
        ("Mohammad Hosseinzadeh", "محمد حسین", None),
        ("محمد حسین زاده", "محمدحسین‌زاده", SURE),
        ("علیرضا پوراحمدی", "علی رضا پور احمدی", SURE),
        ("علیرضا پوراحمدی", "Ali-Reza Pour-Ahmadi", LIKELY),
        ("سید علی موسوی", "علی موسوی", SURE),
        ("سید علی موسوی", "Seyyed Ali Moussavi", LIKELY),
        ("Ali Karimi Nejad", "علی کریمی‌نژاد", LIKELY),
        ("زهره کیان‌مهر", "زهره کیان‌مهر", SURE),
        ("زهره کیان‌مهر", "Zohreh Kianmehr", LIKELY),
        ("زهره کیان‌مهر", "Z. Kianmehr", LIKELY),
        ("Farangis (Fari) Zandkarimi", "فرنگیس زندکریمی", LIKELY),
        ("Иван Петров", "Письмо: Иван Петров", SURE),
    ],
)  # fmt: skip
def test_names_of_several_parts_titles_and_scripts(sealed: str, text: str, surety: Surety | None) -> None:
    assert looked(text, opened(sealed)) is surety


def test_a_name_that_is_broken_between_two_pieces_of_a_place_is_found() -> None:
    pieces = [Piece(PAGE, "the letter of Bita Sohra"), Piece(PAGE, "binejad was found")]
    assert list(look(pieces, needles_of(BITA))) == [Hit(PAGE, "label-0", Surety.SURE)]
