"""A command that answers a program says its one JSON object, whatever Django would say of the settings before it."""

from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests.architecture.sources import ROOT

OURS = sorted(
    name
    for name, app in get_commands().items()
    if isinstance(app, str) and (ROOT / Path(*app.split("."), "management/commands", f"{name}.py")).exists()
)


@pytest.mark.parametrize("name", OURS)
def test_nothing_is_said_before_the_object(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    options = command.create_parser("manage.py", name)._option_string_actions
    assert "--json" not in options or command.requires_system_checks == []
