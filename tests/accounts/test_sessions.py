import time

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from accounts import sessions
from accounts.users import close_account
from audit.actions import Action
from audit.models import Entry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra):
    return client.post(reverse("accounts:sign_in"), {"username": username, "password": password}, **extra)


def actions() -> list[str]:
    return list(Entry.objects.order_by("recorded_at").values_list("action", flat=True))


def test_signing_in_and_out_are_logged(client, paralegal):
    assert sign_in(client, "parvin").status_code == 302
    assert client.get(reverse("desk")).status_code == 200
    response = client.post(reverse("accounts:sign_out"))
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(reverse("desk")).status_code == 302
    assert actions()[-2:] == [Action.SIGNED_IN.value, Action.SIGNED_OUT.value]


def test_signing_out_needs_a_post(client, paralegal):
    sign_in(client, "parvin")
    assert client.get(reverse("accounts:sign_out")).status_code == 405


@pytest.mark.parametrize("username", ["parvin", "nobody-of-this-name"])
def test_a_wrong_password_is_answered_alike_whoever_it_names(client, paralegal, username):
    response = sign_in(client, username, "wrong password here")
    assert response.status_code == 422
    assert b"do not fit together" in response.content
    assert actions()[-1] == Action.SIGN_IN_FAILED.value


@pytest.mark.parametrize("username", ["par\x00vin", "\x00", "\ufffd", "x" * 10_000])
def test_a_name_that_no_database_holds_is_answered_as_any_wrong_one(client, paralegal, username):
    door = reverse("accounts:sign_in")
    for address in (door, f"{door}?next=%00&q=%00"):
        answer = client.post(address, {"username": username, "password": "wrong\x00", "next": "\x00"})
        assert answer.status_code == 422
    assert client.post(f"{door}?next=%00", {"username": "parvin", "password": "wrong"}).status_code == 422


def test_five_failures_lock_the_name_at_that_address_alone(client, paralegal, lawyer):
    for _ in range(5):
        response = sign_in(client, "parvin", "wrong password here", REMOTE_ADDR="203.0.113.7")
    assert response.status_code == 429
    assert Action.LOCKED_OUT.value in actions()
    assert sign_in(client, "parvin", REMOTE_ADDR="203.0.113.7").status_code == 429
    # A colleague at the same address, and the same person elsewhere, sign in as ever.
    assert sign_in(Client(), "laleh", REMOTE_ADDR="203.0.113.7").status_code == 302
    assert sign_in(Client(), "parvin", REMOTE_ADDR="203.0.113.8").status_code == 302


def test_the_session_gets_a_new_id_at_sign_in(client, paralegal):
    client.get(reverse("accounts:sign_in"))
    client.session.save()
    before = client.session.session_key
    sign_in(client, "parvin")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("later", "stays"), [(60, True), (31 * 60, False), (11 * 3600, False), (-3600, False)]
)
def test_a_session_ends_when_idle_too_long_or_when_the_clock_was_set_back(
    client, paralegal, monkeypatch, later, stays
):
    sign_in(client, "parvin")
    client.get(reverse("desk"))
    now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + later)
    assert (client.get(reverse("desk")).status_code == 200) is stays


def test_a_busy_session_still_ends_at_its_absolute_limit(client, paralegal, monkeypatch, settings):
    sign_in(client, "parvin")
    now = time.time()
    statuses = []
    for minute in range(0, settings.SESSION_ABSOLUTE_SECONDS // 60 + 60, 20):
        monkeypatch.setattr(sessions.time, "time", lambda minute=minute: now + minute * 60)
        statuses.append(client.get(reverse("desk")).status_code)
    assert statuses[0] == 200
    assert statuses[-1] == 302


def test_no_other_spelling_of_a_name_gets_five_more_guesses(client, paralegal):
    for name in ("parvin", "PARVIN", "Parvin", "ｐａｒｖｉｎ", " pARVIN "):
        sign_in(client, name, "not the password")
    assert sign_in(client, "paRvin").status_code == 429


def test_a_success_forgives_the_failures_before_it(client, paralegal):
    for _round in range(2):
        for name in ("parvin", "Parvin", "parvin", "PARVIN"):
            assert sign_in(client, name, "not the password").status_code == 422
        assert sign_in(client, "Parvin").status_code == 302


def test_what_was_typed_as_a_name_is_kept_nowhere(client, paralegal):
    sign_in(client, "my horse battery staple", "parvin")
    [attempt] = AccessAttempt.objects.all()
    assert "horse" not in str(vars(attempt))


def test_closing_an_account_ends_its_open_sessions_at_once(client, paralegal, administrator):
    sign_in(client, "parvin")
    close_account(paralegal, actor=administrator)
    assert client.get(reverse("desk")).status_code == 302


def test_it_never_leads_to_a_foreign_site(client, paralegal):
    for target in (
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "evil",
        "evil\nX: y",
        "é",
    ):
        response = client.post(
            reverse("accounts:sign_in"), {"username": "parvin", "password": PASSWORD, "next": target}
        )
        assert response["Location"] == "/"


def test_an_own_password_is_changed_only_with_the_current_one(client, paralegal):
    sign_in(client, "parvin")
    page = reverse("accounts:account")
    refused = client.post(page, {"current": "not this one here", "password": "another horse battery"})
    assert refused.status_code == 422
    assert client.post(page, {"current": PASSWORD, "password": "another horse battery"}).status_code == 302
    assert client.get(reverse("desk")).status_code == 200, "one's own session goes on"
    assert sign_in(Client(), "parvin").status_code == 422


def test_guessing_the_current_password_in_an_open_session_ends_after_five(client, paralegal):
    sign_in(client, "parvin")
    page = reverse("accounts:account")
    guess = {"current": "not this one here", "password": "another horse battery"}
    assert [client.post(page, guess).status_code for _ in range(5)] == [422] * 4 + [429]
    assert client.post(page, guess | {"current": PASSWORD}).status_code == 429
    paralegal.refresh_from_db()
    assert paralegal.check_password(PASSWORD)


def test_an_administrator_makes_and_closes_accounts_by_page_and_others_do_not(
    client_for, administrator, lawyer
):
    facts = {
        "username": "nasrin",
        "full_name": "Nasrin",
        "role": "lawyer",
        "language": "fa",
        "password": PASSWORD,
    }
    assert client_for(lawyer).post(reverse("accounts:user_new"), facts).status_code == 403
    admin = client_for(administrator)
    assert admin.post(reverse("accounts:user_new"), facts).status_code == 302
    assert admin.post(reverse("accounts:user_new"), facts).status_code == 422, "the name is taken"
    listed = admin.get(reverse("accounts:users"))
    assert "Nasrin" in listed.content.decode()
    assert client_for(lawyer).post(reverse("accounts:user_close", args=[administrator.pk])).status_code == 403
    assert admin.post(reverse("accounts:user_close", args=[lawyer.pk])).status_code == 302
    lawyer.refresh_from_db()
    assert not lawyer.is_active


@pytest.mark.parametrize("target", ["evil", "cases:detail", "evil\nX: y", "//evil.example/", "\x00"])
def test_the_language_switch_leads_to_no_foreign_or_broken_page(client, target):
    response = client.post(reverse("set_language"), {"language": "fa", "next": target})
    assert response["Location"] == "/"
    assert client.post(reverse("set_language"), {"next": "/cases/?q=a"})["Location"] == "/cases/?q=a"


def sessions_cannot_be_written(execute, sql, params, many, context):
    if sql.startswith("UPDATE") and "django_session" in sql:
        raise OperationalError("database is locked")
    return execute(sql, params, many, context)


def test_an_answer_stands_though_the_session_cannot_be_written(client, paralegal, settings):
    sign_in(client, "parvin")
    settings.SESSION_SAVE_EVERY_REQUEST = True
    with connection.execute_wrapper(sessions_cannot_be_written):
        assert client.get(reverse("desk")).status_code == 200
    assert client.get(reverse("desk")).status_code == 200


def test_a_session_that_was_ended_meanwhile_is_still_told_apart(client, paralegal):
    sign_in(client, "parvin")
    session = client.session
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()
