"""What is disposed of does not live on in the texts of a package, and that package stays."""

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from audit.models import Entry
from audit.verification import verify_log
from cases.membership import add_member
from cases.models import Case
from dossiers.errors import DossierBusy
from dossiers.handout import hand_out
from dossiers.leaks.asking import ask_for_check
from dossiers.leaks.gathering import Gathering
from dossiers.leaks.standing import Lack, standing_of
from dossiers.models import TextsDropped
from evidence.disposal import dispose, request_disposal
from evidence.errors import ObjectMissing
from evidence.models import EvidenceItem
from evidence.removal import remove_asked
from evidence.stored_objects import open_stored
from tests.dossiers.conftest import TakeIn
from tests.dossiers.looking import WHY, cleared
from tests.dossiers.test_looking_for_names import held
from tests.evidence.test_disposal import HOW
from tests.evidence.test_disposal import WHY as REASONS
from witnesses.models import Witness


def disposed(item: EvidenceItem, case: Case, one: User, other: User) -> None:
    add_member(case, user=other, actor=one)
    dispose(request_disposal(item, **REASONS, actor=one), **HOW, actor=other)


def test_the_texts_go_with_the_item_and_the_package_stays(
    *, case: Case, take_in: TakeIn, witness: Witness, lawyer: User, outsider: User
) -> None:
    item = take_in(b"A letter that is to go.\n")
    take_in(b"A letter that stays.\n")
    dossier = cleared(held(case, lawyer), by=lawyer)
    hand_out(dossier, actor=lawyer).content.close()
    disposed(item, case, lawyer, outsider)
    remove_asked()
    with pytest.raises(ObjectMissing):
        open_stored(dossier.texts.object)
    assert standing_of(dossier).lack == Lack.DISPOSED
    with pytest.raises(DossierBusy, match="disposed of"):
        hand_out(dossier, actor=lawyer)
    with pytest.raises(DossierBusy, match="disposed of"):
        ask_for_check(dossier, reason=WHY, actor=lawyer)
    entry = Entry.objects.get(action="dossier.package_texts_dropped")
    assert str(item.pk).encode() in bytes(entry.body)
    assert verify_log().ok
    cleared(held(case, lawyer), by=lawyer)


def test_the_texts_of_packages_without_the_item_stay(
    *, case: Case, take_in: TakeIn, witness: Witness, lawyer: User, outsider: User
) -> None:
    take_in(b"A letter that stays.\n")
    dossier = held(case, lawyer)
    disposed(take_in(b"A letter that came later.\n"), case, lawyer, outsider)
    remove_asked()
    open_stored(dossier.texts.object).close()
    assert standing_of(dossier).lack == Lack.NOT_ASKED


def test_a_package_that_is_compiled_meanwhile_is_given_up(
    *, case: Case, take_in: TakeIn, witness: Witness, lawyer: User, outsider: User
) -> None:
    item = take_in(b"A letter that is to go.\n")
    take_in(b"A letter that stays.\n")
    dossier = held(case, lawyer)
    with Gathering() as gathering:
        gathering.originals(dossier)
        disposed(item, case, lawyer, outsider)
        with pytest.raises(DossierBusy, match="while this dossier was compiled"):
            gathering.finish(dossier, package=b"x" * 32, actor=lawyer)


def test_that_they_went_cannot_be_taken_back(
    *, case: Case, take_in: TakeIn, witness: Witness, lawyer: User, outsider: User
) -> None:
    item = take_in(b"A letter that is to go.\n")
    held(case, lawyer)
    disposed(item, case, lawyer, outsider)
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
        TextsDropped.objects.all().delete()
