"""Rehearsing the kit, and recovering with it: words are typed on the offline machine and lie nowhere else."""

import io
import itertools
import json
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from audit.verification import verify_log
from tests.witnesses.conftest import CANARIES, IDENTITY, NAME_FA, NOTE
from tests.witnesses.dangers import SEALED_RISK, SEALED_TEXTS, SEALED_THREAT, WHAT
from tests.witnesses.recovery.conftest import paper_kit
from tests.witnesses.residue import traces
from tests.witnesses.test_custodian_pages import page
from tests.witnesses.test_secrecy import everything_stored
from witnesses.assessing import assess_risk
from witnesses.bindings import recovery_binding
from witnesses.errors import SealBroken, UnknownWitness, WrongPerson
from witnesses.models import KitRehearsal, RecoverySeal, RecoveryTest, SealedIdentity
from witnesses.noting import NoteFacts, write_note
from witnesses.recovery.errors import BadKit, BadKitFile, KitBroken, NoKit, WordsDoNotOpen
from witnesses.recovery.exporting import export_sealed
from witnesses.recovery.offline import check_sheets, lines_of, open_exported
from witnesses.recovery.rehearsing import answer_of, begin_rehearsal, record_rehearsal
from witnesses.removing import remove_custodian
from witnesses.revising import revise_identity
from witnesses.sealing import open_data_key
from witnesses.threats import record_threat


def bent(sheet):
    words = sheet.split()
    words[7] = "zero" if words[7] != "zero" else "acid"
    return type(sheet)(" ".join(words))


def wrong_sheets(paper):
    foreign = paper_kit()
    first, second, third = paper.sheets
    return {
        "too few": [first],
        "none": [],
        "too many": [first, second, third],
        "twice the same": [first, first],
        "of another kit": foreign.sheets[:2],
        "one of another kit": [first, foreign.sheets[1]],
        "one word bent": [first, bent(second)],
    }


def test_every_set_of_enough_sheets_rehearses_and_the_page_says_when(kit, paper, custodians, client_for):
    for sheets in itertools.combinations(paper.sheets, 2):
        code = answer_of(begin_rehearsal(actor=custodians[0]), list(sheets))
        record_rehearsal(code.lower(), actor=custodians[1])
        with pytest.raises(WordsDoNotOpen):
            record_rehearsal(code, actor=custodians[1])
    assert KitRehearsal.objects.count() == 3
    assert Entry.objects.filter(action=Action.KIT_REHEARSED).count() == 3
    assert verify_log().ok
    assert "Only a rehearsal shows" not in page(client_for(custodians[0]), "custodians")


@pytest.mark.parametrize(
    "wrong",
    [
        "too few",
        "none",
        "too many",
        "twice the same",
        "of another kit",
        "one of another kit",
        "one word bent",
    ],
)
def test_wrong_words_are_one_plain_sentence(kit, paper, witness, custodians, wrong):
    sheets = wrong_sheets(paper)[wrong]
    test, export = begin_rehearsal(actor=custodians[0]), export_sealed(actor=custodians[0])
    said = set()
    for act in (
        lambda: answer_of(test, sheets),
        lambda: check_sheets(export, sheets),
        lambda: open_exported(export, sheets, pseudonym=witness.pseudonym),
    ):
        with pytest.raises(WordsDoNotOpen) as caught:
            act()
        said.add(str(caught.value))
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert traces("".join(report.format()).encode(), [*sheets, *CANARIES]) == []
    assert said == {str(WordsDoNotOpen())}


def test_a_code_that_nobody_opened_rehearses_nothing(kit, custodians, lawyer):
    begin_rehearsal(actor=custodians[0])
    for typed in ("", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "\x00", "واژه"):
        with pytest.raises(WordsDoNotOpen):
            record_rehearsal(typed, actor=custodians[0])
    for act in (lambda: begin_rehearsal(actor=lawyer), lambda: record_rehearsal("x", actor=lawyer)):
        with pytest.raises(NotPermitted):
            act()
    assert not KitRehearsal.objects.exists()


def test_without_a_kit_there_is_nothing_to_rehearse(custodians):
    for act in (begin_rehearsal, export_sealed, lambda actor: record_rehearsal("x", actor=actor)):
        with pytest.raises(NoKit):
            act(actor=custodians[0])


def test_sheets_alone_open_what_was_exported(kit, paper, interview, custodians, lawyer):
    witness = interview.witness
    revise_identity(witness, identity=IDENTITY, reason="Misspelt", actor=lawyer)
    write_note(interview, facts=NoteFacts(NOTE, sealed=True), actor=lawyer)
    exported = export_sealed(actor=custodians[0])
    assert traces(exported, CANARIES) == []
    assert check_sheets(exported, paper.sheets[:2]) == 3
    identity, note = open_exported(exported, paper.sheets[1:], pseudonym=witness.pseudonym.lower())
    assert (identity.version, str(identity.full_names[0].text)) == (2, NAME_FA)
    assert note.text("note") == NOTE
    with pytest.raises(UnknownWitness):
        open_exported(exported, paper.sheets[1:], pseudonym="W-AAAA-A")


def test_sheets_open_words_of_danger_too(kit, paper, witness, custodians, lawyer):
    assess_risk(witness, facts=SEALED_RISK, last_seen=0, actor=lawyer)
    record_threat(witness, facts=SEALED_THREAT, actor=lawyer)
    exported = export_sealed(actor=custodians[0])
    assert traces(exported, SEALED_TEXTS) == []
    assert check_sheets(exported, paper.sheets[:2]) == 3
    _identity, *words = open_exported(exported, paper.sheets[1:], pseudonym=witness.pseudonym)
    said = "\n".join(line for one in words for line in lines_of(one))
    assert traces(said.encode(), SEALED_TEXTS) == list(SEALED_TEXTS)
    assert f"What happened: {WHAT}" in said


def test_one_custodian_exports_or_two_other_people(kit, witness, custodians, administrator, auditor, lawyer):
    for second in (None, administrator):
        with pytest.raises(WrongPerson):
            export_sealed(actor=administrator, second=second)
    with pytest.raises(NotPermitted):
        export_sealed(actor=administrator, second=lawyer)
    for user in custodians[1:]:
        remove_custodian(user.custodian, reason="Arrested", actor=administrator)
    assert export_sealed(actor=administrator, second=auditor)
    entry = Entry.objects.get(action=Action.KIT_EXPORTED)
    assert json.loads(bytes(entry.body))["facts"]["people"] == [administrator.username, auditor.username]
    with pytest.raises(WrongPerson):
        export_sealed(actor=custodians[0], second=custodians[0])
    assert export_sealed(actor=custodians[0], second=auditor)
    told = json.loads(bytes(Entry.objects.filter(action=Action.KIT_EXPORTED).latest("recorded_at").body))
    assert told["facts"]["people"] == [custodians[0].username, auditor.username]
    assert verify_log().ok


def test_altered_files_are_refused(kit, paper, witness, custodians):
    exported = export_sealed(actor=custodians[0])
    head, line = exported.splitlines()
    row = json.loads(line)
    for content in (b"", b"{}", head, exported[:-40], b"\xff" * 40, begin_rehearsal(actor=custodians[0])):
        with pytest.raises(BadKitFile):
            check_sheets(content, paper.sheets[:2])
    for change in ({"version": 2}, {"witness": row["case"]}, {"part": row["case"]}, {"nonce": "AAAA"}):
        with pytest.raises(KitBroken):
            check_sheets(head + b"\n" + json.dumps(row | change).encode(), paper.sheets[:2])
    for change in ({"version": "x"}, {"witness": 7}, {"kit": None}, {"ciphertext": "?"}):
        with pytest.raises(BadKitFile):
            check_sheets(head + b"\n" + json.dumps(row | change).encode(), paper.sheets[:2])


def test_the_server_with_everything_but_the_sheets_opens_nothing(kit, paper, witness, custodians):
    """Every value of 32 bytes that the server has, the key files too, is tried as the kit's private half."""
    begin_rehearsal(actor=custodians[0])
    files = [path.read_bytes() for path in Path(settings.DADKHAH_KEYS_DIR).rglob("*") if path.is_file()]
    known = {value for value in (*everything_stored(), *files) if len(value) == 32}
    assert known
    for seal in RecoverySeal.objects.all():
        binding = recovery_binding(seal.sealed_identity, kit)
        assert open_data_key(bytes(seal.sealed_key), seed=paper.seed, binding=binding)
        for candidate in known:
            with pytest.raises(SealBroken):
                open_data_key(bytes(seal.sealed_key), seed=candidate, binding=binding)
    assert traces(b"\n".join(everything_stored()), [*paper.sheets, bytes(paper.seed).hex(), *CANARIES]) == []
    assert SealedIdentity.objects.count() == 1


@pytest.mark.parametrize("table", ["recoverytest", "kitrehearsal"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET id = id", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_a_rehearsal(kit, paper, custodians, table, act):
    record_rehearsal(answer_of(begin_rehearsal(actor=custodians[0]), paper.sheets[:2]), actor=custodians[0])
    assert RecoveryTest.objects.count() == 1
    with (
        pytest.raises(Exception, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(f"witnesses_{table}"))


def offline(tmp_path, *arguments, typed):
    """Run as on the offline machine: the settings' database answers nobody, and a log writes at debug level."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "TMPDIR": str(tmp_path),
        "PYTHONDEVMODE": "1",
    }
    return subprocess.run(
        [sys.executable, "manage.py", "recovery_kit", *arguments],
        cwd=Path(settings.BASE_DIR),
        env=env,
        input="".join(f"{sheet}\n" for sheet in typed).encode(),
        capture_output=True,
        check=False,
    )


def test_the_commands_from_server_to_offline_machine_and_back(
    kit, paper, witness, custodians, tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.DEBUG)
    test, export = tmp_path / "test", tmp_path / "export"
    for act, path in (("test", test), ("export", export)):
        call_command("recovery_kit", act, str(path), "--actor", "custodian_a", stdout=io.StringIO())
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(BadKit):
            inside = Path(settings.DADKHAH_DATA_DIR) / "x"
            call_command("recovery_kit", act, str(inside), "--actor", "custodian_a", stdout=io.StringIO())
    ran = offline(tmp_path, "rehearse", str(test), typed=paper.sheets[:2])
    assert ran.returncode == 0, ran.stderr.decode()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(WordsDoNotOpen):
        call_command("recovery_kit", "rehearsed", "--actor", "custodian_a", stdout=io.StringIO())
    monkeypatch.setattr("sys.stdin", io.StringIO(ran.stdout.decode().split()[-1] + "\n"))
    call_command("recovery_kit", "rehearsed", "--actor", "custodian_a", stdout=io.StringIO())
    assert KitRehearsal.objects.count() == 1

    checked = offline(tmp_path, "open", str(export), typed=paper.sheets[1:])
    assert "the 1 record" in checked.stdout.decode()
    shown = offline(tmp_path, "open", str(export), "--show", witness.pseudonym, typed=paper.sheets[1:])
    assert NAME_FA in shown.stdout.decode()
    refused = offline(tmp_path, "open", str(export), typed=[bent(paper.sheets[0])] * 3)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr.decode()

    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    said = b"".join(
        [ran.stdout, ran.stderr, checked.stdout, checked.stderr, shown.stderr, refused.stdout, refused.stderr]
    )
    for haystack in (left, said, caplog.text.encode(), b"\n".join(everything_stored())):
        assert traces(haystack, [*paper.sheets, bytes(paper.seed).hex(), *CANARIES]) == []
