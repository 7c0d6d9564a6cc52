"""The compiling of a dossier, from rows and the vault to a folder that checks itself."""

import json
import subprocess
import sys
from pathlib import Path

import bagit
import pytest

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from cases.errors import NotAMember
from cases.facts import NameFacts
from cases.membership import open_case
from cases.models import Case, Part
from cases.registry import register_person
from config.erasing import erase_private_values
from dossiers.compiling import compile_dossier
from dossiers.errors import BadDossierRequest, DossierNotWritten, ExhibitBroken, NothingToDisclose
from dossiers.models import Dossier, DossierExhibit, DossierState, ExhibitNumber
from dossiers.sinks import DirectorySink, disk_faults
from evidence.linking import add_to_case, link_evidence
from evidence.models import CustodyEvent, EvidenceItem, EvidenceLink
from evidence.store import vault
from tests.dossiers.conftest import HOSTILE_NAME, PURPOSE, Folder, TakeIn
from tests.dossiers.verifying import run_verifier
from tests.evidence.things import put_on_the_shelf


def compile_to(case: Case, path: Path, actor: User, purpose: str = PURPOSE) -> Dossier:
    return compile_dossier(case, purpose=purpose, sink=DirectorySink(path), actor=actor)


def stored_file(item: EvidenceItem, data: Path) -> Path:
    return next((data / "vault").rglob(item.object.name))


def test_a_dossier_verifies_with_its_own_program_alone(compiled: Folder):
    ended = run_verifier(compiled.path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.rstrip().endswith("\nVERIFIED")


def test_a_dossier_verifies_though_values_of_its_exhibit_and_its_people_were_erased(
    case: Case, evidence: list[EvidenceItem], lawyer: User, auditor: User, tmp_path: Path
):
    person = register_person(
        case=case, role=Part.VICTIM, names=[NameFacts("Inventedname")], notes="Inventednote", actor=lawyer
    )
    link_evidence(evidence[0], case=case, to=person, basis="Inventedbasis", actor=lawyer)
    both = {"reason": "Their family asked for it", "actor": lawyer, "approver": auditor}
    erase_private_values("evidenceitem", evidence[0].pk, names=["title", "collected"], **both)
    erase_private_values("person", person.pk, **both)
    erase_private_values("evidencelink", EvidenceLink.objects.get().pk, **both)
    for event, names in zip(
        CustodyEvent.objects.filter(kind="received"), ([], ["released_by"]), strict=False
    ):
        erase_private_values("custodyevent", event.pk, names=names, **both)
    path = tmp_path / "after an erasure"
    compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(path), actor=lawyer)
    done = run_verifier(path)
    assert done.returncode == 0, done.stdout + done.stderr
    held = b"".join(one.read_bytes() for one in path.rglob("*") if one.is_file())
    assert b"Invented" not in held
    assert b"erased on" in held
    assert "\ufdd0".encode() not in held


def test_the_bag_passes_the_library_of_congress_validator(compiled: Folder):
    assert bagit.Bag(str(compiled.path)).validate()
    ended = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(compiled.path)], capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.program("sha256sum")
@pytest.mark.program("openssl")
def test_sha256sum_and_openssl_agree(compiled: Folder):
    def succeeds(*command: str, cwd: Path) -> bool:
        return subprocess.run(command, cwd=cwd, capture_output=True, check=False).returncode == 0

    assert succeeds("sha256sum", "-c", "--strict", "hashes.sha256", cwd=compiled.path / "data")
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert succeeds("sha256sum", "-c", "--strict", name, cwd=compiled.path)
    check = "pkeyutl -verify -pubin -inkey log/public-key.pem -rawin -in log/checkpoint.txt -sigfile log/checkpoint.sig"
    assert succeeds("openssl", *check.split(), cwd=compiled.path)


def test_it_holds_the_originals_byte_for_byte_under_plain_names(
    compiled: Folder, evidence: list[EvidenceItem]
):
    index = json.loads((compiled.path / "data/index.json").read_text(encoding="utf-8"))
    assert [e["exhibit"] for e in index["exhibits"]] == [
        "DK-1988-01-0001",
        "DK-1988-01-0002",
        "DK-1988-01-0003",
    ]
    assert (compiled.path / index["exhibits"][0]["original"]).read_bytes() == b"A letter.\n"
    assert (compiled.path / index["exhibits"][1]["original"]).read_bytes() == bytes(range(256)) * 40
    assert (compiled.path / index["exhibits"][2]["original"]).read_bytes() == b""
    assert index["exhibits"][1]["original_name"] == HOSTILE_NAME
    assert all(
        path.as_posix().isascii() for path in (p.relative_to(compiled.path) for p in compiled.path.rglob("*"))
    )


def test_custody_says_packed_and_the_log_says_compiled_in_one_breath(
    compiled: Folder, evidence: list[EvidenceItem], lawyer: User
):
    for item in evidence:
        event = CustodyEvent.objects.filter(item=item, kind="packed").get()
        assert event.purpose == PURPOSE
        assert event.actor == lawyer
    assert DossierExhibit.objects.filter(dossier=compiled.dossier).count() == 3
    entry = Entry.objects.get(action="dossier.compiled", subject_id=str(compiled.dossier.pk))
    facts = json.loads(bytes(entry.body))["facts"]
    assert facts["payload_manifest"] == f"sha256:{compiled.dossier.manifest_hex}"
    assert PURPOSE not in bytes(entry.body).decode()


def test_the_row_says_what_was_signed(compiled: Folder):
    dossier = Dossier.objects.get(pk=compiled.dossier.pk)
    assert dossier.state == DossierState.READY
    assert dossier.checkpoint_note.encode() == (compiled.path / "log/checkpoint").read_bytes()
    assert dossier.checkpoint_note.split("\n")[1] == str(dossier.checkpoint_size)


def test_numbers_are_kept_in_later_dossiers_and_new_items_take_the_next(
    compiled: Folder, take_in: TakeIn, lawyer: User, tmp_path: Path
):
    before = {n.item_id: n.number for n in ExhibitNumber.objects.filter(case=compiled.case)}
    late = take_in(b"Found later.\n", original_name="later.txt")
    second = compile_to(compiled.case, tmp_path / "second", lawyer)
    after = {n.item_id: n.number for n in ExhibitNumber.objects.filter(case=compiled.case)}
    assert after == {**before, late.pk: 4}
    assert second.number == 2
    assert run_verifier(tmp_path / "second").returncode == 0


def test_the_same_item_has_a_number_of_its_own_in_another_case(
    compiled: Folder, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    other = open_case(reference="DK-1988-02", title="Another", actor=lawyer)
    add_to_case(evidence[2], other, actor=lawyer)
    compile_to(other, tmp_path / "other", lawyer, purpose="For somebody else altogether")
    assert ExhibitNumber.objects.get(case=other).number == 1
    certificate = json.loads((tmp_path / "other/data/certificates/DK-1988-02-0001.json").read_text())
    # What the first case's dossier was for, and that it exists under that name, is not the second reader's matter.
    assert PURPOSE not in (tmp_path / "other/data/certificates/DK-1988-02-0001.json").read_text()
    assert "DK-1988-01" not in json.dumps(certificate)
    withheld = [event for event in certificate["events"] if event["kind"] in ("packed", "disclosed")]
    assert [event["salt"] for event in withheld] == [None, None]
    assert run_verifier(tmp_path / "other").returncode == 0


def test_persons_links_and_incidents_are_in_the_index(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    names = [NameFacts("حمید نوری"), NameFacts("Hamid Nouri")]
    person = register_person(case=case, role=Part.PERPETRATOR, names=names, actor=lawyer)
    link_evidence(evidence[0], case=case, to=person, pinpoint="page 2", basis="He signed it", actor=lawyer)
    compile_to(case, tmp_path / "out", lawyer)
    persons = json.loads((tmp_path / "out/data/persons.json").read_text(encoding="utf-8"))
    links = json.loads((tmp_path / "out/data/links.json").read_text(encoding="utf-8"))
    assert [name["text"] for name in persons[0]["names"]] == ["حمید نوری", "Hamid Nouri"]
    assert (links[0]["exhibit"], links[0]["to"]["id"], links[0]["pinpoint"]) == (
        "DK-1988-01-0001",
        str(person.pk),
        "page 2",
    )
    text = (tmp_path / "out/data/index.txt").read_text(encoding="utf-8")
    assert "حمید نوری" in text
    assert "He signed it" in text
    assert run_verifier(tmp_path / "out").returncode == 0


def test_an_altered_original_refuses_the_dossier_and_names_the_exhibit(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, house: Path
):
    path = stored_file(evidence[1], house / "data")
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    with pytest.raises(ExhibitBroken, match="DK-1988-01-0002"):
        compile_to(case, tmp_path / "out", lawyer)
    _nothing_left(tmp_path, case)
    assert "DK-1988-01-0002" in Dossier.objects.get().failure


def test_a_missing_original_refuses_the_dossier_and_names_the_exhibit(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, house: Path
):
    stored_file(evidence[0], house / "data").unlink()
    with pytest.raises(ExhibitBroken, match=evidence[0].reference):
        compile_to(case, tmp_path / "out", lawyer)
    _nothing_left(tmp_path, case)


def test_an_object_exchanged_for_another_good_one_is_noticed(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, house: Path
):
    target = stored_file(evidence[0], house / "data")
    target.chmod(0o600)
    target.write_bytes(stored_file(evidence[1], house / "data").read_bytes())
    assert vault().open(evidence[0].object.name).read(3) == b"\x00\x01\x02"
    with pytest.raises(ExhibitBroken, match="DK-1988-01-0001"):
        compile_to(case, tmp_path / "out", lawyer)
    _nothing_left(tmp_path, case)


def _nothing_left(tmp_path: Path, case: Case) -> None:
    """No folder, hidden or not; no disclosure; a failed row and its entry."""
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*partial*"))
    assert not CustodyEvent.objects.filter(kind="disclosed").exists()
    assert Dossier.objects.get(case=case).state == DossierState.FAILED
    assert Entry.objects.filter(action="dossier.failed").count() == 1
    assert not Entry.objects.filter(action="dossier.compiled").exists()


def test_a_case_without_evidence_is_refused_without_a_row(case: Case, lawyer: User, tmp_path: Path):
    with pytest.raises(NothingToDisclose, match="no evidence"):
        compile_to(case, tmp_path / "out", lawyer)
    assert not Dossier.objects.exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("purpose", ["", "too short", "   a      b   ", "x" * 2001])
def test_a_purpose_that_says_nothing_is_refused(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, purpose: str
):
    with pytest.raises(BadDossierRequest):
        compile_to(case, tmp_path / "out", lawyer, purpose=purpose)
    assert not Dossier.objects.exists()


def test_only_a_lawyer_of_the_case_may_compile(
    case: Case, evidence: list[EvidenceItem], paralegal: User, outsider: User, tmp_path: Path
):
    with pytest.raises(NotPermitted):
        compile_to(case, tmp_path / "a", paralegal)
    with pytest.raises(NotAMember):
        compile_to(case, tmp_path / "b", outsider)
    assert not Dossier.objects.exists()


def test_a_run_that_breaks_off_after_the_disclosure_leaves_no_folder_and_says_failed(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, house: Path
):
    (house / "keys" / "log_signing.key").chmod(0o644)
    with pytest.raises(Exception, match=r"log_signing\.key"):
        compile_to(case, tmp_path / "out", lawyer)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*partial*"))
    assert Dossier.objects.get().state == DossierState.FAILED


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    class FullSink(DirectorySink):
        """A folder on a disk that is full when the payload is flushed."""

        def settle(self) -> None:
            with Path("/dev/full").open("wb", buffering=0) as full, disk_faults():
                full.write(b"x")

    with pytest.raises(DossierNotWritten, match="disk is full"):
        compile_dossier(case, purpose=PURPOSE, sink=FullSink(tmp_path / "out"), actor=lawyer)
    _nothing_left(tmp_path, case)


def test_a_dozen_exhibits_are_numbered_without_a_gap(
    case: Case, take_in: TakeIn, lawyer: User, tmp_path: Path
):
    for number in range(12):
        take_in(f"Exhibit {number}\n".encode(), original_name=f"{number}.txt")
    compile_to(case, tmp_path / "out", lawyer)
    numbers = ExhibitNumber.objects.filter(case=case).order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 13))
    assert run_verifier(tmp_path / "out").returncode == 0


@pytest.mark.parametrize("ending", [KeyboardInterrupt, RuntimeError])
def test_whatever_ends_the_run_nothing_half_made_stays(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, ending: type[BaseException]
):
    class Interrupted(DirectorySink):
        """A folder whose run is ended at its last step."""

        def finish(self) -> None:
            raise ending

    with pytest.raises(ending):
        compile_dossier(case, purpose=PURPOSE, sink=Interrupted(tmp_path / "out"), actor=lawyer)
    assert list(tmp_path.glob("*out*")) == []
    assert list(tmp_path.glob(".*partial*")) == []
    dossier = Dossier.objects.get()
    assert (dossier.state, "broke off" in dossier.failure) == (DossierState.FAILED, True)
    assert Entry.objects.filter(action="dossier.failed").exists()


def test_a_thing_is_listed_with_its_certificate_and_without_bytes(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    put_on_the_shelf(case, lawyer, title="A prisoner's ring", seal="S-17", serial_number="SN-5")
    path = tmp_path / "with a ring"
    compile_to(case, path, lawyer)
    done = run_verifier(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert bagit.Bag(str(path)).validate()
    listed = json.loads((path / "data" / "index.json").read_bytes())["exhibits"]
    ring = next(one for one in listed if one["title"] == "A prisoner's ring")
    assert (ring["original"], ring["size"], ring["sha256"]) == (None, None, None)
    assert len((path / "data" / "hashes.sha256").read_text().splitlines()) == len(evidence)
    assert len(list((path / "data" / "originals").iterdir())) == len(evidence)
    certificate = (path / ring["certificate_text"]).read_text(encoding="utf-8")
    for words in ("Physical item: it has no bytes", "S-17", "SN-5", "Scratched"):
        assert words in certificate
    assert "Physical item, not in this dossier" in (path / "data" / "index.txt").read_text(encoding="utf-8")
    assert DossierExhibit.objects.filter(item_id=ring["item"]).count() == 1


def test_a_thing_cannot_be_made_of_a_file_that_was_left_out(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    path = tmp_path / "forged"
    compile_to(case, path, lawyer)
    index = json.loads((path / "data" / "index.json").read_bytes())
    left_out = index["exhibits"][0]
    (path / left_out["original"]).unlink()
    left_out["original"] = None
    (path / "data" / "index.json").write_text(json.dumps(index), encoding="utf-8")
    told = run_verifier(path).stdout
    assert f"names no original of {left_out['exhibit']}" in told
