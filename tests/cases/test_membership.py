"""Who may enter a case, and what a stranger learns (nothing)."""

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm

from accounts.errors import NotPermitted
from accounts.models import User
from accounts.roles import Role
from audit.actors import SystemActor, Visitor
from audit.models import Entry
from cases.access import find_case, find_case_by_id, require_member
from cases.errors import (
    AlreadyMember,
    BadReference,
    BadText,
    LastMember,
    NotAMember,
    NotEligible,
    NotSignedIn,
    ReferenceTaken,
    UnknownCase,
)
from cases.membership import add_member, open_case, remove_member
from cases.models import MEMBER, Case
from cases.queries import candidates_for, members_of

pytestmark = pytest.mark.django_db


def test_whoever_opens_a_case_is_its_first_member(lawyer: User) -> None:
    case = open_case(reference=" dk-1988-07 ", title="Evin", actor=lawyer)
    assert case.reference == "DK-1988-07"
    assert list(members_of(case)) == [lawyer]
    assert require_member(case, lawyer) == lawyer


def test_opening_is_logged_without_the_title(lawyer: User) -> None:
    case = open_case(reference="DK-1", title="A title that could name somebody", actor=lawyer)
    entries = Entry.objects.filter(case_id=case.pk).order_by("recorded_at")
    assert [entry.action for entry in entries] == ["case.opened", "case.member_added"]
    assert b"could name somebody" not in b"".join(bytes(entry.body) for entry in entries)


@pytest.mark.parametrize("role", [Role.PARALEGAL, Role.AUDITOR, Role.CUSTODIAN, Role.ADMINISTRATOR])
def test_only_a_lawyer_opens_a_case(role: Role, hire: Callable[..., User]) -> None:
    with pytest.raises(NotPermitted):
        open_case(reference="DK-1", title="Evin", actor=hire("somebody", role))
    assert not Case.objects.exists()


@pytest.mark.parametrize("reference", ["", "پرونده", "DK 1", "-DK", "DK-", "DK/1", "D" * 33, "DK\n1"])
def test_a_reference_that_cannot_be_typed_everywhere_is_refused(reference: str, lawyer: User) -> None:
    with pytest.raises(BadReference):
        open_case(reference=reference, title="Evin", actor=lawyer)


def test_a_reference_is_used_once_in_any_letter_case(case: Case, lawyer: User) -> None:
    before = Entry.objects.count()
    with pytest.raises(ReferenceTaken):
        open_case(reference="dk-1988-01", title="Again", actor=lawyer)
    assert Case.objects.count() == 1
    assert Entry.objects.count() == before


def test_a_title_with_a_direction_override_is_refused(lawyer: User) -> None:
    with pytest.raises(BadText, match=r"U\+202E"):
        open_case(reference="DK-1", title="Evin\u202enive", actor=lawyer)


def test_an_outsider_hears_the_same_about_a_closed_case_and_about_none(case: Case, outsider: User) -> None:
    with pytest.raises(UnknownCase) as closed:
        find_case("DK-1988-01", actor=outsider)
    with pytest.raises(UnknownCase) as none:
        find_case("DK-1900-99", actor=outsider)
    with pytest.raises(NotAMember) as refused:
        require_member(case, outsider)
    with pytest.raises(UnknownCase) as by_id:
        find_case_by_id(case.pk, actor=outsider)
    assert str(closed.value) == str(none.value) == str(refused.value) == str(by_id.value)


def test_the_system_and_visitors_are_members_of_nothing(case: Case) -> None:
    for actor in (SystemActor("inspection"), Visitor()):
        with pytest.raises(NotAMember):
            require_member(case, actor)
        with pytest.raises(UnknownCase):
            find_case(case.reference, actor=actor)


def test_a_visitor_is_refused_before_the_database_is_asked(case: Case) -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        pytest.raises(NotSignedIn),
    ):
        Case.objects.visible_to(AnonymousUser())
    assert len(queries) == 0


def test_a_member_finds_the_case_in_any_letter_case(case: Case, paralegal: User) -> None:
    assert find_case(" dk-1988-01", actor=paralegal) == case


def test_removing_a_member_closes_the_case_to_them_at_once(case: Case, lawyer: User, paralegal: User) -> None:
    visible = Case.objects.visible_to(paralegal)
    assert list(visible.all()) == [case]
    remove_member(case, user=paralegal, actor=lawyer)
    assert list(visible.all()) == []
    with pytest.raises(NotAMember):
        require_member(case, paralegal)
    assert Entry.objects.filter(action="case.member_removed", case_id=case.pk).count() == 1


def test_an_account_that_may_no_longer_sign_in_sees_nothing(case: Case, paralegal: User) -> None:
    User.objects.filter(pk=paralegal.pk).update(is_active=False)
    assert not Case.objects.visible_to(paralegal).exists()


def test_the_last_member_cannot_be_removed(case: Case, lawyer: User, paralegal: User) -> None:
    remove_member(case, user=paralegal, actor=lawyer)
    with pytest.raises(LastMember):
        remove_member(case, user=lawyer, actor=lawyer)
    assert require_member(case, lawyer)


def test_a_closed_account_does_not_count_as_the_member_who_remains(
    case: Case, lawyer: User, paralegal: User
) -> None:
    User.objects.filter(pk=paralegal.pk).update(is_active=False)
    with pytest.raises(LastMember):
        remove_member(case, user=lawyer, actor=lawyer)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CUSTODIAN, Role.ADMINISTRATOR])
def test_only_paralegals_and_lawyers_become_members(
    role: Role, case: Case, lawyer: User, hire: Callable[..., User]
) -> None:
    user = hire("somebody", role)
    with pytest.raises(NotEligible):
        add_member(case, user=user, actor=lawyer)
    assert user not in candidates_for(case)


def test_a_closed_account_does_not_become_a_member(case: Case, lawyer: User, outsider: User) -> None:
    outsider.is_active = False
    outsider.save()
    with pytest.raises(NotEligible):
        add_member(case, user=outsider, actor=lawyer)


def test_a_member_is_added_once(case: Case, lawyer: User, paralegal: User) -> None:
    with pytest.raises(AlreadyMember):
        add_member(case, user=paralegal, actor=lawyer)


def test_role_and_membership_are_both_needed_to_manage_members(
    case: Case, paralegal: User, outsider: User
) -> None:
    with pytest.raises(NotPermitted):
        add_member(case, user=outsider, actor=paralegal)
    with pytest.raises(NotAMember):
        add_member(case, user=outsider, actor=outsider)
    with pytest.raises(NotAMember):
        remove_member(case, user=paralegal, actor=outsider)


def test_membership_through_a_group_opens_the_case(case: Case, outsider: User) -> None:
    team = Group.objects.create(name="team")
    outsider.groups.add(team)
    assign_perm(MEMBER, team, case)
    assert list(Case.objects.visible_to(outsider)) == [case]
    outsider.groups.remove(team)
    assert not Case.objects.visible_to(outsider).exists()


def test_the_list_costs_one_query_however_many_cases_there_are(lawyer: User, outsider: User) -> None:
    counts = []
    for batch in range(2):
        for number in range(20):
            open_case(reference=f"A-{batch}-{number}", title="Mine", actor=lawyer)
            open_case(reference=f"B-{batch}-{number}", title="Not mine", actor=outsider)
        with CaptureQueriesContext(connection) as queries:
            assert len(list(Case.objects.visible_to(lawyer))) == 20 * (batch + 1)
        counts.append(len(queries))
    assert counts == [1, 1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_members_cannot_remove_each_other_at_once(lawyer: User, outsider: User) -> None:
    case = open_case(reference="DK-1", title="Evin", actor=lawyer)
    add_member(case, user=outsider, actor=lawyer)
    gate = threading.Barrier(2)
    failures: list[Exception] = []

    def remove(user: User, actor: User) -> None:
        gate.wait()
        try:
            remove_member(case, user=user, actor=actor)
        except (LastMember, NotAMember) as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=remove, args=pair) for pair in ((lawyer, outsider), (outsider, lawyer))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 1
    assert members_of(case).count() == 1
