"""Installing a kit is a quorum's act; from then on every record is sealed to it."""

import itertools
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from audit.verification import verify_log
from tests.witnesses.conftest import IDENTITY, NAME_FA, NOTE, PASSPHRASES
from tests.witnesses.recovery.conftest import WHY_A_KIT, approved, install, paper_kit
from tests.witnesses.test_custodian_pages import ask_by_page, page
from witnesses.bindings import identity_binding, recovery_binding
from witnesses.errors import ApproverLeft, NotACustodian, RequestClosed, SealBroken, WrongPerson
from witnesses.health import Danger, custody_of, danger_today
from witnesses.models import (
    KitInstallation,
    QuorumSession,
    QuorumState,
    RecoverySeal,
    SealedIdentity,
)
from witnesses.noting import NoteFacts, write_note
from witnesses.quorum.approving import refuse_session
from witnesses.quorum.drill import hold_drill
from witnesses.quorum.resealing import begin_resealing, reseal_identities
from witnesses.recovery.errors import BadKit, BadKitFile
from witnesses.recovery.installing import install_kit, propose_kit
from witnesses.recovery.seals import installed_kit, kit_for_sealing
from witnesses.recovery.words import restore_seed
from witnesses.register import register_witness
from witnesses.revising import revise_identity
from witnesses.sealing import Sealed, open_data_key, open_identity_seal


def opened_with(sheets, record, kit=None):
    """What the record holds, opened with nothing but words and the rows."""
    seal = record.recovery_seal
    seed = restore_seed(sheets).seed
    key = open_data_key(bytes(seal.sealed_key), seed=seed, binding=recovery_binding(record, kit or seal.kit))
    sealed = Sealed(bytes(record.nonce), bytes(record.ciphertext))
    return open_identity_seal(sealed, key=key, binding=identity_binding(record))


def test_every_set_of_enough_sheets_opens_what_was_sealed_since(kit, paper, case, paralegal):
    register_witness(case=case, identity=IDENTITY, actor=paralegal)
    record = SealedIdentity.objects.get()
    for sheets in itertools.combinations(paper.sheets, 2):
        assert NAME_FA.encode() in opened_with(sheets, record)
    assert verify_log().ok
    facts = json.loads(bytes(Entry.objects.get(action=Action.WITNESS_REGISTERED).body))["facts"]
    assert facts["recovery_kit"] == str(kit.pk)


def test_corrections_notes_and_sealing_anew_reach_the_kit(kit, paper, interview, lawyer):
    witness = interview.witness
    revise_identity(witness, identity=IDENTITY, reason="Misspelt", actor=lawyer)
    write_note(interview, facts=NoteFacts(NOTE, sealed=True), actor=lawyer)
    records = list(SealedIdentity.records.all())
    assert len(records) == 3
    held = [opened_with(paper.sheets[1:], record) for record in records]
    assert sum(NAME_FA.encode() in one for one in held) == 2
    assert any(NOTE.encode() in one for one in held)
    assert custody_of().beyond_kit == 0
    assert danger_today() == custody_of().danger


def test_what_was_sealed_before_gets_it_by_sealing_anew_and_the_page_counts(
    witness, paper, custodians, client_for
):
    install(paper, custodians)
    custody = custody_of()
    assert (custody.beyond_kit, custody.to_reseal, custody.danger) == (1, 1, Danger.STALE)
    assert danger_today() == Danger.STALE
    client = client_for(custodians[0])
    assert "1 sealed record cannot be opened with this kit" in page(client, "custodians")
    session, code = begin_resealing(reason="For the kit", actor=custodians[0])
    approved(session, custodians[:2])
    reseal_identities(session, code=code, actor=custodians[0])
    assert custody_of().beyond_kit == 0
    assert danger_today() == custody_of().danger
    assert NAME_FA.encode() in opened_with(paper.sheets[:2], SealedIdentity.objects.living().get())
    shown = page(client, "custodians")
    assert paper.public.spoken in shown
    assert "cannot be opened with this kit" not in shown


def test_a_new_kit_takes_the_place_and_the_seals_of_the_old_one_are_erased(kit, witness, paper, custodians):
    other = paper_kit(threshold=3, shares=5)
    install(other, custodians)
    old = RecoverySeal.objects.get()
    assert custody_of().beyond_kit == 1
    session, code = begin_resealing(reason="A sheet was seen", actor=custodians[0])
    approved(session, custodians[:2])
    reseal_identities(session, code=code, actor=custodians[0])
    old.refresh_from_db()
    assert bytes(old.sealed_key) == b""
    living = SealedIdentity.objects.living().get()
    assert NAME_FA.encode() in opened_with(other.sheets[2:], living)
    with pytest.raises(SealBroken):
        opened_with(paper.sheets[:2], living)
    assert verify_log().ok


def test_a_seal_of_another_record_or_version_does_not_open(kit, paper, witness, lawyer, case):
    register_witness(case=case, identity=IDENTITY, actor=lawyer)
    revise_identity(witness, identity=IDENTITY, reason="Misspelt", actor=lawyer)
    seed = restore_seed(paper.sheets[:2]).seed
    for seal, record in itertools.permutations(RecoverySeal.objects.all(), 2):
        with pytest.raises(SealBroken):
            open_data_key(
                bytes(seal.sealed_key), seed=seed, binding=recovery_binding(record.sealed_identity, kit)
            )


def test_nobody_installs_a_kit_alone(paper, custodians, administrator, lawyer, auditor):
    for user in (administrator, lawyer, auditor):
        with pytest.raises((NotPermitted, NotACustodian)):
            propose_kit(paper.public.as_file(), reason=WHY_A_KIT, actor=user)
    session, code = propose_kit(paper.public.as_file(), reason=WHY_A_KIT, actor=custodians[0])
    approved(session, custodians[:1])
    with pytest.raises(RequestClosed):
        install_kit(session, code=code, actor=custodians[0])
    QuorumSession.objects.filter(pk=session.pk).update(state=QuorumState.APPROVED)
    with pytest.raises(ApproverLeft):
        install_kit(session, code=code, actor=custodians[0])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        KitInstallation.objects.create(session=session, installed_by=custodians[0])
    assert installed_kit() is None


def test_one_refusal_stops_it_and_another_person_does_not_carry_it_out(paper, custodians):
    session, code = propose_kit(paper.public.as_file(), reason=WHY_A_KIT, actor=custodians[0])
    approved(session, custodians[:2])
    with pytest.raises(WrongPerson):
        install_kit(session, code=code, actor=custodians[1])
    with pytest.raises(ValueError, match="another act"):
        hold_drill(session, code=code, actor=custodians[0])
    refuse_session(session, reason="The words differ", actor=custodians[2])
    with pytest.raises(RequestClosed):
        install_kit(session, code=code, actor=custodians[0])
    assert installed_kit() is None


def test_a_kit_that_opens_with_fewer_sheets_than_custodians_is_refused(paper, custodians, settings, case):
    settings.DADKHAH_QUORUM = 3
    with pytest.raises(BadKit, match="3 custodians"):
        propose_kit(paper.public.as_file(), reason=WHY_A_KIT, actor=custodians[0])
    with pytest.raises(BadKitFile):
        propose_kit(b"{}", reason=WHY_A_KIT, actor=custodians[0])
    assert not QuorumSession.objects.exists()


def test_nothing_is_sealed_to_a_kit_once_an_opening_takes_more(
    kit, witness, custodians, settings, client_for
):
    settings.DADKHAH_QUORUM = 3
    assert kit_for_sealing() is None
    assert custody_of().to_reseal == 1
    assert "Identities are not sealed to this kit" in page(client_for(custodians[0]), "custodians")


@pytest.mark.parametrize("table", ["recoverykit", "kitinstallation", "recoveryseal"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET id = id", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_them(kit, witness, table, act):
    with (
        pytest.raises(Exception, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(f"witnesses_{table}"))


def test_a_kit_is_installed_by_page(client_for, paper, custodians):
    first, second = (client_for(user) for user in custodians[:2])
    address = reverse("witnesses:kit")
    wrong = first.post(address, {"reason": WHY_A_KIT, "kit": SimpleUploadedFile("kit.json", b"{}")})
    assert wrong.status_code == 422
    assert "not what the recovery kit writes" in wrong.content.decode()
    file = SimpleUploadedFile("recovery-kit.json", paper.public.as_file())
    session, code = ask_by_page(first, "kit", kit=file)
    for client, user in ((first, custodians[0]), (second, custodians[1])):
        shown = page(client, "session", session.pk)
        assert paper.public.spoken in shown
        form = {
            "decision": "approve",
            "reason": "The words agree",
            "passphrase": PASSPHRASES[user.username],
            "confirmation": session.reference,
        }
        assert client.post(reverse("witnesses:session", args=[session.pk]), form).status_code == 302
    done = first.post(reverse("witnesses:carry_out", args=[session.pk]), {"code": code}, follow=True)
    assert "The recovery kit is installed" in done.content.decode()
    assert paper.public.spoken in page(second, "custodians")


def test_the_pages_speak_persian(client_for, kit, custodians):
    client = client_for(custodians[0])
    client.cookies["language"] = "fa"
    assert "بستهٔ بازیابی" in page(client, "kit")
    assert "بستهٔ بازیابی" in page(client, "custodians")
