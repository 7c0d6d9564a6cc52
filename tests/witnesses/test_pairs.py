"""Which open identities may be one person: said by kind, never by value, and not by comparing all with all."""

import pytest

from tests.witnesses.test_leaks import opened
from witnesses.identity import SealedRow
from witnesses.leaks.pairs import Likeness, Pair, Pairing
from witnesses.leaks.surety import Surety

PHONE = (SealedRow("+98 912 345 67 89", "phone"),)
SAME_PHONE = (SealedRow("۰۹۱۲-۳۴۵۶۷۸۹", "phone"),)
PAPER = (SealedRow("0084575948", "national_card"),)


def pairs_of(*identities):
    pairing = Pairing()
    for number, identity in enumerate(identities):
        pairing.add(f"W-{number}", identity)
    return pairing.pairs()


@pytest.mark.parametrize(
    ("one", "other", "surety", "by"),
    [
        (
            opened("گلناز توکلی", documents=PAPER),
            opened("Another Woman", documents=PAPER),
            "sure",
            ["document"],
        ),
        (
            opened("گلناز توکلی", contacts=PHONE),
            opened("Another Woman", contacts=SAME_PHONE),
            "likely",
            ["telephone"],
        ),
        (opened("گلناز توکلی"), opened("Golnaz Tavakoli"), "possible", ["names_alike"]),
        (opened("گلناز توکلی"), opened("توکلی، گلناز"), "possible", ["same_name"]),
        (
            opened("گلناز توکلی", date_of_birth="1345/05/12"),
            opened("Golnaz Tavakkoli", date_of_birth="1966-08-03"),
            "likely",
            ["names_alike", "birthday"],
        ),
        (
            opened("گلناز توکلی", contacts=PHONE),
            opened("Golnaz Tavakkoli", contacts=SAME_PHONE),
            "sure",
            ["telephone", "names_alike"],
        ),
    ],
)
def test_what_two_identities_share(one, other, surety, by) -> None:
    assert pairs_of(one, other) == [Pair("W-0", "W-1", Surety(surety), tuple(Likeness(kind) for kind in by))]


def test_a_day_of_birth_a_given_name_or_a_family_name_alone_makes_no_pair() -> None:
    born = {"date_of_birth": "1345/05/12"}
    assert pairs_of(opened("گلناز توکلی", **born), opened("علی رضایی", **born), opened("گلناز رضایی")) == []


def test_versions_of_one_witness_are_no_pair() -> None:
    pairing = Pairing()
    pairing.add("W-0", opened("گلناز توکلی", "Golnaz Tavakkoli", contacts=PHONE))
    pairing.add("W-0", opened("Golnaz Tavakoli", contacts=PHONE))
    assert pairing.pairs() == []


def test_nothing_is_said_but_labels_and_kinds_and_nothing_held_after_forgetting() -> None:
    pairing = Pairing()
    pairing.add("W-0", opened("گلناز توکلی", contacts=PHONE))
    pairing.add("W-1", opened("Golnaz Tavakkoli", contacts=PHONE))
    told = str(pairing.pairs())
    assert not [word for word in ("golnaz", "گلناز", "912", "tavak") if word in told.casefold()]
    assert repr(pairing) == "<sealed>"
    pairing.forget()
    assert pairing.pairs() == []


def test_two_thousand_people_are_compared_without_meeting_each_other() -> None:
    """Each has a number and a name of their own; one is there twice."""
    syllables = ("بار", "سام", "دین", "فول", "گاو", "تیم", "نوک", "پیش", "رخل", "مزد")
    people = [
        opened("آرش " + "".join(syllables[int(digit)] for digit in f"{number:04}")) for number in range(2000)
    ]
    assert [(pair.one, pair.other) for pair in pairs_of(*people, people[7])] == [("W-2000", "W-7")]
