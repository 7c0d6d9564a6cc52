"""Looking at what was made of an item: in pieces, in the log, shut in, and by those alone who may see the item."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from cases.models import Case
from evidence.derivative_failures import Failure
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.inspection import inspect
from evidence.lines import STRETCH
from evidence.models import Derivative, EvidenceItem
from evidence.ranges import MOST_AT_ONCE
from evidence.vault import proven_reading
from tests.evidence.conftest import TakeIn
from tests.evidence.derived import ask, derive, fail
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
READ = "evidence.derivative_read"
CHUNK = 64 * 1024


def address(derivative: Derivative) -> str:
    return reverse("evidence:look", args=[derivative.item_id, derivative.pk])


def page_of(item: EvidenceItem, client: Client) -> str:
    answer = client.get(reverse("evidence:item", args=[item.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def body_of(answer: object) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def sealed_file(house: Path, derivative: Derivative) -> Path:
    [found] = (house / "data" / "vault").rglob(derivative.object.name)
    return found


@pytest.fixture
def video(take_in: TakeIn) -> Derivative:
    return derive(take_in(), DerivativeKind.PLAYBACK, "video/webm", bytes(range(256)) * 2000)


def test_a_player_gets_the_part_that_it_asks_for(
    video: Derivative, lawyer: User, client_for: ClientFor
) -> None:
    client, whole = client_for(lawyer), bytes(range(256)) * 2000
    answer = client.get(address(video), headers={"Range": "bytes=70000-70009"})
    assert (answer.status_code, answer.content) == (206, whole[70000:70010])
    assert answer["Content-Range"] == f"bytes 70000-70009/{len(whole)}"
    assert (answer["Content-Length"], answer["Content-Type"]) == ("10", "video/webm")
    answer = client.get(address(video), headers={"Range": "bytes=-5"})
    assert (answer.status_code, answer.content) == (206, whole[-5:])
    answer = client.get(address(video))
    assert (answer.status_code, body_of(answer)) == (200, whole)
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(len(whole)), "bytes")
    # What is in the reader's hands already was never ours to name: the whole is sent again.
    assert client.get(address(video), headers={"Range": "bytes=0-1", "If-Range": '"x"'}).status_code == 200


def test_a_player_that_asks_for_all_that_follows_gets_no_more_than_it_can_use(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    video = derive(take_in(), DerivativeKind.PLAYBACK, "video/webm", b"x" * (MOST_AT_ONCE + 10))
    answer = client_for(lawyer).get(address(video), headers={"Range": "bytes=0-"})
    assert answer["Content-Range"] == f"bytes 0-{MOST_AT_ONCE - 1}/{MOST_AT_ONCE + 10}"
    assert len(answer.content) == MOST_AT_ONCE


@pytest.mark.parametrize("wanted", ["bytes=512000-", "bytes=9-1", "bytes=-0", "bytes=x"])
def test_a_part_that_is_not_there_is_refused_and_the_size_said(
    video: Derivative, lawyer: User, client_for: ClientFor, wanted: str
) -> None:
    answer = client_for(lawyer).get(address(video), headers={"Range": wanted})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */512000")


def damage_in_the_middle(stored: Path) -> None:
    stored.chmod(0o600)
    content = bytearray(stored.read_bytes())
    content[3 * CHUNK] ^= 1
    stored.write_bytes(content)


def test_of_a_small_file_with_damage_nothing_is_shown(
    video: Derivative, house: Path, lawyer: User, client_for: ClientFor
) -> None:
    damage_in_the_middle(sealed_file(house, video))
    for headers in ({}, {"Range": "bytes=0-65535"}):
        assert client_for(lawyer).get(address(video), headers=headers).status_code == 409


def test_of_a_large_file_only_the_chunks_that_are_asked_for_are_opened(
    video: Derivative, house: Path, lawyer: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proven_reading, "PROVEN_AT_ONCE", 0)
    damage_in_the_middle(sealed_file(house, video))
    client = client_for(lawyer)
    for good in ("bytes=0-65535", f"bytes={5 * CHUNK}-{6 * CHUNK}"):
        assert client.get(address(video), headers={"Range": good}).status_code == 206
    for bad in ({"Range": f"bytes={2 * CHUNK}-{4 * CHUNK}"}, {}):
        damaged = client.get(address(video), headers=bad)
        assert damaged.status_code == 409
        assert "Content-Range" not in damaged


def test_what_leaves_is_shut_in_and_kept_nowhere(
    video: Derivative, lawyer: User, client_for: ClientFor
) -> None:
    large = derive(video.item, DerivativeKind.PREVIEW_IMAGE, "image/png", b"x" * (MOST_AT_ONCE + 1))
    client = client_for(lawyer)
    answers = [client.get(address(video), headers=headers) for headers in ({}, {"Range": "bytes=0-9"})]
    for answer in [*answers, client.get(address(large))]:
        assert answer["Content-Length"] == str(len(body_of(answer)))
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Content-Disposition"].startswith("inline; filename=")


@pytest.mark.parametrize(
    "media_type",
    ["image/svg+xml", "text/html", "application/pdf", "application/xhtml+xml", "", "video/x-odd"],
)
def test_what_a_browser_could_run_leaves_as_a_file(
    take_in: TakeIn, lawyer: User, client_for: ClientFor, media_type: str
) -> None:
    hostile = derive(take_in(), DerivativeKind.PREVIEW_IMAGE, media_type, b"<svg onload='alert(1)'/>")
    answer = client_for(lawyer).get(address(hostile))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; ")


def test_one_viewing_is_one_entry_however_many_parts_it_takes(
    video: Derivative, lawyer: User, paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    for start in range(5):
        client.get(address(video), headers={"Range": f"bytes={start}-{start + 9}"})
    assert Entry.objects.filter(action=READ, actor=lawyer.audit_name).count() == 1
    client_for(paralegal).get(address(video), headers={"Range": "bytes=500-"})
    assert Entry.objects.filter(action=READ, actor=paralegal.audit_name).count() == 1


def test_a_part_from_the_middle_is_logged_as_the_first_one_is_or_does_not_leave(
    video: Derivative, lawyer: User, client_for: ClientFor
) -> None:
    def refuse(execute, sql, params, many, context):
        if "audit_entry" in sql and "INSERT" in sql:
            raise RuntimeError("the log is closed")
        return execute(sql, params, many, context)

    client = client_for(lawyer)
    with connection.execute_wrapper(refuse), pytest.raises(RuntimeError):
        client.get(address(video), headers={"Range": "bytes=9999-"})


def test_only_who_sees_the_item_sees_what_was_made_of_it(
    take_in: TakeIn, video: Derivative, outsider: User, lawyer: User, client_for: ClientFor
) -> None:
    words = derive(take_in(b"2"), DerivativeKind.TEXT, "text/plain", b"words")
    routes = [address(video), reverse("evidence:leaf", args=[video.item_id, 1])]
    routes += [reverse("evidence:text", args=[words.item_id, words.pk])]
    for route in routes:
        assert client_for(outsider).get(route).status_code == 404
    # Nor is it found under another item.
    for name in ("look", "text"):
        moved = reverse(f"evidence:{name}", args=[video.item_id, words.pk])
        assert client_for(lawyer).get(moved).status_code == 404
    waiting = ask(video.item, DerivativeKind.POSTER)
    assert client_for(lawyer).get(address(waiting)).status_code == 404


def test_a_video_has_a_player_and_a_time_to_cite(
    video: Derivative, lawyer: User, client_for: ClientFor
) -> None:
    poster = derive(video.item, DerivativeKind.POSTER, "image/jpeg", b"still")
    page = page_of(video.item, client_for(lawyer))
    assert re.search(rf'<video controls [^>]*src="{address(video)}" poster="{address(poster)}"', page)
    assert f"/evidence/{video.item_id}/link/?pinpoint=00:00:00" in page
    assert reverse("evidence:download", args=[video.item_id]) in page


def test_a_recording_has_a_player_and_its_wave(take_in: TakeIn, lawyer: User, client_for: ClientFor) -> None:
    item = take_in()
    sound = derive(item, DerivativeKind.PLAYBACK, "audio/ogg", b"sound")
    wave = derive(item, DerivativeKind.WAVEFORM, "image/png", b"wave")
    page = page_of(item, client_for(lawyer))
    assert f'<audio controls preload="metadata" src="{address(sound)}"' in page
    assert f'<img data-wave src="{address(wave)}"' in page


def test_an_image_is_shown_by_what_was_made_of_it(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    image = derive(item, DerivativeKind.PREVIEW_IMAGE, "image/webp", b"image", b"a larger image")
    large = item.derivatives.get(kind=DerivativeKind.PREVIEW_IMAGE, number=2)
    words = derive(item, DerivativeKind.OCR_TEXT, "text/plain", b"words")
    page = page_of(item, client_for(lawyer))
    assert f'<img src="{address(image)}" alt="Image of {item.reference}' in page
    assert f'data-large="{address(large)}"' in page
    assert reverse("evidence:text", args=[item.pk, words.pk]) in page


def test_a_document_is_read_and_cited_page_by_page(
    take_in: TakeIn, case: Case, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(lawyer)
    derive(item, DerivativeKind.PAGE_IMAGE, "image/png", b"1", b"2", b"3")
    derive(item, DerivativeKind.TEXT, "text/plain; charset=utf-8", "یک\fدو\nlast\f\f".encode())
    page = page_of(item, client)
    assert "Page 1 of 3" in page
    assert '<span class="line-words" dir="rtl">یک</span>' in page
    second = client.get(reverse("evidence:leaf", args=[item.pk, 2])).content.decode()
    assert "Page 2 of 3" in second
    assert '<span class="line-words" dir="ltr">last</span>' in second
    assert f"/evidence/{item.pk}/pages/1/" in second
    assert f"/evidence/{item.pk}/pages/3/" in second
    assert f"/evidence/{item.pk}/link/?pinpoint=page%202" in second
    link = reverse("evidence:link", args=[item.pk])
    assert (
        '<input type="hidden" name="pinpoint" value="page 2">'
        in client.get(link, {"pinpoint": "page 2"}).content.decode()
    )
    form = client.get(link, {"pinpoint": "page 2", "case": case.pk}).content.decode()
    assert re.search(r'<input type="text" name="pinpoint" value="page 2"', form)


def test_words_that_a_program_read_from_the_image_are_called_so(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    derive(item, DerivativeKind.PAGE_IMAGE, "image/png", b"1")
    derive(item, DerivativeKind.OCR_TEXT, "text/plain; charset=utf-8", "خوانده\n\f".encode())
    page = page_of(item, client_for(lawyer))
    assert "خوانده" in page
    assert "Compare it with the image before you quote it." in page


@pytest.mark.parametrize("number", [0, 4, 10**30])
def test_a_page_that_is_not_there_is_said(
    take_in: TakeIn, lawyer: User, client_for: ClientFor, number: int
) -> None:
    item = take_in()
    derive(item, DerivativeKind.PAGE_IMAGE, "image/png", b"1", b"2", b"3")
    answer = client_for(lawyer).get(reverse("evidence:leaf", args=[item.pk, number]))
    assert answer.status_code == 404
    assert "3 pages" in answer.content.decode()


def test_a_text_is_read_by_numbered_lines_and_searched_without_an_address_that_tells(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(lawyer)
    lines = [f"سطر {number}" for number in range(1, STRETCH + 6)]
    text = derive(item, DerivativeKind.TEXT, "text/plain", "\n".join([*lines, "<b>علي</b>"]).encode())
    first = page_of(item, client)
    assert "سطر 1<" in first
    assert f"سطر {STRETCH + 1}<" not in first
    here = reverse("evidence:text", args=[item.pk, text.pk])
    assert f"{here}?line={STRETCH + 1}" in first
    later = client.get(here, {"line": STRETCH + 1}).content.decode()
    assert "&lt;b&gt;علي&lt;/b&gt;" in later
    found = client.post(here, {"words": "علی"}).content.decode()
    assert "1 line has these words." in found
    assert f"/link/?pinpoint=line%20{STRETCH + 6}" in found
    assert client.post(here, {"words": ""}).status_code == 422
    for odd in ("0", "-3", "x", "9" * 40):
        assert client.get(here, {"line": odd}).status_code == 200


@pytest.mark.parametrize(
    ("state", "failure", "said"),
    [
        (DerivativeState.FAILED, Failure.UNREADABLE, "could not read the file"),
        (DerivativeState.MISSING, Failure.PROGRAM_MISSING, "ffmpeg is not on this machine"),
    ],
)
def test_where_nothing_can_be_shown_it_is_said_why(
    take_in: TakeIn, lawyer: User, client_for: ClientFor, state: DerivativeState, failure: Failure, said: str
) -> None:
    item = take_in()
    fail(item, DerivativeKind.PLAYBACK, state, failure, "ffmpeg")
    assert said in page_of(item, client_for(lawyer))


def test_what_waits_and_what_is_never_shown_is_said(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(b"\x00\x01\x02"), client_for(lawyer)
    assert "Not examined yet" in page_of(item, client)
    inspect(item.pk)
    Derivative.objects.filter(item=item).delete()
    assert "Files of this type are not shown here" in page_of(item, client)
    ask(item, DerivativeKind.PREVIEW_IMAGE)
    assert "is being made" in page_of(item, client)


def test_a_thing_is_said_to_be_one(case: Case, lawyer: User, paralegal: User, client_for: ClientFor) -> None:
    thing = put_on_the_shelf(case, paralegal)
    assert "A thing, not a file" in page_of(thing, client_for(lawyer))


def test_what_was_disposed_of_is_looked_at_no_more(
    video: Derivative, lawyer: User, client_for: ClientFor
) -> None:
    EvidenceItem.objects.filter(pk=video.item_id).update(disposed_at=timezone.now())
    client = client_for(lawyer)
    page = page_of(video.item, client)
    assert "cannot be read any more" in page
    assert "<video" not in page
    answer = client.get(address(video), headers={"Range": "bytes=0-9"})
    assert answer.status_code >= 400
    assert "Content-Range" not in answer


def test_what_was_made_and_is_damaged_closes_no_page(
    take_in: TakeIn, house: Path, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in()
    text = derive(item, DerivativeKind.TEXT, "text/plain", b"behind the gate")
    sealed_file(house, text).unlink()
    page = page_of(item, client_for(lawyer))
    assert item.object.sha256.hex in page
    assert "behind the gate" not in page


def test_a_longer_document_asks_no_more_of_the_database(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)

    def queries(pages: int) -> int:
        item = take_in(str(pages).encode())
        derive(item, DerivativeKind.PAGE_IMAGE, "image/png", *(f"{pages} {n}".encode() for n in range(pages)))
        derive(
            item, DerivativeKind.TEXT, "text/plain", "\f".join(f"{pages}-{n}" for n in range(pages)).encode()
        )
        client.get(reverse("evidence:item", args=[item.pk]))
        with CaptureQueriesContext(connection) as captured:
            page_of(item, client)
        return len(captured)

    assert queries(2) == queries(40)
