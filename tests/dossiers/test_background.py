"""Work in the background: taken once, queued again when forgotten, ended when its program died."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from cases.membership import remove_member
from cases.models import Case
from dossiers.archive import VaultSink
from dossiers.compiling import compile_dossier, compile_into
from dossiers.errors import DossierBusy
from dossiers.models import Dossier, DossierState
from dossiers.packaging import write_tags
from dossiers.pending import requeue_pending
from dossiers.requests import begin, request_dossier
from dossiers.tasks import compile_requested
from evidence.models import EvidenceItem
from tests.dossiers.conftest import PURPOSE


@pytest.fixture
def requested(case: Case, evidence: list[EvidenceItem], lawyer: User) -> Dossier:
    return request_dossier(case, purpose=PURPOSE, actor=lawyer)


def test_the_task_may_run_twice_without_harm(requested: Dossier):
    compile_requested(str(requested.pk))
    compile_requested(str(requested.pk))
    requested.refresh_from_db()
    assert requested.state == DossierState.READY
    assert Entry.objects.filter(action="dossier.compiled").count() == 1
    assert Entry.objects.get(action="dossier.compiled").channel == "task"


def test_a_dossier_is_begun_once(requested: Dossier, lawyer: User):
    begin(requested)
    with pytest.raises(DossierBusy):
        compile_into(requested, sink=VaultSink(), actor=lawyer)
    requested.refresh_from_db()
    assert requested.state == DossierState.COMPILING


def test_what_the_queue_forgot_is_queued_again(requested: Dossier):
    assert requeue_pending() == 0
    assert requeue_pending(older_than=timedelta(0)) == 1
    requested.refresh_from_db()
    assert requested.state == DossierState.READY


def test_a_run_that_died_is_shown_as_failed_with_a_reason(requested: Dossier):
    begin(requested)
    assert requeue_pending() == 0
    requested.refresh_from_db()
    assert requested.state == DossierState.COMPILING
    Dossier.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    requeue_pending()
    requested.refresh_from_db()
    assert requested.state == DossierState.FAILED
    assert "stopped" in requested.failure
    assert Entry.objects.get(action="dossier.failed").actor == "system:dossier-reconciler"


def test_whoever_asked_and_was_sent_away_since_gets_nothing(requested: Dossier, lawyer: User):
    User.objects.filter(pk=lawyer.pk).update(is_active=False)
    compile_requested(str(requested.pk))
    requested.refresh_from_db()
    assert requested.state == DossierState.FAILED
    assert not Entry.objects.filter(action="dossier.compiled").exists()


def sent_out_of_the_case(requested: Dossier, lawyer: User, paralegal: User) -> None:
    remove_member(requested.case, user=lawyer, actor=lawyer)


def given_another_role(requested: Dossier, lawyer: User, paralegal: User) -> None:
    lawyer.groups.set(paralegal.groups.all())


@pytest.mark.parametrize("lose_the_right", [sent_out_of_the_case, given_another_role])
def test_whoever_lost_the_right_while_the_task_waited_has_nothing_compiled(
    requested: Dossier, lawyer: User, paralegal: User, lose_the_right: Callable[[Dossier, User, User], None]
):
    lose_the_right(requested, lawyer, paralegal)
    compile_requested(str(requested.pk))
    requested.refresh_from_db()
    assert requested.state == DossierState.FAILED
    assert requested.archive is None
    nothing = ("dossier.compiled", "evidence.packed", "evidence.disclosed")
    assert not Entry.objects.filter(action__in=nothing).exists()


def test_whoever_loses_the_right_while_it_is_compiled_has_nothing_disclosed(
    requested: Dossier, lawyer: User, monkeypatch: pytest.MonkeyPatch
):
    def write_and_leave(*arguments: object) -> None:
        write_tags(*arguments)
        remove_member(requested.case, user=lawyer, actor=lawyer)

    monkeypatch.setattr("dossiers.compiling.write_tags", write_and_leave)
    compile_requested(str(requested.pk))
    requested.refresh_from_db()
    assert requested.state == DossierState.FAILED
    nothing = ("dossier.compiled", "evidence.packed", "evidence.disclosed")
    assert not Entry.objects.filter(action__in=nothing).exists()


def test_the_next_run_by_command_tells_of_the_one_that_died(requested: Dossier, lawyer: User):
    begin(requested)
    Dossier.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    compile_dossier(requested.case, purpose=PURPOSE, sink=VaultSink(), actor=lawyer)
    requested.refresh_from_db()
    assert requested.state == DossierState.FAILED
