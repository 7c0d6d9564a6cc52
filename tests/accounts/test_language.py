import pytest
from django.urls import reverse

from accounts.roles import Role
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, username):
    return client.post(reverse("accounts:sign_in"), {"username": username, "password": PASSWORD})


def test_a_person_is_greeted_in_the_language_of_their_account(client, hire):
    hire("shirin", Role.PARALEGAL, language="fa")
    sign_in(client, "shirin")
    page = client.get(reverse("desk"), headers={"accept-language": "en"}).content.decode()
    assert '<html lang="fa" dir="rtl"' in page


def test_a_choice_made_in_this_browser_wins(client, hire):
    hire("shirin", Role.PARALEGAL, language="fa")
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    sign_in(client, "shirin")
    assert '<html lang="en" dir="ltr"' in client.get(reverse("desk")).content.decode()


@pytest.mark.parametrize("wanted", ["de", "", "../fa", "fa\r\nX: y"])
def test_a_language_that_we_do_not_speak_is_ignored(client, wanted):
    response = client.post(reverse("set_language"), {"language": wanted, "next": "https://evil.example/"})
    assert response["Location"] == "/"
    assert "language" not in response.cookies
