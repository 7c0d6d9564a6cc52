import re

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.witnesses.conftest import CANARIES, NAME_FA, NAME_LATIN, PASSPHRASES, PHONE, REASON
from tests.witnesses.residue import traces
from witnesses.models import Custodian, OpeningRequest, OpeningState, Witness

TYPED = {
    "name_fa": NAME_FA,
    "name_latin": NAME_LATIN,
    "other_names-0-text": "Mahvashi",
    "other_names-0-script": "fa",
    "other_names-0-kind": "called",
    "contacts-0-kind": "phone",
    "contacts-0-text": PHONE,
    "kin-1-kind": "brother",
    "kin-1-text": "Farhadgoli",
}


def at(name, *args):
    return reverse(f"witnesses:{name}", args=args)


def is_unstored(response):
    return "no-store" in response["Cache-Control"]


@pytest.fixture
def asked(client_for, lawyer, witness):
    """A request made by page, and the code that the page showed."""
    wish = {
        "fields_wanted": ["full_names", "contacts"],
        "reason": REASON,
        "seconds": 60,
        "confirmation": witness.pseudonym,
        "password": PASSWORD,
    }
    response = client_for(lawyer).post(at("request_opening", witness.case_id, witness.pk), wish)
    assert response.status_code == 200, response.context["form"].errors
    assert is_unstored(response)
    code = re.search(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}", response.content.decode()).group()
    return OpeningRequest.objects.get(), code


@pytest.fixture
def strangers(outsider, auditor, administrator):
    """Everybody of the office who has nothing to do with the case."""
    return (outsider, auditor, administrator)


def approve_by_page(client, opening, user, **changes):
    data = {
        "decision": "approve",
        "reason": "Needed",
        "passphrase": PASSPHRASES[user.username],
        "confirmation": opening.witness.pseudonym,
        **changes,
    }
    return client.post(at("decide", opening.pk), data)


def test_the_whole_way_by_page(client_for, asked, custodians, lawyer):
    opening, code = asked
    for user in custodians[:2]:
        client = client_for(user)
        queue = client.get(at("decisions"))
        assert is_unstored(queue)
        assert opening.witness.pseudonym in queue.content.decode()
        page = client.get(at("decide", opening.pk)).content.decode()
        assert REASON in page
        assert opening.witness.case.title not in page
        assert approve_by_page(client, opening, user).status_code == 302
    client = client_for(lawyer)
    shown = client.post(at("opening", opening.pk), {"opening_code": code, "password": PASSWORD})
    page = shown.content.decode()
    assert NAME_FA in page
    assert PHONE in page
    assert "Farhadgoli" not in page
    assert page.count('class="watermark"') == 2
    assert lawyer.full_name in page
    assert is_unstored(shown)
    assert shown["Refresh"].startswith("60;")
    again = client.post(at("opening", opening.pk), {"opening_code": code, "password": PASSWORD})
    assert again.status_code == 422
    for response in (again, client.get(at("opening", opening.pk))):
        assert traces(response.content, CANARIES) == []
        assert code not in response.content.decode()


def test_registering_by_page_shows_a_pseudonym_and_never_the_name_again(
    client_for, case, custodians, paralegal, settings
):
    client = client_for(paralegal)
    response = client.post(at("register", case.pk), TYPED, follow=True)
    witness = Witness.objects.get()
    assert response.redirect_chain == [(at("detail", case.pk, witness.pk), 302)]
    pages = response.content + client.get(at("case_list", case.pk)).content
    assert witness.pseudonym.encode() in pages
    assert traces(pages, CANARIES) == []
    assert is_unstored(client.get(at("register", case.pk)))


def test_too_few_custodians_is_said_and_nothing_typed_is_lost(client_for, case, paralegal):
    response = client_for(paralegal).post(at("register", case.pk), TYPED)
    assert response.status_code == 422
    assert is_unstored(response)
    assert NAME_LATIN in response.content.decode()
    assert not Witness.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"confirmation": "W-0000-0"}, {"passphrase": ""}, {"reason": ""}, {"passphrase": "quite another one"}],
)
def test_an_approval_that_is_not_meant_is_not_made(client_for, asked, custodians, changes):
    opening, _code = asked
    response = approve_by_page(client_for(custodians[0]), opening, custodians[0], **changes)
    assert response.status_code == 422
    assert PASSPHRASES["custodian_a"] not in response.content.decode()
    assert "quite another one" not in response.content.decode()
    assert not opening.decisions.exists()


def test_a_wrong_code_is_not_sent_back(client_for, asked, custodians, lawyer):
    opening, _code = asked
    for user in custodians[:2]:
        approve_by_page(client_for(user), opening, user)
    response = client_for(lawyer).post(
        at("opening", opening.pk), {"opening_code": "ZZZZZ-ZZZZZ", "password": PASSWORD}
    )
    assert response.status_code == 422
    assert "ZZZZZ" not in response.content.decode()


def test_a_refusal_by_page_needs_no_passphrase_and_is_read_by_the_requester(
    client_for, asked, custodians, lawyer
):
    opening, _code = asked
    data = {"decision": "refuse", "reason": "Ask me by voice first"}
    assert client_for(custodians[1]).post(at("decide", opening.pk), data).status_code == 302
    opening.refresh_from_db()
    assert opening.state == OpeningState.REFUSED
    assert "Ask me by voice first" in client_for(lawyer).get(at("opening", opening.pk)).content.decode()


def test_a_request_is_withdrawn_by_page(client_for, asked, lawyer):
    opening, _code = asked
    assert client_for(lawyer).get(at("withdraw", opening.pk)).status_code == 405
    assert client_for(lawyer).post(at("withdraw", opening.pk)).status_code == 302
    opening.refresh_from_db()
    assert opening.state == OpeningState.WITHDRAWN


def test_a_custodian_enrols_by_page(client_for, custodian_a):
    client = client_for(custodian_a)
    weak = client.post(at("enrol"), {"passphrase": "password", "again": "password"})
    assert weak.status_code == 422
    assert b"too short" in weak.content
    data = {"passphrase": PASSPHRASES["custodian_a"], "again": PASSPHRASES["custodian_a"]}
    assert client.post(at("enrol"), {**data, "again": "another"}).status_code == 422
    assert client.post(at("enrol"), data).status_code == 302
    assert Custodian.objects.count() == 1
    assert client.post(at("enrol"), data).status_code == 422


def test_nobody_else_gets_anything_by_direct_address(client_for, asked, paralegal, strangers):
    opening, code = asked
    witness = opening.witness
    addresses = [
        at("case_list", witness.case_id),
        at("register", witness.case_id),
        at("detail", witness.case_id, witness.pk),
        at("request_opening", witness.case_id, witness.pk),
        at("opening", opening.pk),
        at("decisions"),
        at("decide", opening.pk),
    ]
    for user in strangers:
        for address in addresses:
            for response in (
                client_for(user).get(address),
                client_for(user).post(address, {"opening_code": code}),
            ):
                assert response.status_code in (403, 404, 405), (user, address)
                assert witness.pseudonym not in response.content.decode()
    for address in addresses:
        assert client_for(None).get(address).status_code == 302
    assert client_for(paralegal).get(at("opening", opening.pk)).status_code == 403
    assert client_for(paralegal).get(at("decisions")).status_code == 403


def test_pages_stand_in_persian(client_for, asked, custodians, lawyer):
    lawyer.language = "fa"
    lawyer.save()
    opening, _code = asked
    page = client_for(lawyer).get(at("opening", opening.pk), headers={"accept-language": "fa"})
    assert page.status_code == 200


def test_a_decision_says_that_the_passphrase_is_needed_to_approve(ask, client_for, custodians):
    opening, _code = ask()
    page = client_for(custodians[0]).get(reverse("witnesses:decide", args=[opening.pk])).content.decode()
    field = page[page.index('id="field-passphrase"') :][:400]
    assert "(needed to approve)" in field
    assert "(optional)" not in field


def test_whoever_decided_already_finds_no_form_to_do_it_again(client_for, asked, custodians):
    opening = asked[0]
    client, address = client_for(custodians[0]), reverse("witnesses:decide", args=[opening.pk])
    assert 'name="passphrase"' in client.get(address).content.decode()
    assert approve_by_page(client, opening, custodians[0]).status_code == 302
    page = client.get(address).content.decode()
    assert "You have decided on this request already" in page
    assert 'name="passphrase"' not in page
