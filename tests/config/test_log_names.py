"""What the pages of the log call the things that entries are about."""

import re

import pytest
from django.apps import apps
from django.urls import get_resolver
from django.utils import translation

from audit.log import Subject
from audit.private import private_models
from config.log_kinds import ALONE, PAGES
from config.log_names import HouseNames
from config.people import NOBODY, in_words
from tests.architecture.sources import ROOT, modules

OTHERS = (
    "database", "database.role", "evidence.removal", "evidence.vault_key", "evidence.custody",
    "witnesses.witnessalarm", "witnesses.recoverykit", "witnesses.recoverytest", "dossiers.packagetexts", "witnesses.custodiankey", "witnesses.quorumsession", "dossiers.leakcheck",
    "dossiers.leakresult",
)  # fmt: skip
# Their entries are about the checkpoint, or there is none about them.
_NEVER = {
    "audit.leaf",
    "audit.tile",
    "audit.unsequenced",
    "audit.checkpointsignature",
    "audit.timestamp",
    "audit.stampattempt",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_things_of_the_house_are_called_in_words(kind: str) -> None:
    assert HouseNames().subjects({Subject(kind, "1")})


@pytest.mark.parametrize(
    ("route", "words", "persian"),
    [
        ("audit:entries", "Page “Log entries”", "صفحهٔ «ثبت‌های دفتر»"),
        ("audit:entry", "Page of the log", "صفحه‌ای از دفتر"),
        ("evidence:item", "Page about evidence", "صفحه‌ای دربارهٔ مدارک"),
        ("unknown", "A page", "صفحه"),
    ],
)
def test_a_page_is_called_in_words_and_not_by_its_route(route: str, words: str, persian: str) -> None:
    page = Subject("page", route)
    assert HouseNames().subjects({page}) == {page: words}
    with translation.override("fa"):
        assert HouseNames().subjects({page}) == {page: persian}


def test_every_part_that_has_pages_is_called_in_words() -> None:
    parts = {
        pattern.app_name for pattern in get_resolver().url_patterns if getattr(pattern, "app_name", None)
    }
    assert parts
    assert set(PAGES) == parts


def test_everything_of_the_log_itself_is_called_in_words() -> None:
    kinds = {model._meta.label_lower for model in apps.get_app_config("audit").get_models()} - _NEVER
    unknown = {kind for kind in kinds if not HouseNames().subjects({Subject(kind, "1")})}
    assert unknown == set()


def test_everything_that_keeps_private_values_is_called_in_words(db: None) -> None:
    unknown = {kind for kind in private_models() if not HouseNames().subjects({Subject(kind, "1")})}
    assert unknown == set()


def written(pattern: str) -> set[str]:
    """What the sources write by themselves into the log."""
    texts = ((ROOT / path).read_text(encoding="utf-8") for path in modules() if not path.startswith("bench/"))
    return {found for text in texts for found in re.findall(pattern, text)}


def test_every_part_of_dadkhah_that_acts_by_itself_is_called_in_words_and_can_be_chosen() -> None:
    parts = written(r'SystemActor\("([^"]+)"') | written(r'machine="([^"]+)"')
    assert {"inspection", "publisher", "demo"} <= parts
    assert {f"system:{part}" for part in parts} <= set(NOBODY)
    with translation.override("fa"):
        latin = {
            part for part in parts if re.search("[a-z]", in_words(f"system:{part}").partition("command")[0])
        }
    assert {part for part in latin if "_" not in part} == set()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_what_there_is_one_of_is_called_without_the_log_s_own_word(language: str) -> None:
    known = written(r'Subject\("([a-z._]+", "[a-z-]+)"')
    assert 'audit.log", "queue' in known
    with translation.override(language):
        for kind, name in (one.split('", "') for one in known):
            words = HouseNames().subjects({Subject(kind, name)})[Subject(kind, name)]
            assert words == str(ALONE[kind, name])
