"""The desk shows nobody what the rooms behind it would refuse."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from cases.membership import remove_member
from config.desk_parts import ROWS
from tests.conftest import Hire
from tests.tampering import guards_lifted
from tests.witnesses.conftest import (
    Ask,
    ask,
    custodians,
    let_in,
    witness,
)
from witnesses.enrolling import enrol_custodian
from witnesses.models import Witness

__all__ = ["ask", "custodians", "witness"]


def desk_of(client_for, user: User) -> str:
    return client_for(user).get("/").content.decode()


def test_a_custodian_sees_only_requests_for_which_they_hold_a_share(
    hire: Hire, client_for, ask: Ask, custodians: list[User], witness: Witness
):
    ask()
    newcomer = hire("newcomer", Role.CUSTODIAN)
    assert witness.pseudonym not in desk_of(client_for, newcomer)
    enrol_custodian(newcomer, passphrase="nine slow horses in the orchard", actor=newcomer)
    let_in(newcomer, by=custodians[:2])
    assert witness.pseudonym not in desk_of(client_for, newcomer)
    assert witness.pseudonym in desk_of(client_for, custodians[0])


def test_a_requester_who_left_the_case_sees_its_witness_no_more(
    client_for, ask: Ask, witness: Witness, lawyer: User
):
    ask()
    assert witness.pseudonym in desk_of(client_for, lawyer)
    remove_member(witness.case, user=lawyer, actor=lawyer)
    assert witness.pseudonym not in desk_of(client_for, lawyer)


def test_an_administrator_sees_at_once_that_guards_are_missing(client_for, administrator: User, lawyer: User):
    assert "Every guard of the database is in its place." in desk_of(client_for, administrator)
    with guards_lifted():
        page = desk_of(client_for, administrator)
        assert "verify_audit_log" in page
        assert "restore_guards" in page
        assert "restore_guards" not in desk_of(client_for, lawyer)


@pytest.mark.postgres
def test_an_administrator_sees_that_the_site_runs_as_the_owner(
    client_for, administrator: User, settings: Any
):
    assert "harden_database" not in desk_of(client_for, administrator)
    settings.DADKHAH_PRODUCTION = True
    page = desk_of(client_for, administrator)
    assert ("harden_database" in page) is (not connection.settings_dict["OPTIONS"].get("assume_role"))


def test_a_desk_with_more_requests_than_it_shows_leads_to_all_of_them(
    client_for, ask: Ask, custodians: list[User]
):
    for _time in range(ROWS):
        ask()
    assert "All requests to decide" not in desk_of(client_for, custodians[0])
    ask()
    assert "All requests to decide" in desk_of(client_for, custodians[0])
