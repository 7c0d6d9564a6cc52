import pytest
from django.test import RequestFactory

from accounts.lockout import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "198.51.100.1", "192.0.2.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.66, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (1, "", "192.0.2.9"),
        (1, "nonsense", "192.0.2.9"),
    ],
)
def test_failures_are_counted_under_the_address_that_our_own_proxy_saw(settings, proxies, forwarded, counted):
    settings.DADKHAH_PROXY_COUNT = proxies
    request = RequestFactory().post("/sign-in/", REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == counted


@pytest.mark.django_db
def test_a_forged_header_frees_nobody_from_the_count(client, paralegal):
    for number in range(6):
        answer = client.post(
            "/sign-in/",
            {"username": "parvin", "password": "wrong password here"},
            REMOTE_ADDR="203.0.113.7",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
        )
    assert answer.status_code == 429
