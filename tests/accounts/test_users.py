import pytest

from accounts.errors import BadUserName, NameTaken, NotPermitted, OwnAccount, UnknownActor, WeakPassword
from accounts.models import User
from accounts.queries import account_named, find_actor
from accounts.roles import ROLE_PERMISSIONS, Role
from accounts.users import change_password, close_account, create_user
from audit.actions import Action
from audit.actors import Channel, SystemActor, Visitor
from audit.models import Entry
from tests.conftest import PASSWORD, SET_UP

pytestmark = pytest.mark.django_db


def test_an_administrator_creates_a_user_with_one_role_and_both_are_logged(administrator):
    user = create_user(
        username="nasrin", full_name="Nasrin", role=Role.LAWYER, password=PASSWORD, actor=administrator
    )

    assert user.role is Role.LAWYER
    logged = Entry.objects.filter(subject_id=str(user.pk)).values_list("action", "actor")
    assert set(logged) == {
        (Action.ACCOUNT_CREATED.value, administrator.audit_name),
        (Action.ROLE_GRANTED.value, administrator.audit_name),
    }


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_creates_users(hire, role):
    actor = hire("somebody", role)
    with pytest.raises(NotPermitted):
        create_user(username="friend", full_name="Friend", role=Role.LAWYER, password=PASSWORD, actor=actor)
    assert not User.objects.filter(username="friend").exists()


def test_a_visitor_creates_nobody(db):
    with pytest.raises(NotPermitted):
        create_user(username="x", full_name="X", role=Role.LAWYER, password=PASSWORD, actor=Visitor())


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "12"),
        ("password1234", "common"),
        ("123456789012345", "numeric"),
        ("parvinparvin", "similar"),
    ],
)
def test_a_weak_password_is_refused_with_the_rule_it_breaks(db, password, word):
    with pytest.raises(WeakPassword, match=word):
        create_user(username="parvinparvi", full_name="P", role=Role.LAWYER, password=password, actor=SET_UP)
    assert not User.objects.exists()


def test_two_people_cannot_share_a_name_in_other_letter_case(paralegal):
    with pytest.raises(NameTaken):
        create_user(username="PARVIN", full_name="P", role=Role.LAWYER, password=PASSWORD, actor=SET_UP)


@pytest.mark.parametrize("name", ["", "with space", "new\nline", "a" * 151, "\u202eevil"])
def test_a_name_that_cannot_be_typed_is_refused(db, name):
    with pytest.raises(BadUserName):
        create_user(username=name, full_name="P", role=Role.LAWYER, password=PASSWORD, actor=SET_UP)


def test_a_closed_account_acts_no_more_and_stays_on_record(administrator, paralegal):
    close_account(paralegal, actor=administrator)
    with pytest.raises(UnknownActor):
        find_actor("parvin", channel=Channel.COMMAND)
    assert User.objects.filter(username="parvin", is_active=False).exists()
    assert Entry.objects.filter(action=Action.ACCOUNT_CLOSED.value, subject_id=str(paralegal.pk)).exists()


def test_nobody_closes_their_own_account(administrator):
    with pytest.raises(OwnAccount):
        close_account(administrator, actor=administrator)


def test_changing_a_password_is_logged_without_it(paralegal):
    change_password(paralegal, password="another horse battery", actor=paralegal)
    entry = Entry.objects.get(action=Action.PASSWORD_CHANGED.value)
    assert b"another" not in bytes(entry.body)
    paralegal.refresh_from_db()
    assert paralegal.check_password("another horse battery")


def test_no_role_holds_what_another_must_not(db):
    secrets = {
        "evidence.view_evidence",
        "dossiers.view_dossier",
        "witnesses.request_opening",
        "witnesses.decide_opening",
    }
    assert not ROLE_PERMISSIONS[Role.ADMINISTRATOR] & secrets
    assert not ROLE_PERMISSIONS[Role.AUDITOR] & secrets
    # Whoever asks to open an identity never decides on it.
    assert not any(
        {"witnesses.request_opening", "witnesses.decide_opening"} <= held
        for held in ROLE_PERMISSIONS.values()
    )


@pytest.mark.parametrize("role", list(Role))
def test_the_database_gives_each_role_exactly_what_the_list_says(hire, role):
    assert hire("somebody", role).get_all_permissions() == set(ROLE_PERMISSIONS[role])


def test_there_is_no_superuser(administrator):
    assert not administrator.is_superuser
    assert "is_superuser" not in {field.name for field in User._meta.get_fields()}


def test_the_system_is_no_user_and_holds_no_role():
    from accounts.access import require

    with pytest.raises(NotPermitted):
        require(SystemActor("inspector"), "evidence.view_evidence")


def test_a_name_that_cannot_be_says_which_one_it_is(db):
    with pytest.raises(BadUserName, match="full name: "):
        create_user(username="parvin", full_name=" ", role=Role.LAWYER, password=PASSWORD, actor=SET_UP)
    assert not User.objects.exists()


def test_a_full_name_shows_what_it_is_and_persian_joiners_stay(db):
    with pytest.raises(BadUserName, match="hidden"):
        create_user(username="a", full_name="A\u202eB", role=Role.LAWYER, password=PASSWORD, actor=SET_UP)
    name = "پروین نیک\u200cخواه"
    user = create_user(username="a", full_name=name, role=Role.LAWYER, password=PASSWORD, actor=SET_UP)
    assert user.full_name == name


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["par\udcffvin", "par\x00vin"])
def test_bytes_that_are_no_text_name_nobody_and_can_be_shown(typed: str) -> None:
    with pytest.raises(UnknownActor) as refused:
        find_actor(typed, channel=Channel.COMMAND)
    assert str(refused.value).encode()
    assert account_named(typed) is None
