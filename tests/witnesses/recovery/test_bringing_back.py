"""What the sheets opened comes back to the custodians of today: by a quorum, a code and the sheets together."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.roles import Role
from audit.actions import Action
from audit.models import Entry
from audit.verification import verify_log
from tests.witnesses.conftest import (
    CANARIES,
    PASSPHRASES,
    let_in,
)
from tests.witnesses.recovery.conftest import paper_kit
from tests.witnesses.recovery.test_rehearsing import offline
from tests.witnesses.residue import traces
from tests.witnesses.test_custodian_life import opens
from tests.witnesses.test_custodian_pages import page
from witnesses.enrolling import enrol_custodian
from witnesses.errors import NothingToGather, RequestClosed, WrongOpeningCode, WrongPerson
from witnesses.health import Danger, custody_of
from witnesses.models import KeyShare, QuorumSession, QuorumState, RecoverySeal, SealedIdentity
from witnesses.quorum.approving import approve_session
from witnesses.recovery.bringing_back import begin_recovery, bring_back
from witnesses.recovery.carried import spoken_key
from witnesses.recovery.errors import BadKitFile, NoKit, WordsDoNotOpen
from witnesses.recovery.exporting import export_sealed
from witnesses.recovery.offline import check_sheets, hand_over
from witnesses.removing import remove_custodian

NEW = dict(
    zip(
        ("newly_a", "newly_b", "newly_c"),
        ("eleven small boats at dusk", "plum blossoms after rain", "copper kettles on stoves"),
        strict=True,
    )
)
WHY = "All three of the former custodians were arrested"


@pytest.fixture
def newcomers(kit, witness, custodians, administrator, hire, no_waiting_time):
    """Every custodian was arrested; three others hold the office now, and no share of anything."""
    for user in custodians:
        remove_custodian(user.custodian, reason="Arrested", actor=administrator)
    users = [hire(name, Role.CUSTODIAN) for name in NEW]
    for number, user in enumerate(users):
        enrol_custodian(user, passphrase=NEW[user.username], actor=user)
        # The first begins anew, for nobody is left to ask; those let the others in.
        if number:
            let_in(user, by=users[:number], passphrases=NEW)
    assert custody_of().danger == Danger.LOST
    return users


def asked(newcomers, approvers=2):
    session, code = begin_recovery(reason=WHY, actor=newcomers[0])
    for user in newcomers[:approvers]:
        approve_session(session, passphrase=NEW[user.username], reason="They were", actor=user)
    return session, code


def test_newcomers_open_again_what_no_quorum_could(newcomers, paper, ask, lawyer):
    session, code = asked(newcomers)
    handed = hand_over(export_sealed(actor=newcomers[0]), paper.sheets[1:])
    assert traces(handed, [*CANARIES, bytes(paper.seed).hex()]) == []
    old = SealedIdentity.objects.get()
    told = bring_back(session, handed, code=code, actor=newcomers[0])
    assert (told.done, told.unreadable, told.newer) == (1, 0, 0)
    assert custody_of().danger == Danger.NONE
    assert custody_of().beyond_kit == 0
    old.refresh_from_db()
    assert (bytes(old.ciphertext), bytes(old.recovery_seal.sealed_key)) == (b"", b"")
    assert {bytes(share.sealed_share) for share in KeyShare.objects.filter(sealed_identity=old)} == {b""}
    assert opens(ask, newcomers[1:], lawyer, PASSPHRASES | NEW)
    assert check_sheets(export_sealed(actor=newcomers[0]), paper.sheets[:2]) == 1
    assert Entry.objects.filter(action=Action.KIT_RECOVERED).count() == 1
    assert verify_log().ok


def test_neither_sheets_nor_code_nor_quorum_alone_suffice(newcomers, paper):
    session, code = asked(newcomers, approvers=1)
    exported = export_sealed(actor=newcomers[0])
    handed = hand_over(exported, paper.sheets[:2])
    with pytest.raises(RequestClosed):
        bring_back(session, handed, code=code, actor=newcomers[0])
    approve_session(session, passphrase=NEW["newly_b"], reason="Yes", actor=newcomers[1])
    with pytest.raises(WrongPerson):
        bring_back(session, handed, code=code, actor=newcomers[1])
    with pytest.raises(WrongOpeningCode):
        bring_back(session, handed, code="AAAAA-AAAAA", actor=newcomers[0])
    for sheets in (paper.sheets[:1], paper_kit().sheets[:2]):
        with pytest.raises(WordsDoNotOpen):
            hand_over(exported, sheets)
    assert SealedIdentity.objects.count() == 1


def test_a_false_file_destroys_nothing(newcomers, paper):
    session, code = asked(newcomers)
    exported = export_sealed(actor=newcomers[0])
    handed = hand_over(exported, paper.sheets[:2])
    head, line = handed.splitlines()
    row = json.loads(line)
    elsewhere = json.dumps(json.loads(head) | {"session": row["sealed_identity"]}).encode()
    for content in (exported, head, elsewhere + b"\n" + line, head + b"\n" + b'{"key": 7}'):
        with pytest.raises(BadKitFile):
            bring_back(session, content, code=code, actor=newcomers[0])
    before = bytes(SealedIdentity.objects.get().ciphertext)
    false = json.dumps(row | {"key": row["key"][::-1].replace("=", "A")}).encode()
    told = bring_back(session, head + b"\n" + false, code=code, actor=newcomers[0])
    assert (told.done, told.unreadable) == (0, 1)
    assert bytes(SealedIdentity.objects.get().ciphertext) == before
    assert bytes(RecoverySeal.objects.get().sealed_key)


def test_without_a_request_or_a_kit_nothing_is_handed_over(newcomers, paper, custodians):
    with pytest.raises(BadKitFile, match="no custodians waited"):
        hand_over(export_sealed(actor=newcomers[0]), paper.sheets[:2])


def test_nothing_to_recover(custodians):
    with pytest.raises(NoKit):
        begin_recovery(reason=WHY, actor=custodians[0])


def test_a_kit_that_opens_nothing_yet_recovers_nothing(kit, custodians):
    with pytest.raises(NothingToGather):
        begin_recovery(reason=WHY, actor=custodians[0])


def test_the_commands_and_the_page_of_the_request(newcomers, paper, tmp_path, client_for, monkeypatch):
    out = io.StringIO()
    call_command("recovery_kit", "ask", "--actor", "newly_a", "--reason", WHY, stdout=out)
    code = out.getvalue().split()[-1]
    session = QuorumSession.objects.get(purpose="recover")
    for user in newcomers[:2]:
        approve_session(session, passphrase=NEW[user.username], reason="Yes", actor=user)
    spoken = spoken_key(bytes(session.act_key.public_key))
    shown = page(client_for(newcomers[1]), "session", session.pk)
    assert spoken in shown
    assert page(client_for(newcomers[0]), "carry_out", session.pk)
    export, back = tmp_path / "export", tmp_path / "back"
    call_command("recovery_kit", "export", str(export), "--actor", "newly_a", stdout=io.StringIO())
    ran = offline(tmp_path, "open", str(export), "--hand-over", str(back), typed=paper.sheets[:2])
    assert ran.returncode == 0, ran.stderr.decode()
    assert spoken in ran.stderr.decode()
    monkeypatch.setattr("sys.stdin", io.StringIO(code + "\n"))
    told = io.StringIO()
    call_command("recovery_kit", "bring-back", str(back), "--actor", "newly_a", stdout=told)
    assert "Sealed anew: 1." in told.getvalue()
    session.refresh_from_db()
    assert session.state == QuorumState.DONE
    left = b"".join(path.read_bytes() for path in Path(tmp_path).rglob("*") if path.is_file())
    assert traces(left + ran.stdout + ran.stderr, [*paper.sheets, *CANARIES, code]) == []
