import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import read_environment, read_secret_key


def read(monkeypatch, **variables):
    for name in ("DATABASE_URL", "REDIS_URL", "DADKHAH_HOME", "DADKHAH_DATA_DIR", "DADKHAH_KEYS_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_environment(environ.Env())


def test_an_empty_environment_is_the_laptop(monkeypatch):
    found = read(monkeypatch)
    assert found.database["ENGINE"] == "config.sqlite"
    assert found.redis_url == ""


def test_postgres_is_given_by_its_address(monkeypatch):
    found = read(monkeypatch, DATABASE_URL="postgres://dadkhah:secret@db.example:5432/dadkhah")
    assert found.database["ENGINE"] == "config.postgresql"
    assert found.database["HOST"] == "db.example"


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"DADKHAH_DATA_DIR": "/srv/d", "DADKHAH_KEYS_DIR": "/srv/d/keys"}, "DADKHAH_KEYS_DIR"),
        ({"DATABASE_URL": "mysql://u:p@h/n"}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DADKHAH_PROXY_COUNT": "two"}, "DADKHAH_PROXY_COUNT"),
        ({"DADKHAH_FIXITY_DAYS": "often"}, "DADKHAH_FIXITY_DAYS"),
        ({"DADKHAH_SCRUB_DAYS": "-1"}, "DADKHAH_SCRUB_DAYS"),
        ({"DADKHAH_FIXITY_OBJECTS": "0"}, "DADKHAH_FIXITY_OBJECTS"),
        ({"DADKHAH_OFFICE_ZONE": "Europe/Nowhere"}, "DADKHAH_OFFICE_ZONE"),
        ({"DADKHAH_OFFICE_ZONE": "../etc/passwd"}, "DADKHAH_OFFICE_ZONE"),
    ],
)
def test_a_bad_variable_is_named(monkeypatch, variables, word):
    with pytest.raises(ImproperlyConfigured, match=word):
        read(monkeypatch, **variables)


def test_a_session_key_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "django_secret.key"
    assert read_secret_key(path).startswith("unset")
    path.mkdir()
    with pytest.raises(ImproperlyConfigured, match=r"django_secret\.key"):
        read_secret_key(path)
    path.rmdir()
    path.write_text("k" * 64 + "\n")
    assert read_secret_key(path) == "k" * 64
