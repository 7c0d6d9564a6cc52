"""What the pages of the log call the things that entries are about."""

import pytest
from django.apps import apps

from audit.log import Subject
from config.log_names import HouseNames

OTHERS = (
    "database", "database.role", "witnesses.custodiankey", "witnesses.quorumsession", "dossiers.leakcheck",
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


def test_everything_of_the_log_itself_is_called_in_words() -> None:
    kinds = {model._meta.label_lower for model in apps.get_app_config("audit").get_models()} - _NEVER
    unknown = {kind for kind in kinds if not HouseNames().subjects({Subject(kind, "1")})}
    assert unknown == set()
