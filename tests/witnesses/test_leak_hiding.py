"""What somebody hid on purpose, wrote short, or wrote in the other script; and two people who are taken for one."""

import base64
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.witnesses.test_leak_properties import BEFORE, names
from tests.witnesses.test_leaks import PAGE, looked, needles_of, opened
from witnesses.identity import SealedRow
from witnesses.leaks.looking import look
from witnesses.leaks.surety import Surety
from witnesses.leaks.texts import Piece

SYLLABLES = ("ba", "ran", "sho", "tik", "mal", "el", "kar", "nov", "vid", "das")
SURE, LIKELY, POSSIBLE = Surety
SARA = opened("Sara Kamrani", "سارا کامرانی")


@pytest.mark.parametrize(
    ("sealed", "text", "surety"),
    [
        # Wholly in letters of another script.
        ("Hana Copano", "Нaпа Сорапо", LIKELY),
        ("Hana Copano", "НАИА СОРАИО", LIKELY),
        ("Sara Koopen", "ѕага коореп", LIKELY),
        ("Nina Zand", "ΝΙΝΑ ΖΑΝD", LIKELY),
        ("Roya Nouri", "ЯОУА ИОЦЯІ", LIKELY),
        ("Ali Rezaei", "ꓮꓡꓲ ꓣꓰꓜꓮꓰꓲ", LIKELY),
        ("Ali Rezaei", "ᎪᏞᎥ ᎡᎬᏃᎪᎬᎥ", LIKELY),
        ("Ali Rezaei", "🅐🅛🅘 🅡🅔🅩🅐🅔🅘", SURE),
        ("Ali Rezaei", "🄰🄻🄸 🅁🄴🅉🄰🄴🄸", SURE),
        ("Ali Rezaei", "ᵃˡⁱ ʳᵉᶻᵃᵉⁱ", SURE),
        ("Ali Rezaei", "Łuk ali rezæi", None),
        ("Əli Həsənov", "Ali Hasanov", LIKELY),
        ("Ali Hasanov", "Əli Həsənov", LIKELY),
        ("علی رضایی", "علۍ رڞاۍۍ", LIKELY),
        ("سارا کامرانی", "سارا ګامرانے", LIKELY),
        # Russian words are no names because some of their letters look so.
        ("Capa Kaptaev", "Сара пришла в тюрьму с картой", None),
        ("Sara Kamrani", "Сара и Борис Каменский", None),
    ],
)
def test_letters_of_another_script_that_look_like_a_name(
    sealed: str, text: str, surety: Surety | None
) -> None:
    assert looked(text, opened(sealed)) is surety


def _base64(text: str, charset: str = "utf-8") -> str:
    return base64.b64encode(text.encode(charset)).decode()


@pytest.mark.parametrize(
    "text",
    [
        _base64("Sara Kamrani"),
        f"key={_base64('sara kamrani')};",
        f"Basic {_base64('user: Sara Kamrani 1')}",
        base64.urlsafe_b64encode("سارا کامرانی".encode()).decode().rstrip("="),
        f"/files/{_base64('Sara Kamrani').rstrip('=')}.txt",
        f"{_base64('Sara')} {_base64('Kamrani')}",
        _base64("Sara Kamrani", "utf-16-le"),
        _base64("سارا کامرانی", "utf-16-le"),
        _base64("سارا کامرانی", "utf-16-be"),
        _base64("سارا کامراني".replace("ک", "ك"), "cp1256"),
        _base64(_base64("Sara Kamrani")),
        base64.encodebytes(("x" * 50 + " سارا کامرانی was here").encode()).decode(),
        b"Sara Kamrani".hex(),
        "0x" + "سارا کامرانی".encode().hex().upper(),
        b"Sara Kamrani".hex(" "),
        b"Sara Kamrani".hex(":").upper(),
        "".join(f"\\x{byte:02x}" for byte in "سارا کامرانی".encode()),
        ", ".join(f"0x{byte:02X}" for byte in b"Sara Kamrani"),
        "سارا کامرانی".encode("utf-16-le").hex(),
    ],
)
def test_what_is_folded_into_letters_or_digits_is_read(text: str) -> None:
    assert looked(text, SARA) in (SURE, LIKELY)


def test_digests_keys_and_names_of_files_are_no_folded_texts() -> None:
    text = (
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 "
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0pEP2s4k1x IMG_20240101_WA0007.jpg iPhone7 41:6c 12:45:06"
    )
    assert looked(text, SARA) is None


@given(
    names, st.sampled_from(("utf-8", "utf-16-le")), st.booleans(), st.sampled_from(BEFORE), st.integers(0, 2)
)
def test_a_folded_name_is_found_wherever_it_stands_in_what_is_folded(
    name, charset, as_hex, before, moved
) -> None:
    raw = (" " * moved + name + " ,").encode(charset)
    assert (
        looked(f"{before} {raw.hex() if as_hex else base64.b64encode(raw).decode()} x", opened(name)) is SURE
    )


HOME = opened(
    "Bita Sohrabinejad",
    contacts=(
        SealedRow("تهران، خیابان کاخ شمالی، کوچه سروناز، پلاک ۲۷", "address"),
        SealedRow("Lindenweg 14b, 10115 Berlin", "address"),
        SealedRow("12 Golestan Alley, Parvaneh Street, Karaj", "address"),
        SealedRow("0912 345 67 89", "phone"),
        SealedRow("+49 30 5550 1234", "phone"),
    ),
    documents=(SealedRow("0084575948", "national_card"),),
    date_of_birth="12 Mordad 1345",
)


@pytest.mark.parametrize(
    ("text", "surety"),
    [
        ("Kakh-e Shomali St., Sarvnaz Alley, No. 27", LIKELY),
        ("27 Sarvnaz, North Kakh Avenue, Tehran", LIKELY),
        ("Khiaban Kakh Shomali, Kuche Sarvenaz, Pelak 27", LIKELY),
        ("no. 27, Sarvnaz", POSSIBLE),
        ("کرج، خیابان پروانه، کوچه گلستان، پلاک ۱۲", LIKELY),
        ("خیابان پروانه شماره ۱۲", POSSIBLE),
        ("خیابان لیندنوگ شماره 14b", POSSIBLE),
        ("Karaj, No. 12", None),
        ("27 prisoners were taken north", None),
        ("North 27, Tehran", None),
        ("house number 27 in the street of the martyrs", None),
    ],
)
def test_an_address_in_the_other_script(text: str, surety: Surety | None) -> None:
    assert looked(text, HOME) is surety


@pytest.mark.parametrize(
    ("text", "surety"),
    [
        ("Bita, 3.8.66", LIKELY),
        ("Bita Smith, DOB 03/08/66", LIKELY),
        ("بیتا متولد ۴۵/۵/۱۲", LIKELY),
        ("Bita b. 660803", LIKELY),
        ("متولد ۴۵/۰۵/۱۲", POSSIBLE),
        ("born on 12.5.45", POSSIBLE),
        ("۱۲ مرداد ۴۵", POSSIBLE),
        ("3 Aug '66", POSSIBLE),
        ("Aug 3, 66", POSSIBLE),
        ("DOB: 030866", POSSIBLE),
        ("45/05/12", None),
        ("0812 45 05 12", None),
        ("03.08.67 Bita", POSSIBLE),
        ("12 Mordad 46", None),
    ],
)
def test_a_day_of_birth_with_two_digits_of_its_year(text: str, surety: Surety | None) -> None:
    assert looked(text, HOME) is surety


@pytest.mark.parametrize(
    ("text", "surety"),
    [
        ("0912***6789", LIKELY),
        ("۰۹۱۲***۶۷۸۹", LIKELY),
        ("0912 *** 67 89", LIKELY),
        ("0912-xxx-6789", LIKELY),
        ("0912xxx6789", LIKELY),
        ("0912 XXX 67 89", LIKELY),
        ("+98912•••6789", LIKELY),
        ("00 98 912 ××× 67 89", LIKELY),
        ("0912…6789", LIKELY),
        ("0912...6789", LIKELY),
        ("0912 ___ 6789", LIKELY),
        ("6789***0912", LIKELY),
        ("in 1367: 0912 *** 6789 1988", LIKELY),
        ("091234567**", LIKELY),
        ("0912****89", POSSIBLE),
        ("******6789", POSSIBLE),
        ("030 *** 1234", POSSIBLE),
        ("008***5948", POSSIBLE),
        ("0913***6789", None),
        ("0912***6788", None),
        ("0912***", None),
        ("***89", None),
        ("1367 ****** 1988", None),
        ("chapter 12 ........ 89", None),
    ],
)
def test_a_number_of_which_digits_were_left_out(text: str, surety: Surety | None) -> None:
    assert looked(text, HOME) is surety


@given(
    st.integers(10**8, 10**9 - 1),
    st.sampled_from("*xX•×#"),
    st.integers(2, 6),
    st.sampled_from(("", " ", "-")),
)
def test_every_masked_number_is_likely(rest: int, sign: str, many: int, parted: str) -> None:
    whose = opened("Bita Sohrabinejad", contacts=(SealedRow(f"+98 9{rest}", "phone"),))
    digits = f"09{rest}"
    assert looked(f"Call {digits[:4]}{parted}{sign * many}{parted}{digits[-4:]} now", whose) is LIKELY


@pytest.mark.parametrize(
    ("text", "surety"),
    [
        ("Ali Ahmadi, Hassan Rezaei", POSSIBLE),
        ("علی احمدی، حسن رضایی", POSSIBLE),
        ("Rezaei Hassan, Ahmadi Ali", POSSIBLE),
        ("Ali Karimi and Hassan Rezaei", None),
        ("Ali Sohrabi, Hassan Rezaei", POSSIBLE),
        ("Ali Mohammad Rezaei", LIKELY),
        ("Ali Reza Mohammad Rezaei", LIKELY),
        ("Ali Haj Mohammad Rezaei", LIKELY),
        ("Ali Ahmadi Rezaei", LIKELY),
        ("Ali Mohammad Kaveh Rezaei", LIKELY),
        ("Ali, son of Hassan Rezaei", LIKELY),
        ("علی فرزند حسن رضایی", LIKELY),
        ("علی رضایی فرزند حسن", SURE),
        ("Ali Rezaei, Hassan Ahmadi", SURE),
        ("Rezaei, Ali", SURE),
    ],
)
def test_the_names_of_two_people_are_less_than_one_name(text: str, surety: Surety | None) -> None:
    assert looked(text, opened("Ali Rezaei", "علی رضایی")) is surety


@example("aaaa20", "1", "")  # six hexadecimal digits, and behind a seventh none
@given(
    st.from_regex(r"\A[a-z]{4,7}[0-9]{2,9}\Z"), st.text(alphabet="ab1 .\n", max_size=40), st.text(max_size=9)
)
def test_a_mailbox_is_found_wherever_it_stands(mailbox: str, before: str, after: str) -> None:
    whose = opened("Bita Sohrabinejad", contacts=(SealedRow(f"{mailbox}@example.org", "email"),))
    assert looked(f"{before}{mailbox}@example.org {after}", whose) is SURE
    assert looked(f"{before}{mailbox} {after}", whose) in (SURE, LIKELY)


def _calls(people: int) -> int:
    """How many calls it takes to look through a list of so many people who share a given name, all looked for."""
    families = [f"{one}{two}{three}pour" for one in SYLLABLES for two in SYLLABLES for three in SYLLABLES][
        :people
    ]
    needles = needles_of(
        *(
            opened(
                f"Ali {family}",
                place_of_birth=f"Deh{family}",
                contacts=(
                    SealedRow(f"{family}{number}@example.org", "email"),
                    SealedRow(f"{number} Sarvnaz {family} street", "address"),
                ),
            )
            for number, family in enumerate(families)
        )
    )
    text = "\n".join(
        f"Ali {family}, Deh{family}, {family}{number}@example.org, {number} Sarvnaz {family} street"
        for number, family in enumerate(families)
    )
    made = 0

    def count(*_what: object) -> None:
        nonlocal made
        made += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        hits = list(look([Piece(PAGE, text)], needles))
    finally:
        sys.setprofile(before)
    assert len(hits) == people
    return made


def test_the_work_grows_with_the_text_and_not_with_the_square_of_whom_it_names() -> None:
    assert _calls(400) < 6 * _calls(100)
