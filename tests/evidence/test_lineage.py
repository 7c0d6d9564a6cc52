"""What people make of an item: kept with its parent and author, in custody and log, and shown as a tree."""

import io
import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from evidence.alike import looks_like
from evidence.derivative_words import DerivativeKind
from evidence.errors import BadDerivative, UnknownEvidence
from evidence.lineage import CopyFacts, add_copy, tree_of
from evidence.models import Derivative, EvidenceItem, FoundValue, ImageHash, StoredObject
from evidence.named_types import name_lies
from evidence.store import vault
from evidence.verification import verify_evidence
from tests.evidence import inspecting_files as files
from tests.evidence.conftest import TakeIn
from tests.evidence.test_making import look_into

ClientFor = Callable[[User | None], Client]
SECRET = "Shahrnoosh's translation"


def add(item: EvidenceItem, kind: str, actor: User, *, content: bytes = b"", **facts: object) -> Derivative:
    given = {"original_name": f"{kind}.txt", "language": "fa"} | facts
    told = CopyFacts(DerivativeKind(kind), **given)  # type: ignore[arg-type]
    return add_copy(item, io.BytesIO(content or kind.encode()), facts=told, actor=actor)


@pytest.mark.parametrize(
    ("kind", "custody"),
    [
        ("working_copy", "copied"),
        ("redaction", "redacted"),
        ("translation", "translated"),
        ("transcript", "transcribed"),
    ],
)
def test_what_somebody_made_is_in_the_vault_in_custody_and_in_the_log(
    take_in: TakeIn, paralegal: User, kind: str, custody: str
) -> None:
    item = take_in()
    copy = add(item, kind, paralegal, content=b"made of it", title=SECRET, note="page 2 is missing")
    assert copy.object is not None
    assert vault().open(copy.object.name).read() == b"made of it"
    assert (copy.author, copy.state, copy.language) == (paralegal, "made", "fa")
    event = item.custody.get(kind=custody)
    assert copy.object.sha256.hex in event.note
    facts = json.loads(bytes(Entry.objects.get(action="evidence.derivative_added").body))["facts"]
    assert facts["sha256"] == copy.object.sha256.hex
    assert facts["title"].startswith("sha256:")
    assert not any(SECRET.encode() in bytes(entry.body) for entry in Entry.objects.all())
    assert verify_evidence([item]).ok


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "translation", "language": ""},
        {"kind": "transcript", "language": "not a tag"},
        {"kind": "page_image"},
        {"kind": "redaction", "original_name": ""},
        {"kind": "redaction", "title": "x" * 301},
    ],
)
def test_what_cannot_be_kept_is_said_and_leaves_nothing(
    take_in: TakeIn, paralegal: User, wrong: dict[str, str]
) -> None:
    item = take_in()
    before = (Entry.objects.count(), StoredObject.objects.count(), item.custody.count())
    with pytest.raises(BadDerivative):
        add(item, wrong.pop("kind"), paralegal, **wrong)
    assert (Entry.objects.count(), StoredObject.objects.count(), item.custody.count()) == before
    assert not item.derivatives.exists()


def test_an_empty_file_and_a_parent_of_another_item_are_refused(take_in: TakeIn, paralegal: User) -> None:
    item, other = take_in(), take_in(b"another")
    foreign = add(other, "transcript", paralegal)
    with pytest.raises(BadDerivative, match="no part"):
        add(item, "translation", paralegal, parent=foreign)
    with pytest.raises(BadDerivative, match="empty"):
        add_copy(item, io.BytesIO(b""), facts=CopyFacts(DerivativeKind.REDACTION, "a.txt"), actor=paralegal)


def test_a_stranger_and_an_auditor_can_add_nothing(take_in: TakeIn, outsider: User, auditor: User) -> None:
    with pytest.raises(UnknownEvidence):
        add(take_in(), "redaction", outsider)
    with pytest.raises(NotPermitted):
        add(take_in(), "redaction", auditor)


def test_the_tree_leads_from_each_to_what_was_made_from_it(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    transcript = add(item, "transcript", paralegal)
    translation_ = add(item, "translation", paralegal, parent=transcript, language="en")
    add(item, "redaction", paralegal, parent=translation_)
    for number in (1, 2, 3):
        Derivative.objects.create(
            item=item,
            kind="page_image",
            number=number,
            state="made",
            object=transcript.object,
            made_at=transcript.made_at,
        )
    roots = tree_of(item.derivatives.order_by("kind", "number"))
    assert [(node.derivative.kind, node.count) for node in roots] == [("page_image", 3), ("transcript", 1)]
    [below] = roots[1].children
    assert below.derivative == translation_
    assert [node.derivative.kind for node in below.children] == ["redaction"]


def test_the_page_shows_the_tree_and_its_queries_do_not_grow(
    take_in: TakeIn, paralegal: User, client_for: ClientFor, django_assert_max_num_queries
) -> None:
    item = take_in()
    client, address = client_for(paralegal), reverse("evidence:item", args=[item.pk])
    counts = []
    for number in range(2):
        for _time in range(1 + 4 * number):
            add(item, "translation", paralegal, title=SECRET, content=f"{number}{_time}".encode())
        with django_assert_max_num_queries(100) as counted:
            page = client.get(address).content.decode()
        counts.append(len(counted))
    assert page.count("Shahrnoosh") == 6
    assert counts[1] - counts[0] <= 0, counts


def test_a_copy_is_added_and_downloaded_by_page(
    take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(paralegal)
    address = reverse("evidence:copy_new", args=[item.pk])
    assert client.get(address).status_code == 200
    form = {"kind": "translation", "language": "en", "title": "In English", "parent": ""}
    sent = client.post(address, form | {"file": SimpleUploadedFile("t.html", b"<script>alert(1)</script>")})
    assert sent.status_code == 302
    copy = item.derivatives.get()
    answer = client.post(reverse("evidence:copy_download", args=[copy.pk]))
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert Entry.objects.filter(action="evidence.derivative_downloaded").count() == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "translation", "language": ""}, "in which language"),
        ({"kind": "odd"}, "odd"),
        ({"kind": "redaction", "parent": "00000000-0000-4000-8000-000000000000"}, "not one of"),
        ({}, "required"),
    ],
)
def test_a_form_that_is_wrong_is_shown_again_with_what_to_do(
    take_in: TakeIn, paralegal: User, client_for: ClientFor, form: dict[str, str], said: str
) -> None:
    item = take_in()
    address = reverse("evidence:copy_new", args=[item.pk])
    answer = client_for(paralegal).post(address, form | {"file": SimpleUploadedFile("a.txt", b"a")})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert client_for(paralegal).post(address, form).status_code == 422
    assert not item.derivatives.exists()


def test_a_failure_is_shown_with_a_button_to_try_again_in_both_languages(
    take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(paralegal)
    row = Derivative.objects.create(
        item=item, kind="playback", state="missing", failure="program_missing", failure_detail="ffmpeg"
    )
    page = client.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "ffmpeg is not on this machine" in page
    assert reverse("evidence:copy_retry", args=[row.pk]) in page
    with translation.override("fa"):
        client.cookies["language"] = "fa"
        assert "روی این دستگاه نیست" in client.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert client.post(reverse("evidence:copy_retry", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting"
    assert client.post(reverse("evidence:copy_retry", args=[row.pk])).status_code == 400


def test_where_and_when_are_read_by_lawyers_alone_and_each_reading_is_logged(
    take_in: TakeIn, paralegal: User, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(files.picture())
    look_into(item)
    assert FoundValue.objects.filter(item=item, kind="position").exists()
    address = reverse("evidence:found_values", args=[item.pk])
    page = client_for(lawyer).get(address).content.decode()
    assert "51.56" in page or "51" in page
    assert Entry.objects.filter(action="evidence.found_values_read").count() == 1
    assert client_for(paralegal).get(address).status_code == 403
    shown = client_for(paralegal).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert address not in shown
    assert "35.6" not in shown


def test_pictures_that_look_alike_are_named_to_those_who_see_both(
    take_in: TakeIn, paralegal: User, outsider: User, lawyer: User
) -> None:
    first, second, other = take_in(b"1"), take_in(b"2"), take_in(b"3")
    hidden = take_in(b"4", actor=outsider, case=None)
    for item, bits in ((first, 0), (second, 0b1111111 << 20), (other, 0xFFFF), (hidden, 1)):
        row = Derivative.objects.create(
            item=item, kind="image_hash", state="made", object=item.object, made_at=item.received_at
        )
        text = f"{bits:016x}"
        a, b, c, d = (int(text[start : start + 4], 16) for start in range(0, 16, 4))
        ImageHash.objects.create(item=item, derivative=row, bits=text, band_a=a, band_b=b, band_c=c, band_d=d)
    found = looks_like(first, user=paralegal)
    assert [(one.item, one.different_bits) for one in found] == [(second, 7)]
    assert looks_like(hidden, user=outsider) == []
    assert looks_like(take_in(b"5"), user=lawyer) == []


@pytest.mark.parametrize(
    ("media_type", "name", "lies"),
    [
        ("image/jpeg", "letter.pdf", True),
        ("application/x-dosexec", "photo.jpg", True),
        ("text/html", "video.mp4", True),
        ("image/jpeg", "photo.JPG", False),
        ("application/zip", "letter.docx", False),
        ("text/plain", "table.csv", False),
        ("text/plain", "no ending", False),
        ("video/mp4", "sound.m4a", False),
        ("application/octet-stream", "photo.jpg", False),
        ("image/png", "نامه.png", False),
    ],
)
def test_a_name_that_lies_is_seen(media_type: str, name: str, lies: bool) -> None:
    assert name_lies(media_type, name) is lies


def test_a_name_that_lies_is_shown(take_in: TakeIn, paralegal: User, client_for: ClientFor) -> None:
    item = take_in(files.picture(), original_name="letter.pdf")
    EvidenceItem.objects.filter(pk=item.pk).update(media_type="image/jpeg", inspected_at=item.received_at)
    page = client_for(paralegal).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "Its name says another type." in page


def read_by_lines(copy: Derivative, client: Client) -> str:
    page = client.get(reverse("evidence:item", args=[copy.item_id])).content.decode()
    where = reverse("evidence:text", args=[copy.item_id, copy.pk])
    return client.get(where).content.decode() if where in page else ""


@pytest.mark.parametrize("kind", ["translation", "transcript", "working_copy", "redaction"])
def test_a_copy_that_is_text_is_read_by_lines(
    take_in: TakeIn, paralegal: User, client_for: ClientFor, kind: str
) -> None:
    item = take_in()
    text = add(item, kind, paralegal, content="سطر یکم\nThe second line\n".encode())
    assert text.media_type == "text/plain; charset=utf-8"
    shown = read_by_lines(text, client_for(paralegal))
    assert "سطر یکم" in shown
    assert "The second line" in shown
    assert Entry.objects.filter(action="evidence.derivative_read").count() == 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.picture(kind="PNG"), "image/png"),
        ("ترجمه".encode("utf-16"), "text/plain; charset=unknown"),
        ("ترجمه".encode("cp1256"), "text/plain; charset=unknown"),
    ],
)
def test_a_copy_that_is_no_text_is_only_handed_out(
    take_in: TakeIn, paralegal: User, client_for: ClientFor, content: bytes, kind: str
) -> None:
    copy = add(take_in(), "translation", paralegal, content=content)
    assert copy.media_type == kind
    assert read_by_lines(copy, client_for(paralegal)) == ""


def test_markup_is_read_as_the_letters_that_it_is(
    take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    copy = add(take_in(), "transcript", paralegal, content=b"<!doctype html><script>alert(1)</script>\n")
    shown = read_by_lines(copy, client_for(paralegal))
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown


def test_a_translation_from_before_types_were_looked_at_is_opened_all_the_same(
    take_in: TakeIn, paralegal: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(paralegal)
    text, other = (
        add(item, "translation", paralegal, content=b"words"),
        add(item, "transcript", paralegal, content=files.picture(kind="PNG")),
    )
    Derivative.objects.update(media_type="application/octet-stream")
    assert "words" in read_by_lines(text, client)
    answer = client.get(reverse("evidence:text", args=[item.pk, other.pk]))
    assert answer.status_code == 400
    assert "no plain text" in answer.content.decode()
