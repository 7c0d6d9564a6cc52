"""Folder, archive and sealed archive: the same files, nothing half-made, nothing in clear where it should not be."""

import gc
import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from accounts.models import User
from audit.paper.press import Press
from cases.models import Case
from dossiers.archive import SealedFileSink, VaultSink
from dossiers.bag import Bag
from dossiers.compiling import compile_dossier
from dossiers.errors import BadDossierRequest, DossierBusy, DossierNotWritten
from dossiers.exhibits import number_exhibits
from dossiers.models import Dossier
from dossiers.packaging import write_payload, write_tags
from dossiers.partial import PartialFolder
from dossiers.requests import begin, request_dossier
from dossiers.sinks import DirectorySink, ZipSink
from evidence.models import EvidenceItem
from evidence.store import vault
from evidence.vault.age_keys import Identity
from tests.dossiers.conftest import PURPOSE
from tests.dossiers.verifying import run_verifier


class Endless:
    """A stream that only counts and hashes, and cannot be sought."""

    def __init__(self) -> None:
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return len(data)


def test_the_archive_in_the_vault_holds_a_dossier_that_verifies(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path, house: Path
):
    dossier = compile_dossier(case, purpose=PURPOSE, sink=VaultSink(), actor=lawyer)
    assert dossier.archive is not None
    with vault().open(dossier.archive.name) as archive, zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert {info.compress_type for info in opened.infolist()} == {zipfile.ZIP_STORED}
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        opened.extractall(tmp_path / "opened")
    assert run_verifier(tmp_path / "opened" / dossier.name).returncode == 0
    for path in (house / "data").rglob("*"):
        if path.is_file() and "db" not in path.suffix:
            assert b"A letter.\n" not in path.read_bytes(), path


def test_a_request_that_is_refused_leaves_nothing_in_the_vault(
    case: Case, evidence: list[EvidenceItem], lawyer: User, house: Path
):
    with pytest.raises(BadDossierRequest):
        compile_dossier(case, purpose="", sink=VaultSink(), actor=lawyer)
    assert list(house.rglob("*.part")) == []


def test_the_archive_sealed_in_the_vault_opens_with_the_recipients_key_alone(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    identity = Identity.generate()
    dossier = compile_dossier(
        case,
        purpose=PURPOSE,
        sink=VaultSink(identity.recipient),
        actor=lawyer,
        recipient=str(identity.recipient),
    )
    assert dossier.archive is not None
    assert dossier.file_name == f"{dossier.name}.zip.age"
    with vault().open(dossier.archive.name) as archive:
        assert archive.read(21) == b"age-encryption.org/v1"


@pytest.mark.program("age")
def test_a_sealed_dossier_opens_with_the_age_program(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    identity = Identity.generate()
    key = tmp_path / "key.txt"
    key.write_text(identity.reveal() + "\n")
    sink = SealedFileSink(tmp_path / "out", identity.recipient)
    dossier = compile_dossier(
        case, purpose=PURPOSE, sink=sink, actor=lawyer, recipient=str(identity.recipient)
    )
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{dossier.name}.zip.age"]
    opened = subprocess.run(
        ["age", "-d", "-i", str(key), str(sink.path)], capture_output=True, check=True
    ).stdout
    with zipfile.ZipFile(io.BytesIO(opened)) as archive:
        archive.extractall(tmp_path / "opened")
    assert run_verifier(tmp_path / "opened" / dossier.name).returncode == 0


def test_the_same_dossier_is_the_same_bytes(case: Case, evidence: list[EvidenceItem], lawyer: User):
    dossier = request_dossier(case, purpose=PURPOSE, actor=lawyer)
    begin(dossier)
    number_exhibits(case, actor=lawyer)
    digests = []
    for _time in range(2):
        stream = Endless()
        sink = ZipSink(stream)
        sink.begin(dossier.name)
        with Bag(sink) as bag:
            write_payload(dossier, bag, Press())
            write_tags(dossier, bag)
        sink.finish()
        digests.append((stream.size, stream.digest.hexdigest()))
    assert digests[0] == digests[1]


def test_every_member_is_written_as_zip64_because_its_size_is_not_known_before():
    stream = io.BytesIO()
    sink = ZipSink(stream)
    sink.begin("big")
    with sink.create("data/originals/big.bin") as file:
        file.write(b"x")
    sink.finish()
    local_header = stream.getvalue()
    assert local_header[4:6] == (45).to_bytes(2, "little")
    assert local_header[6] & 0x08, "sizes follow in a data descriptor"


def test_an_abandoned_archive_writes_nothing_more():
    stream = io.BytesIO()
    sink = ZipSink(stream)
    sink.begin("x")
    with sink.create("a") as file:
        file.write(b"x")
    written = stream.getvalue()
    sink.abandon()
    del sink
    gc.collect()
    assert stream.getvalue() == written


def test_a_folder_that_is_not_empty_is_refused_before_anything(tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(BadDossierRequest, match="not empty"):
        DirectorySink(tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


@pytest.mark.parametrize("kind", ["file", "link", "below a file"])
def test_a_place_that_is_no_folder_is_refused(tmp_path: Path, kind: str):
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path)
    place = {"file": tmp_path / "file", "link": tmp_path / "link", "below a file": tmp_path / "file" / "out"}[
        kind
    ]
    with pytest.raises(BadDossierRequest):
        DirectorySink(place)


def test_an_empty_folder_is_taken(case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path):
    (tmp_path / "out").mkdir()
    compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
    assert run_verifier(tmp_path / "out").returncode == 0


def test_what_a_dead_run_left_is_cleared_by_the_next(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
):
    left = tmp_path / ".out.partial"
    (left / "data").mkdir(parents=True)
    (left / "data" / "half").write_text("half")
    compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
    assert not left.exists()
    assert run_verifier(tmp_path / "out").returncode == 0


def test_a_run_at_work_is_left_alone(case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path):
    working = PartialFolder(tmp_path, "out")
    working.take()
    (working.path / "mine").write_text("mine")
    with pytest.raises(DossierBusy):
        compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
    assert (working.path / "mine").read_text() == "mine"
    working.clear()
    assert Dossier.objects.get().state == "failed"


def test_a_disk_that_refuses_is_one_sentence(tmp_path: Path):
    class Refusing:
        """A stream whose disk is full from the first byte."""

        def write(self, data: bytes) -> int:
            with Path("/dev/full").open("wb", buffering=0) as full:
                return full.write(data)

    sink = ZipSink(Refusing())
    sink.begin("x")
    with pytest.raises(DossierNotWritten, match="disk is full"), sink.create("a") as file:
        file.write(b"x")
    sink.abandon()
