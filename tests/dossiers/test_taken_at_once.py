"""Two who take one dossier at the same moment, with real transactions: each is disclosed to once."""

import io
from collections.abc import Callable

import pytest

from accounts.models import User
from cases.membership import add_member
from cases.models import Case
from dossiers.archive import VaultSink
from dossiers.compiling import compile_dossier
from dossiers.handout import hand_out
from dossiers.models import Dossier
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import CustodyEvent
from tests.dossiers.conftest import PURPOSE
from tests.witnesses.test_races import afterwards, at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("turn", range(3))
def test_two_at_once_are_each_disclosed_to_once(
    case: Case, lawyer: User, outsider: User, on_disk: Callable[[], None], turn: int
) -> None:
    add_member(case, user=outsider, actor=lawyer)
    for number in range(3):
        facts = IntakeFacts(source="a family", original_name=f"{number}.txt", case=case)
        ingest_evidence(io.BytesIO(f"Letter {number}".encode()), facts=facts, actor=lawyer)
    held = compile_dossier(case, purpose=PURPOSE, sink=VaultSink(), actor=lawyer)
    on_disk()

    def take(person: User) -> Callable[[], int]:
        def act() -> int:
            dossier = Dossier.objects.select_related("case", "archive").get(pk=held.pk)
            handout = hand_out(dossier, actor=person)
            handout.content.close()
            return len(handout.disclosed)

        return act

    made = at_once([take(lawyer), take(outsider), take(lawyer), take(outsider)])
    assert sorted(made) == [0, 0, 3, 3]
    told = afterwards(
        lambda: list(CustodyEvent.objects.filter(kind="disclosed").values_list("item", "actor", "refers_to"))
    )
    assert len(told) == len(set(told)) == 6
