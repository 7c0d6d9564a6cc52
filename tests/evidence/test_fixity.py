"""A check is recorded whatever it finds."""

from pathlib import Path

import pytest

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actors import SystemActor
from audit.models import Entry
from evidence.errors import UnknownEvidence
from evidence.fixity import check_fixity
from tests.evidence.conftest import TakeIn
from tests.evidence.test_intake import stored_files


def test_a_sound_object_passes_with_both_digests_in_custody(take_in: TakeIn, auditor: User) -> None:
    item = take_in()
    event = check_fixity(item, actor=auditor)
    assert (event.outcome, event.digest_expected, event.digest_found) == (
        "verified",
        item.object.sha256,
        item.object.sha256,
    )
    assert Entry.objects.filter(action="evidence.fixity_checked", subject_id=str(item.pk)).exists()


def test_damage_is_recorded_not_raised(take_in: TakeIn, house: Path) -> None:
    item = take_in()
    stored_files(house)[0].unlink()
    event = check_fixity(item, actor=SystemActor("fixity"))
    assert (event.outcome, event.note, event.digest_found) == ("broken", "missing", None)
    assert Entry.objects.filter(action="evidence.fixity_failed", subject_id=str(item.pk)).exists()


def test_who_may_not_check_or_not_see_is_refused(take_in: TakeIn, custodian_a: User, outsider: User) -> None:
    item = take_in()
    with pytest.raises(NotPermitted):
        check_fixity(item, actor=custodian_a)
    with pytest.raises(UnknownEvidence):
        check_fixity(item, actor=outsider)
    assert item.custody.count() == 1
