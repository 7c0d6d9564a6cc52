import pytest
from django.test import RequestFactory

from accounts.roles import Role
from config.navigation import shell

pytestmark = pytest.mark.django_db


def here(user, path: str) -> list[str]:
    request = RequestFactory().get(path)
    request.user = user
    return [room["href"] for room in shell(request)["rail"] if room["active"]]


@pytest.mark.parametrize(
    ("role", "path", "room"),
    [
        (Role.LAWYER, "/", "/"),
        (Role.LAWYER, "/cases/1/evidence/", "/cases/"),
        (Role.LAWYER, "/dossiers/1/", "/cases/"),
        (Role.LAWYER, "/witnesses/openings/1/", "/cases/"),
        (Role.CUSTODIAN, "/witnesses/decisions/", "/witnesses/decisions/"),
        (Role.PARALEGAL, "/evidence/1/", "/evidence/"),
        (Role.PARALEGAL, "/evidence/upload/", "/evidence/upload/"),
        (Role.AUDITOR, "/log/entries/1/", "/log/entries/"),
        (Role.ADMINISTRATOR, "/users/new/", "/users/"),
    ],
)
def test_the_rail_marks_the_one_room_that_an_address_belongs_to(hire, role, path, room):
    assert here(hire("somebody", role), path) == [room]


@pytest.mark.parametrize("role", list(Role))
def test_the_rail_shows_only_rooms_that_let_the_role_in(hire, client_for, role):
    user = hire("somebody", role)
    request = RequestFactory().get("/")
    request.user = user
    client = client_for(user)
    rooms = [room["href"] for room in shell(request)["rail"]]
    assert rooms
    assert [room for room in rooms if client.get(room).status_code != 200] == []
