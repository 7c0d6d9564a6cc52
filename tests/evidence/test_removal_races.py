"""The same bytes come again while the last record of them is disposed of, in a folder and in a bucket.

What is acknowledged is there, however late a removal comes; what nothing rests on does not stay.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from cases.membership import add_member
from cases.models import Case
from evidence import intake, removal, rotation
from evidence.disposal import dispose, request_disposal
from evidence.errors import BytesGoing, RecordsUnavailable, VaultUnavailable
from evidence.models import EvidenceItem, Removal, StoredObject
from evidence.removal import remove_asked
from evidence.rotation import rotate_vault_key
from evidence.store import vault
from evidence.vault.facts import StoredFacts
from evidence.vault.objects import Vault
from evidence.verification import verify_evidence
from tests.conftest import Hire
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.test_disposal import HOW, WHY
from tests.evidence.test_store import name_a_bucket
from tests.evidence.vault.places import FolderPlace, Place

pytestmark = pytest.mark.django_db(transaction=True)


def beside(act: Callable[[], object]) -> threading.Thread:
    """Start it on a connection of its own, and give it time to come as far as it is let."""

    def run() -> None:
        try:
            act()
        except (OperationalError, RecordsUnavailable):
            # SQLite in memory waits for nobody; it was turned away, which harms nothing.
            if connection.vendor != "sqlite":
                raise
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(1.0)
    return thread


def test_bytes_disposed_of_between_a_receipts_look_and_its_row_are_kept(
    take_in: TakeIn, lawyer: User, case: Case, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = hire("soraya", Role.LAWYER)
    add_member(case, user=second, actor=lawyer)
    asked = request_disposal(take_in(), **WHY, actor=lawyer)
    real, started = intake.stored_object, []

    def looked(stored: StoredFacts) -> StoredObject:
        found = real(stored)
        started.append(beside(lambda: dispose(asked, **HOW, actor=second)))
        return found

    monkeypatch.setattr(intake, "stored_object", looked)
    again = take_in(source="another family")
    started[0].join(30)
    remove_asked()
    assert vault().open(again.stored.name).read() == LETTER
    assert not StoredObject.objects.get().is_going


def test_two_who_bring_bytes_that_are_to_go_do_not_wait_for_each_other(
    take_in: TakeIn, lawyer: User, case: Case, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = hire("soraya", Role.LAWYER)
    add_member(case, user=second, actor=lawyer)
    monkeypatch.setattr("evidence.disposal.remove_asked", lambda: 0)
    dispose(request_disposal(take_in(), **WHY, actor=lawyer), **HOW, actor=second)
    with transaction.atomic():
        take_in(source="another family")
        thread = beside(lambda: take_in(source="a third family"))
    thread.join(30)
    assert not thread.is_alive()
    assert EvidenceItem.objects.filter(disposed_at=None).count() == (
        2 if connection.vendor == "postgresql" else 1
    )
    assert not StoredObject.objects.get().is_going


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, settings: Any) -> Place:
    """Where the bytes lie; the bucket locks nothing, so that its objects can be removed."""
    if request.param == "folder":
        return FolderPlace(settings.DADKHAH_DATA_DIR / "vault")
    bucket = name_a_bucket(request.getfixturevalue("moto_url"), settings)
    settings.DADKHAH_STORE_LOCK = "none"
    return bucket


@pytest.fixture
def second(hire: Hire, lawyer: User, case: Case) -> User:
    someone = hire("soraya", Role.LAWYER)
    add_member(case, user=someone, actor=lawyer)
    return someone


Disposing = Callable[[EvidenceItem], None]


@pytest.fixture
def disposing(lawyer: User, second: User) -> Disposing:
    """Disposes of an item and has its bytes removed."""

    def act(item: EvidenceItem) -> None:
        dispose(request_disposal(item, **WHY, actor=lawyer), **HOW, actor=second)
        remove_asked()

    return act


def require_right(place: Place, kept: EvidenceItem | None) -> None:
    """What is recorded is there and is these bytes; nothing else is there."""
    assert place.names() == ([kept.stored.name] if kept else [])
    if kept:
        assert vault().open(kept.stored.name).read() == LETTER
        assert not kept.stored.is_going
    assert verify_evidence(EvidenceItem.objects.all(), whole=True).ok


def once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, before: Callable[[], object]) -> None:
    """Do something just before the next call of a method, and only of that one."""
    real = getattr(owner, name)

    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(owner, name, real)
        before()
        return real(self, *arguments, **named)

    monkeypatch.setattr(owner, name, call)


def test_a_removal_that_was_thought_dead_takes_nothing_that_came_again(
    place: Place, take_in: TakeIn, disposing: Disposing, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[EvidenceItem] = []

    def meanwhile() -> None:
        Removal.objects.update(taken_up_at=timezone.now() - removal.SILENT_AFTER)
        assert remove_asked() == 1
        came.append(take_in())

    once(monkeypatch, Vault, "remove_disposed", meanwhile)
    disposing(take_in())
    require_right(place, came[0])


def test_a_removal_that_the_store_carries_out_after_it_was_given_up_takes_nothing_that_came_again(
    place: Place, take_in: TakeIn, disposing: Disposing, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def no_answer(_vault: Vault, name: str) -> bool:
        asked.append(name)
        raise VaultUnavailable("no answer")

    monkeypatch.setattr(Vault, "remove_disposed", no_answer)
    first = take_in()
    disposing(first)
    monkeypatch.undo()
    again = take_in()
    assert set(asked) == {first.stored.name}
    assert vault().remove_disposed(asked[0])
    require_right(place, again)


def test_bytes_that_are_put_in_their_place_after_their_removal_do_not_stay(
    place: Place, take_in: TakeIn, disposing: Disposing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_in()
    store = type(vault()._store)
    once(monkeypatch, store, "place", lambda: disposing(first))
    with pytest.raises(BytesGoing, match="send the file again"):
        take_in()
    require_right(place, None)
    require_right(place, take_in())


def test_what_a_kill_leaves_under_a_removed_name_is_found_and_goes(
    place: Place, take_in: TakeIn, disposing: Disposing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_in()
    store = type(vault()._store)
    once(monkeypatch, store, "place", lambda: disposing(first))

    def killed(_vault: Vault, _placed: StoredFacts) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Vault, "_require_turn", killed)
    with pytest.raises(KeyboardInterrupt):
        take_in()
    monkeypatch.undo()
    assert place.names() == [first.stored.name]
    told = verify_evidence(EvidenceItem.objects.all(), whole=True).faults
    assert [fault.kind for fault in told] == ["removed_bytes_there"]
    assert remove_asked() == 0
    Removal.objects.update(look_at=timezone.now() - timedelta(seconds=1))
    assert remove_asked() == 1
    require_right(place, None)
    assert Entry.objects.filter(action="vault.object_removed").count() == 2
    Removal.objects.update(look_at=timezone.now() - timedelta(seconds=1))
    assert remove_asked() == 0


def test_bytes_that_were_found_there_and_then_removed_get_no_receipt(
    place: Place, take_in: TakeIn, disposing: Disposing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_in()
    monkeypatch.setattr(intake, "record_receipts", _outside(intake.record_receipts, lambda: disposing(first)))
    with pytest.raises(BytesGoing):
        take_in()
    monkeypatch.undo()
    require_right(place, None)
    require_right(place, take_in())


def _outside(real: Callable[..., Any], before: Callable[[], object]) -> Callable[..., Any]:
    def act(*arguments: Any, **named: Any) -> Any:
        before()
        return real(*arguments, **named)

    return act


def test_what_came_again_may_go_again_and_come_once_more(
    place: Place, take_in: TakeIn, disposing: Disposing
) -> None:
    names = []
    for _time in range(3):
        item = take_in()
        require_right(place, item)
        assert take_in(source="another family").stored == item.stored
        names.append(item.stored.name)
        for one in EvidenceItem.objects.filter(disposed_at=None):
            disposing(one)
        require_right(place, None)
    assert len(set(names)) == 3


def test_a_copy_under_a_new_key_of_what_is_disposed_of_meanwhile_goes_too(
    place: Place,
    take_in: TakeIn,
    disposing: Disposing,
    administrator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = take_in()
    real = rotation.record_sealed_anew
    monkeypatch.setattr(rotation, "record_sealed_anew", _outside(real, lambda: disposing(first)))
    rotate_vault_key(actor=administrator, grace=0)
    monkeypatch.undo()
    assert remove_asked() == 1
    require_right(place, None)
    require_right(place, take_in())


def test_what_comes_under_a_new_key_before_its_copy_leaves_no_old_one(
    place: Place, take_in: TakeIn, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_in()
    came: list[EvidenceItem] = []
    once(monkeypatch, Vault, "rewrap", lambda: came.append(take_in(source="another family")))
    rotate_vault_key(actor=administrator, grace=0)
    remove_asked()
    first.refresh_from_db()
    assert first.stored == came[0].stored
    require_right(place, first)
