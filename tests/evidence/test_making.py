"""What is made of files of each kind, and how hostile and broken ones end: in a state that says why, within limits."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from audit.models import Entry
from audit.paper.press import Press
from audit.paper.sheets import Label, Paragraph, Sheet
from evidence.derivative_failures import Failure
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.errors import VaultUnavailable
from evidence.inspecting import box, media, pages, pictures, texts
from evidence.inspecting.box import MIB, Limits
from evidence.inspecting.pending import requeue_derivatives
from evidence.inspecting.records import SILENT_AFTER, claim, record_without
from evidence.inspecting.subject import Work
from evidence.inspecting.work import make_derivative
from evidence.inspection import inspect
from evidence.models import Derivative, EvidenceItem, FoundValue, ImageHash
from evidence.store import vault
from tests.evidence import inspecting_files as files
from tests.evidence.conftest import TakeIn
from tests.evidence.test_intake import stored_files

SAMPLES = Path(__file__).resolve().parents[2] / "sample_case" / "files"


def look_into(item: EvidenceItem) -> dict[str, Derivative]:
    """Identify the item and make all that can be made of it; the first of each kind."""
    inspect(item.pk)
    for _round in range(4):
        for lead in item.derivatives.filter(state=DerivativeState.WAITING):
            make_derivative(lead.pk)
    item.refresh_from_db()
    return {row.kind: row for row in item.derivatives.filter(number=1).select_related("object")}


def content(derivative: Derivative) -> bytes:
    assert derivative.object is not None, (derivative.kind, derivative.state, derivative.failure)
    return vault().open(derivative.object.name).read()


def states(made: dict[str, Derivative]) -> dict[str, str]:
    return {kind: row.state for kind, row in made.items() if kind != DerivativeKind.MALWARE_SCAN}


def test_a_picture_is_redrawn_upright_and_nothing_of_its_file_is_left(take_in: TakeIn) -> None:
    item = take_in(files.picture(size=(2000, 1000), turned=6))
    before = vault().open(item.object.name).read()
    made = look_into(item)
    previews = list(item.derivatives.filter(kind="preview_image").order_by("number"))
    sizes = [Image.open(io.BytesIO(content(row))).size for row in previews]
    assert sizes == [(800, 1600), (1000, 2000)]
    for row in previews:
        assert b"Exif" not in content(row)
        assert (row.media_type, row.tool) == ("image/jpeg", "Pillow")
        assert "pillow" in row.tool_version
        assert json.loads(row.parameters)["most_pixels"] == pictures.MOST_PIXELS
    assert made["image_hash"].state == "made"
    assert vault().open(item.object.name).read() == before


@pytest.mark.program("exiftool")
def test_position_time_and_device_are_kept_apart_and_only_sealed_in_the_log(take_in: TakeIn) -> None:
    made = look_into(take_in(files.picture()))
    said = content(made["metadata"]).decode()
    assert "ImageWidth" in said
    for secret in ("35.63", "Invented camera", "2019:11:16"):
        assert secret not in said
        assert not any(secret.encode() in bytes(entry.body) for entry in Entry.objects.all())
    found = {(one.kind, one.tag.rpartition(":")[2]): one.value for one in FoundValue.objects.all()}
    assert found["position", "GPSPosition"].startswith("35.646")
    assert found["device", "Make"] == "Invented camera works"
    assert found["time", "ModifyDate"] == "2019:11:16 10:00:00"
    assert made["metadata"].tool == "exiftool"


def test_without_exiftool_our_own_libraries_say_less(
    take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    made = look_into(take_in(files.picture()))
    assert made["metadata"].tool == "Pillow"
    assert FoundValue.objects.filter(kind="position", tag="GPS:GPSLatitude").exists()
    made = look_into(take_in(files.pdf("one")))
    assert made["metadata"].tool == "pypdfium2"
    assert b"PDF:PageCount" in content(made["metadata"])


def test_a_missing_program_is_a_state_and_goes_away_when_it_comes(
    take_in: TakeIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    item = take_in((SAMPLES / "along-the-wall.mp4").read_bytes())
    made = look_into(item)
    assert (made["playback"].state, made["playback"].failure_detail) == ("missing", "ffmpeg")
    assert (made["metadata"].state, made["metadata"].failure_detail) == ("missing", "exiftool")
    assert (made["malware_scan"].state, made["malware_scan"].failure_detail) == ("missing", "clamscan")
    assert requeue_derivatives() == 0
    (tmp_path / "exiftool").write_text('#!/bin/sh\necho \'[{"File:FileType": "MP4"}]\'\n')
    (tmp_path / "exiftool").chmod(0o755)
    Derivative.objects.update(asked_at=timezone.now() - SILENT_AFTER * 4)
    assert requeue_derivatives() == 1


@pytest.mark.parametrize("kind", ["PNG", "GIF", "TIFF", "BMP", "WEBP", "HEIF"])
def test_pictures_of_many_kinds_are_shown(take_in: TakeIn, kind: str) -> None:
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    made = look_into(take_in(files.picture(kind=kind)))
    assert Image.open(io.BytesIO(content(made["preview_image"]))).size == (320, 200)


def test_a_pdf_gives_its_pages_and_its_text(take_in: TakeIn) -> None:
    item = take_in(files.pdf("The first page", "The second page"))
    made = look_into(item)
    drawn = list(item.derivatives.filter(kind="page_image").order_by("number"))
    assert [row.number for row in drawn] == [1, 2]
    assert Image.open(io.BytesIO(content(drawn[1]))).size == (1131, 1600)
    assert content(made["text"]).decode() == "The first page\fThe second page\f"
    assert "ocr_text" not in made


def test_the_persian_text_of_a_pdf_comes_in_its_order(take_in: TakeIn) -> None:
    letter = Sheet("دادخواه", Label("Letter", "نامه"), "DK-1", "foot", [Paragraph(Label("x", "سلام خواهر"))])
    made = look_into(take_in(Press().pdf(letter, at=timezone.now())))
    assert "سلام خواهر" in content(made["text"]).decode()


@pytest.mark.program("tesseract")
def test_a_scanned_letter_in_persian_is_read(take_in: TakeIn) -> None:
    [sample] = SAMPLES.glob("*.pdf")
    made = look_into(take_in(sample.read_bytes()))
    assert made["text"].state == "nothing"
    text = content(made["ocr_text"]).decode()
    assert sum(0x600 <= ord(letter) < 0x700 for letter in text) > 20


@pytest.mark.program("tesseract")
def test_a_picture_of_words_is_read(take_in: TakeIn) -> None:
    made = look_into(take_in(files.words_picture("EVIN PRISON 1988")))
    assert "EVIN" in content(made["ocr_text"]).decode()
    assert json.loads(made["ocr_text"].parameters)["of"]


@pytest.mark.program("tesseract")
def test_a_scanned_pdf_is_read_where_it_has_no_text_of_its_own(take_in: TakeIn) -> None:
    held = io.BytesIO()
    Image.open(io.BytesIO(files.words_picture("HALL OF DEATH"))).save(held, "PDF", resolution=100)
    made = look_into(take_in(held.getvalue()))
    assert made["text"].state == "nothing"
    assert "DEATH" in content(made["ocr_text"]).decode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (files.docx("نامه‌ای از اوین"), "نامه‌ای از اوین"),
        (
            files.zipped(
                {
                    "mimetype": "application/vnd.oasis.opendocument.text",
                    "content.xml": "<o xmlns:text='t'><text:p>a deed</text:p></o>",
                }
            ),
            "a deed",
        ),
        (
            b"<!DOCTYPE html><html><head><style>p{}</style><script>alert(1)</script></head><body><p>seen</p></body></html>",
            "seen",
        ),
        ("متن ساده".encode("cp1256"), "متن ساده"),
        ("متن ساده".encode("utf-16"), "متن ساده"),
        (
            b"From: a@b.example\nTo: c@d.example\nSubject: =?utf-8?b?2YbYp9mF2Yc=?=\nDate: Mon, 1 Aug 1988 10:00:00 +0330\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nwritten words\n",
            "written words",
        ),
    ],
    ids=["docx", "odt", "html", "old code page", "utf-16", "letter"],
)
def test_words_are_taken_out_of_documents(take_in: TakeIn, data: bytes, expected: str) -> None:
    item = take_in(data)
    inspect(item.pk)
    if expected == "نامه‌ای از اوین":
        EvidenceItem.objects.filter(pk=item.pk).update(
            media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        )
        Derivative.objects.get_or_create(item=item, kind="text")
    made = look_into(item)
    text = content(made["text"]).decode()
    assert expected in text
    assert "alert" not in text


@pytest.mark.program("ffmpeg")
def test_a_film_gets_a_still_and_a_copy_with_its_index_at_the_front(take_in: TakeIn) -> None:
    made = look_into(take_in((SAMPLES / "along-the-wall.mp4").read_bytes()))
    assert Image.open(io.BytesIO(content(made["poster"]))).format == "JPEG"
    played = content(made["playback"])
    assert made["playback"].media_type == "video/mp4"
    assert played.index(b"moov") < played.index(b"mdat")
    assert made["playback"].tool_version[0].isdigit()


@pytest.mark.program("ffmpeg")
def test_a_copy_for_playing_that_grows_too_large_says_so(
    take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_COPY", Limits(file=4096))
    row = look_into(take_in((SAMPLES / "along-the-wall.mp4").read_bytes()))["playback"]
    assert (row.state, row.failure) == ("failed", Failure.TOO_MUCH_OUTPUT)


@pytest.mark.program("exiftool")
def test_a_tag_that_the_files_maker_chose_is_not_in_the_log(take_in: TakeIn) -> None:
    note = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:n="http://n.example/"><n:ShahrnooshsCity>Evin</n:ShahrnooshsCity></rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    )
    held = io.BytesIO()
    Image.open(io.BytesIO(files.picture())).save(held, "JPEG", xmp=note.encode())
    look_into(take_in(held.getvalue()))
    assert FoundValue.objects.filter(value="Evin").exists()
    assert not any(b"hahrnoosh" in bytes(entry.body) for entry in Entry.objects.all())


def test_a_worker_that_said_it_would_be_silent_keeps_its_work(take_in: TakeIn) -> None:
    item = take_in(files.picture())
    inspect(item.pk)
    lead = claim(item.derivatives.get(kind="metadata").pk)
    assert lead is not None
    Work(lead).expect_silence(600 * MIB)
    lead.refresh_from_db()
    assert lead.beat_at is not None
    assert lead.beat_at > timezone.now() + SILENT_AFTER * 4
    assert claim(lead.pk) is None


@pytest.mark.program("ffmpeg")
def test_a_sound_gets_its_picture_and_a_copy(take_in: TakeIn) -> None:
    made = look_into(take_in((SAMPLES / "cassette-side-a.mp3").read_bytes()))
    assert Image.open(io.BytesIO(content(made["waveform"]))).size == (1600, 240)
    assert made["playback"].media_type == "audio/mp4"
    assert b"ftyp" in content(made["playback"])[:16]


def test_pictures_that_look_alike_share_most_bits(take_in: TakeIn) -> None:
    first = look_into(take_in(files.picture(size=(640, 400))))
    second = look_into(take_in(files.picture(size=(320, 200), kind="PNG")))
    hashes = [int(ImageHash.objects.get(derivative=row["image_hash"]).bits, 16) for row in (first, second)]
    assert bin(hashes[0] ^ hashes[1]).count("1") <= 7


# Hostile and broken files


@pytest.mark.parametrize(
    ("data", "kind", "failure"),
    [
        (files.png_that_claims(60_000, 60_000), "preview_image", Failure.TOO_MANY_PIXELS),
        (files.png_that_claims(4_000, 4_000), "preview_image", Failure.UNREADABLE),
        (files.picture()[:400], "preview_image", Failure.UNREADABLE),
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "page_image", Failure.UNREADABLE),
        (files.pdf("x")[:200], "page_image", Failure.UNREADABLE),
    ],
    ids=["pixel bomb", "no pixels", "cut jpeg", "empty pdf", "cut pdf"],
)
def test_a_hostile_or_broken_file_ends_in_a_state_that_says_why(
    take_in: TakeIn, data: bytes, kind: str, failure: Failure
) -> None:
    row = look_into(take_in(data))[kind]
    assert (row.state, row.failure) == ("failed", failure)


def test_a_locked_pdf_says_that_it_is_locked(take_in: TakeIn) -> None:
    data = files.pdf("x").replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00><00>]"
        % (b"41" * 32, b"42" * 32),
    )
    row = look_into(take_in(data))["page_image"]
    assert (row.state, row.failure) == ("failed", Failure.LOCKED)


def test_a_pdf_that_unfolds_without_end_is_stopped(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_LIMITS", Limits(seconds=10, memory=512 * MIB))
    begun = time.monotonic()
    row = look_into(take_in(files.pdf_bomb()))["page_image"]
    assert time.monotonic() - begun < 60
    assert row.state in {"made", "failed"}


def test_a_hostile_svg_is_never_drawn_and_asks_for_nothing(take_in: TakeIn) -> None:
    item = take_in(files.HOSTILE_SVG, original_name="picture.svg")
    made = look_into(item)
    assert item.media_type.startswith("image/svg")
    assert "preview_image" not in made
    assert made["text"].media_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "data",
    [files.docx("x", prologue=files.LAUGHS), files.zipped({"word/document.xml": b"<a>" + b" " * (80 * MIB)})],
    ids=["entities", "zip bomb"],
)
def test_an_office_document_that_unfolds_is_refused(take_in: TakeIn, data: bytes) -> None:
    item = take_in(data)
    inspect(item.pk)
    EvidenceItem.objects.filter(pk=item.pk).update(
        media_type="application/vnd.openxmlformats-officedocument.x"
    )
    Derivative.objects.get_or_create(item=item, kind="text")
    row = look_into(item)["text"]
    assert (row.state, row.failure) in {("failed", "unreadable"), ("failed", "too_much_output")}


@pytest.mark.program("ffmpeg")
@pytest.mark.parametrize("data", [files.PLAYLIST, files.CONCAT], ids=["play-list", "concat"])
def test_a_play_list_that_poses_as_a_film_opens_no_other_file(take_in: TakeIn, data: bytes) -> None:
    item = take_in(data)
    inspect(item.pk)
    EvidenceItem.objects.filter(pk=item.pk).update(media_type="video/mp4")
    item.derivatives.all().delete()
    Derivative.objects.create(item=item, kind="playback")
    Derivative.objects.create(item=item, kind="poster")
    made = look_into(item)
    assert states(made) == {"playback": "failed", "poster": "failed"}


@pytest.mark.program("ffmpeg")
@pytest.mark.parametrize("cut", [100, 5000])
def test_a_broken_film_or_sound_is_a_failure_that_can_be_tried_again(take_in: TakeIn, cut: int) -> None:
    made = look_into(take_in((SAMPLES / "along-the-wall.mp4").read_bytes()[:cut]))
    assert made["playback"].state == "failed"
    assert made["playback"].failure == Failure.UNREADABLE


def test_an_empty_file_and_one_of_no_known_kind_yield_what_they_can(take_in: TakeIn) -> None:
    assert set(look_into(take_in(b""))) == {"metadata"}
    assert set(look_into(take_in(os.urandom(3000)))) == {"metadata", "malware_scan"}


def test_what_looks_like_a_file_of_another_kind_is_read_as_what_it_is(take_in: TakeIn) -> None:
    made = look_into(take_in(files.picture(), original_name="letter.pdf"))
    assert made["preview_image"].state == "made"
    assert "page_image" not in made


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A program of the system that does what a test wants: `stand_in("clamscan", "exit 1")`."""

    def make(name: str, does: str) -> None:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{does}\n")
        path.chmod(0o755)
        tmp_path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        shown = box._shown
        monkeypatch.setattr(box, "_shown", lambda: [*shown(), str(tmp_path)])

    return make


def test_malware_is_flagged_and_the_evidence_stays(take_in: TakeIn, stand_in: Any) -> None:
    stand_in(
        "clamscan",
        'if [ "$1" = --version ]; then echo "ClamAV 1.4.1/27000"; else grep -q EICAR /dev/stdin && echo "stdin: Eicar FOUND" && exit 1; exit 0; fi',
    )
    bad, good = look_into(take_in(b"EICAR test")), look_into(take_in(b"a letter"))
    assert (bad["malware_scan"].state, bad["malware_scan"].finding) == ("made", "flagged")
    assert (good["malware_scan"].state, good["malware_scan"].finding) == ("made", "clean")
    assert bad["malware_scan"].tool_version.startswith("1.4.1")
    assert b"Eicar FOUND" in content(bad["malware_scan"])


@pytest.mark.parametrize(
    ("does", "failure"),
    [
        ("sleep 60", Failure.TOO_SLOW),
        ("sleep 60 & sleep 60 & wait", Failure.TOO_SLOW),
        ("exec cat /dev/zero", Failure.TOO_MUCH_OUTPUT),
        ("exit 3", Failure.UNREADABLE),
        ("kill -SEGV $$", Failure.UNREADABLE),
    ],
    ids=["hangs", "forks", "floods", "fails", "crashes"],
)
def test_a_tool_that_misbehaves_is_a_failure_within_its_limits(
    take_in: TakeIn, stand_in: Any, monkeypatch: pytest.MonkeyPatch, does: str, failure: Failure
) -> None:
    stand_in("ffmpeg", does)
    monkeypatch.setattr(media, "_PICTURE", Limits(seconds=2, output=MIB))
    monkeypatch.setattr(media, "_COPY", Limits(seconds=2, output=MIB))
    begun = time.monotonic()
    made = look_into(take_in((SAMPLES / "along-the-wall.mp4").read_bytes()))
    assert time.monotonic() - begun < 40
    assert made["poster"].failure == failure
    assert made["playback"].failure == failure


def test_an_original_that_is_gone_is_a_failure_and_a_vault_that_is_away_is_tried_again(
    take_in: TakeIn, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = take_in(files.picture())
    inspect(item.pk)
    [path] = stored_files(house)
    path.rename(house / "aside")
    lead = item.derivatives.get(kind="preview_image")
    make_derivative(lead.pk)
    lead.refresh_from_db()
    assert (lead.state, lead.failure) == ("failed", Failure.ORIGINAL_UNAVAILABLE)

    def away() -> None:
        raise VaultUnavailable("the disk is away")

    other = item.derivatives.get(kind="metadata")
    monkeypatch.setattr("evidence.stored_objects.vault", away)
    for _time in range(3):
        make_derivative(other.pk)
        other.refresh_from_db()
        assert other.state == "waiting"
    make_derivative(other.pk)
    other.refresh_from_db()
    assert (other.state, other.failure) == ("failed", Failure.STOPPED)


def test_running_twice_makes_one_record(take_in: TakeIn) -> None:
    item = take_in(files.picture())
    look_into(item)
    before = (item.derivatives.count(), Entry.objects.count())
    for row in item.derivatives.all():
        make_derivative(row.pk)
    look_into(item)
    assert (item.derivatives.count(), Entry.objects.count()) == before


def test_what_a_killed_worker_left_goes_on_within_a_minute(take_in: TakeIn) -> None:
    item = take_in(files.picture())
    inspect(item.pk)
    lead = claim(item.derivatives.get(kind="preview_image").pk)
    assert lead is not None
    item.derivatives.exclude(pk=lead.pk).delete()
    assert requeue_derivatives() == 0
    Derivative.objects.filter(pk=lead.pk).update(beat_at=timezone.now() - SILENT_AFTER * 2)
    assert requeue_derivatives() == 1
    lead.refresh_from_db()
    assert (lead.state, lead.tries) == ("made", 2)


def test_items_from_before_are_planned_for(take_in: TakeIn) -> None:
    item = take_in(b"a letter")
    inspect(item.pk)
    item.derivatives.all().delete()
    requeue_derivatives()
    assert set(item.derivatives.values_list("kind", flat=True)) == {"metadata", "text", "malware_scan"}


def test_a_worker_that_dies_takes_its_tool_with_it(tmp_path: Path) -> None:
    code = """
import io, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
import django; django.setup()
from evidence.inspecting import box
with box.copy_in_memory(io.BytesIO(b"x"), largest=9, beat=lambda: None) as copy:
    print("begun", flush=True)
    box.run(["/bin/sleep", "987"], copy=copy, limits=box.Limits(seconds=60), sink=print, beat=lambda: None)
"""
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"begun\n"
    until = time.monotonic() + 20
    while not _sleepers() and time.monotonic() < until:
        time.sleep(0.05)
    assert _sleepers()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until = time.monotonic() + 10
    while _sleepers() and time.monotonic() < until:
        time.sleep(0.05)
    assert not _sleepers()


def _sleepers() -> list[str]:
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                line = (path / "cmdline").read_bytes()
            except OSError:
                continue
            if line == b"/bin/sleep\x00987\x00":
                found.append(path.name)
    return found


def test_texts_have_a_limit(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_LIMITS", Limits(output=1000))
    row = look_into(take_in(b"words " * 1000))["text"]
    assert (row.state, row.failure) == ("failed", Failure.TOO_MUCH_OUTPUT)


def test_a_document_says_how_many_of_its_pages_were_not_looked_into(
    take_in: TakeIn, lawyer: User, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 1)
    item = take_in(files.pdf("The first page", "The second page"))
    image = look_into(item)["page_image"]
    assert image.finding == "in-all 2"
    address = reverse("evidence:item", args=[item.pk])
    page = client_for(lawyer).get(address).content.decode()
    assert "Not looked into as a whole" in page
    assert "The document has 2 pages, and images were made of the first 1" in page
    Derivative.objects.filter(kind="page_image").update(finding="in-all 1")
    assert "Not looked into" not in client_for(lawyer).get(address).content.decode()


def test_a_file_that_is_larger_than_memory_says_what_was_not_done_and_what_to_do(
    take_in: TakeIn, lawyer: User, client_for: Any
) -> None:
    item = take_in(files.pdf("The first page"))
    inspect(item.pk)
    for lead in item.derivatives.filter(state=DerivativeState.WAITING):
        claimed = claim(lead.pk)
        assert claimed is not None
        record_without(claimed, DerivativeState.FAILED, failure=Failure.TOO_LARGE)
    page = client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).content.decode()
    viewer = page[page.index('id="viewer"') : page.index('id="links"')]
    assert "larger than what fits into memory" in viewer
    assert "add here as a copy" in viewer
