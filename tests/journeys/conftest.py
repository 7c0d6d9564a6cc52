"""Commands as somebody types them, in this process: the house's own folders, whichever database is configured."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import base

from accounts.models import User
from cases.membership import add_member, open_case
from cases.models import Case
from config.command_line import run

REFERENCE = "DK-1988-01"


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """The one JSON object that it printed."""
        (line,) = self.out.splitlines()
        return json.loads(line)


Command = Callable[..., Said]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `manage.py` with the words given: `command("verify_evidence", "--json").told`."""
    # A command ends its process, so Django closes its connections; here the test still needs them.
    monkeypatch.setattr(base.connections, "close_all", lambda: None)

    def call(*words: object) -> Said:
        capsys.readouterr()
        try:
            code = run(["manage.py", *(str(word) for word in words)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def case(lawyer: User, paralegal: User) -> Case:
    opened = open_case(reference=REFERENCE, title="تابستان ۱۳۶۷", actor=lawyer)
    add_member(opened, user=paralegal, actor=lawyer)
    return opened
