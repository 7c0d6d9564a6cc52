"""The main job by commands, on the sample case: from files to a dossier, and every tampering is named."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from audit.models import Entry
from cases.dating import read_date
from cases.facts import NameFacts
from cases.models import Case, Part
from cases.registry import record_incident, register_person
from config.environment import ROOT
from dossiers.leaks.answering import answer_for
from dossiers.leaks.asking import ask_for_check
from dossiers.leaks.checking import look_through
from dossiers.models import Dossier
from evidence.linking import link_evidence
from evidence.models import EvidenceItem, StoredObject
from tests.journeys.conftest import REFERENCE, Command
from tests.tampering import tamper
from witnesses.enrolling import enrol_custodian
from witnesses.identity import IdentityFacts, SealedName
from witnesses.quorum.approving import approve_session
from witnesses.register import register_witness
from witnesses.sealed import SealedText

MANIFEST = ROOT / "sample_case" / "manifest.csv"
PASSPHRASES = (
    "heron lantern quarry velvet umbrella",
    "copper thistle window marble orchard",
    "saffron anchor winter pebble trumpet",
)
NAME = "شهرنوش ساختگی‌پور"


@pytest.mark.django_db(transaction=True)
def test_from_the_sample_files_to_a_dossier_and_every_tampering_is_named(
    *,
    command: Command,
    case: Case,
    lawyer: User,
    paralegal: User,
    custodian_a: User,
    custodian_b: User,
    custodian_c: User,
    house: Path,
    tmp_path: Path,
) -> None:
    told = command("ingest_evidence", "--manifest", MANIFEST, "--actor", "parvin", "--json").told
    assert (told["taken_in"], told["second_receipts"], told["failed"]) == (10, 1, 0)
    again = command("ingest_evidence", "--manifest", MANIFEST, "--actor", "parvin", "--json").told
    assert (again["taken_in"], again["already_here"]) == (0, 10)
    link_everything(case, paralegal)
    for user, passphrase in zip((custodian_a, custodian_b, custodian_c), PASSPHRASES, strict=True):
        enrol_custodian(user, passphrase=SealedText(passphrase), actor=user)
    identity = IdentityFacts(full_names=(SealedName(NAME, script="fa"),))
    witness = register_witness(case=case, identity=identity, actor=paralegal)

    out = tmp_path / "dossier"
    words = ("--purpose", "For the prosecutor in Stockholm", "--actor", "laleh", "--json")
    assert command("compile_dossier", REFERENCE, *words, "--out", out).code == 3
    held = command("compile_dossier", REFERENCE, *words, "--hold").told
    assert held["exhibits"] == 10
    release = ("release_dossier", held["name"], "--out", out, "--actor", "laleh")
    assert command(*release).code == 3
    names_are_looked_for(Dossier.objects.get(pk=held["dossier"]), lawyer)
    assert command(*release).code == 0
    assert verified(out).returncode == 0
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    # No exhibit rests on the witness, so not even the pseudonym goes.
    assert witness.pseudonym.encode() not in everything
    assert NAME.encode() not in everything

    assert command("verify_evidence", "--json").told["ok"]
    told_log = command("verify_audit_log", "--json").told
    assert told_log["ok"], told_log["faults"]
    one_byte_of_a_stored_object_is_named(command, house)
    one_byte_of_an_entry_is_named(command)
    one_byte_of_an_exhibit_is_named(out)


def names_are_looked_for(dossier: Dossier, lawyer: User) -> None:
    check, code = ask_for_check(dossier, reason="It leaves on Monday", actor=lawyer)
    for name, passphrase in zip(("custodian_a", "custodian_b"), PASSPHRASES, strict=False):
        custodian = User.objects.get(username=name)
        approve_session(check.session, passphrase=passphrase, reason="Asked by voice", actor=custodian)
    result = look_through(check, code=code, actor=lawyer)
    assert not result.findings.exists()
    answer_for(dossier, reason="The pictures were looked at by people", actor=lawyer)


def link_everything(case: Case, paralegal: User) -> None:
    person = register_person(
        case=case, role=Part.PERPETRATOR, names=[NameFacts("حمید نوری")], actor=paralegal
    )
    when = read_date("late Mordad 1367")
    incident = record_incident(case, title="The gate is closed", when=when, actor=paralegal)
    for number, item in enumerate(EvidenceItem.objects.order_by("received_at")):
        target = person if number % 2 else incident
        link_evidence(item, case=case, to=target, stance="supports", actor=paralegal)


def verified(folder: Path) -> "subprocess.CompletedProcess[str]":
    """The dossier's own verifier, where it can import nothing of ours."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py")],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def flip(path: Path, place: int) -> bytes:
    """Change one bit; returns what the file held before."""
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    return whole


def one_byte_of_a_stored_object_is_named(command: Command, house: Path) -> None:
    """Whichever byte it is, every receipt of these bytes is accused and no other."""
    dice = random.Random(1988)
    for stored in StoredObject.objects.filter(receipts__isnull=False).distinct():
        (path,) = (house / "data" / "vault").rglob(stored.name)
        whole = flip(path, dice.randrange(path.stat().st_size))
        said = command("verify_evidence", "--json")
        path.write_bytes(whole)
        accused = {fault["item"] for fault in said.told["faults"]}
        assert said.code == 1
        assert accused == set(stored.receipts.values_list("reference", flat=True))
    assert command("verify_evidence").code == 0


def one_byte_of_an_entry_is_named(command: Command) -> None:
    entry = Entry.objects.filter(action="evidence.received").order_by("recorded_at")[4]
    whole = bytes(entry.body)
    changed = whole.replace(b"received", b"receiveb", 1)
    assert changed != whole
    sql = "UPDATE audit_entry SET body = %s WHERE id = %s"
    key = Entry._meta.pk.get_db_prep_value(entry.pk, connection=connection)
    assert tamper(sql, (changed, key)) == 1
    said = command("verify_audit_log", "--json")
    assert said.code == 1
    assert str(entry.pk) in said.out
    assert tamper(sql, (whole, key)) == 1
    assert command("verify_audit_log").code == 0


def one_byte_of_an_exhibit_is_named(out: Path) -> None:
    victim = max((path for path in out.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    whole = flip(victim, victim.stat().st_size // 2)
    ended = verified(out)
    victim.write_bytes(whole)
    assert ended.returncode == 1
    assert victim.name in ended.stdout + ended.stderr
    assert verified(out).returncode == 0
