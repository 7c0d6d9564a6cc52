"""Words that somebody wrote into a row can break no report, forge no line of it and command no terminal."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.entry_body import entry_body
from audit.faults import FaultKind, LogReport
from audit.log import Subject, append
from audit.models import Entry, VerificationRun
from audit.progress import outcome_of
from audit.runs import carry_out, request_run
from audit.sequencing import sequence_pending
from tests.audit.conftest import CLERK
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
FORGED = "a\n\x1b[2J\x1b[HVERIFIED: 617 entries; root 00."


@pytest.fixture
def append_past_the_program(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Append an entry as somebody would by INSERT alone: `old` in its content is `new`, and so is its action."""

    def insert(subject_id: str, action: Action, old: bytes, new: bytes, *, column: str = "") -> None:
        with monkeypatch.context() as patch:
            patch.setattr("audit.log.entry_body", lambda **values: entry_body(**values).replace(old, new))
            entry = append(
                action, subject=Subject("audit.checkpoint", subject_id), actor=CLERK, facts={"x": 1}
            )
        if column:
            key = entry.pk.hex if connection.vendor == "sqlite" else entry.pk
            tamper("UPDATE audit_entry SET action = %s WHERE id = %s", (column, key))
        sequence_pending()

    return insert


@pytest.fixture
def halves(write: Write, log_key: object, append_past_the_program: Callable[..., None]) -> None:
    """A record of a signing whose facts hold halves of surrogate pairs."""
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    append_past_the_program(
        str(checkpoint.pk),
        Action.CHECKPOINT_SIGNED,
        b'{"x":1}',
        rb'{"keys":["\ud83d+x"],"root":"00","size":"\ud83d"}',
    )


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_halves_of_characters_in_an_entry_end_no_report(
    halves: None, capsys: Any, options: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit_log", *options)
    said = capsys.readouterr().out
    said.encode()
    assert ended.value.code == 1
    if options:
        places = {(fault["kind"], fault["place"], fault["detail"]) for fault in json.loads(said)["faults"]}
        assert ("signature_removed", "checkpoint of size 3", "\\ud83d+x") in places
    else:
        assert "signature_removed: checkpoint of size 3" in said
        assert "BROKEN" in said


@pytest.mark.django_db
def test_an_action_that_forges_a_line_is_shown_as_what_it_is(
    write: Write, append_past_the_program: Callable[..., None], capsys: Any
) -> None:
    write(2)
    append_past_the_program(
        "x",
        Action.SIGNED_IN,
        b'"account.signed_in"',
        json.dumps(FORGED).encode(),
        column=FORGED,
    )
    call_command("verify_audit_log")
    said = capsys.readouterr().out
    assert "\x1b" not in said
    [verdict] = [line for line in said.splitlines() if line.startswith("VERIFIED")]
    assert verdict.startswith("VERIFIED: 3 entries")
    assert "a\\n\\x1b[2J\\x1b[HVERIFIED: 617 entries" in said


def test_a_stored_run_and_its_page_show_them_too(halves: None, client_for: Any, auditor: Any) -> None:
    run = request_run(actor=CLERK)
    carry_out(str(run.pk))
    page = client_for(auditor).get(reverse("audit:run", args=[run.pk]))
    assert page.status_code == 200
    assert "\\ud83d+x" in page.content.decode()
    run.refresh_from_db()
    for fault in outcome_of(run).faults:
        f"{fault.place} {fault.detail}".encode()


@pytest.mark.django_db
def test_a_run_that_was_kept_before_is_shown_safely() -> None:
    fault = {"kind": "changed", "place": "leaf \ud83d", "detail": "\x1b[2J"}
    whole = {
        "ok": False,
        "size": 1,
        "root": "",
        "checkpoints": 0,
        "waiting": 0,
        "fault_count": 1,
        "kinds": {},
    }
    run = VerificationRun(
        state=VerificationRun.State.DONE, outcome=json.dumps({**whole, "faults": [fault], "notices": [fault]})
    )
    [shown] = outcome_of(run).faults
    assert (shown.place, shown.detail) == ("leaf \\ud83d", "\\x1b[2J")


def test_a_report_takes_in_nothing_that_turns_round_or_goes_on_without_end() -> None:
    report = LogReport()
    report.add(FaultKind.CHANGED, "x" * 70_000, "\u202eevil")
    report.notice(FaultKind.UNKNOWN_ACTION, "\x9b2J")
    report.set_aside(FaultKind.OTHER_LOG, "\udcff")
    [fault], [notice], [aside] = report.faults, report.notices, report.incomparable
    assert len(fault.place) < 1_100
    assert (fault.detail, notice.place, aside.place) == ("\\u202eevil", "\\x9b2J", "\\udcff")


def test_persian_spelling_stays() -> None:
    report = LogReport()
    report.add(FaultKind.KEY_MISSING, "نمی\u200cشود")
    assert report.faults[0].place == "نمی\u200cشود"
