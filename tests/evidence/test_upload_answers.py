"""Every answer about an upload speaks the protocol, a refusal too, whoever words it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.models import Case
from evidence.models import EvidenceItem, Upload
from evidence.resumable import starting
from evidence.resumable.spool import UploadSpool
from tests.evidence.sending import LETTER, PART, TUS, Sender, checksum, the_upload

ClientFor = Callable[[User | None], Client]


@pytest.fixture
def sender(paralegal: User, case: Case, client_for: ClientFor) -> Sender:
    return Sender(client_for(paralegal), case)


def spoken(answer, status: int, **headers: str) -> str:
    """Asserts status and headers; gives the sentence."""
    assert answer.status_code == status
    assert answer["Tus-Resumable"] == "1.0.0"
    assert answer["Cache-Control"] == "no-store"
    for name, value in headers.items():
        assert answer[name.replace("_", "-")] == value
    return answer.json()["error"] if answer.content else ""


def test_another_version_is_refused_with_ours_and_a_sentence(sender: Sender) -> None:
    where = sender.begun()
    headers = TUS | {"Upload-Offset": "0", "Tus-Resumable": "0.2.2"}
    answer = sender.client.patch(where, b"x", content_type=PART, headers=headers)
    assert "1.0.0" in spoken(answer, 412, Tus_Version="1.0.0")


def test_a_part_of_another_type_is_told_which_type_it_must_have(sender: Sender) -> None:
    where = sender.begun()
    answer = sender.patch(where, 0, b"x", content_type="application/octet-stream")
    assert PART in spoken(answer, 415, Accept_Patch=PART)


def test_what_is_too_large_is_told_how_much_may_come(sender: Sender) -> None:
    most = str(starting.LARGEST)
    assert spoken(sender.begin(length=starting.LARGEST + 1), 413, Tus_Max_Size=most)
    assert spoken(sender.patch(sender.begun(length=10), 0, b"x" * 11), 413, Tus_Max_Size=most)


def test_a_wrong_offset_is_answered_in_the_protocol(sender: Sender) -> None:
    assert "0 bytes are here" in spoken(sender.patch(sender.begun(), 5, b"x"), 409)


def test_a_wrong_checksum_is_answered_in_the_protocol(sender: Sender) -> None:
    assert spoken(sender.patch(sender.begun(), 0, b"x", **checksum(b"y")), 460)


def test_an_unknown_way_of_summing_is_told_which_ways_there_are(sender: Sender) -> None:
    answer = sender.patch(sender.begun(), 0, b"x", **{"Upload-Checksum": "md5 YQ=="})
    assert spoken(answer, 400, Tus_Checksum_Algorithm="sha1,sha256")


def test_what_was_called_off_is_gone(sender: Sender) -> None:
    where = sender.begun()
    deleted = sender.delete(where)
    assert (deleted.status_code, deleted["Tus-Resumable"]) == (204, "1.0.0")
    assert spoken(sender.patch(where, 0, b"x"), 410)
    spoken(sender.head(where), 410)


def test_an_unknown_upload_and_anothers_are_answered_alike(
    sender: Sender, lawyer: User, client_for: ClientFor
) -> None:
    where = sender.begun()
    other = Sender(client_for(lawyer))
    unknown = reverse("evidence:one_upload", args=["00000000-0000-4000-8000-000000000000"])
    said = {spoken(other.patch(at, 0, b"x"), 404) for at in (where, unknown)}
    assert len(said) == 1
    spoken(other.head(where), 404)


def test_who_may_not_send_hears_so_in_the_protocol(auditor: User, client_for: ClientFor) -> None:
    assert spoken(Sender(client_for(auditor)).begin(), 403)


def test_a_busy_upload_says_when_to_come_again(sender: Sender) -> None:
    where = sender.begun()
    with UploadSpool(the_upload(where).pk).alone():
        assert spoken(sender.patch(where, 0, b"x"), 423, Retry_After="5")


def test_a_foreign_form_and_another_method_are_answered_in_the_protocol(
    sender: Sender, paralegal: User
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(paralegal, backend="django.contrib.auth.backends.ModelBackend")
    foreign = Sender(client).begin()
    assert (foreign.status_code, foreign["Tus-Resumable"]) == (403, "1.0.0")
    put = sender.client.put(sender.begun(), headers=TUS)
    assert (put.status_code, put["Tus-Resumable"]) == (405, "1.0.0")
    assert "PATCH" in put["Allow"]


def test_the_answers_of_other_pages_say_nothing_of_the_protocol(sender: Sender) -> None:
    assert "Tus-Resumable" not in sender.client.get(reverse("evidence:upload")).headers


@pytest.mark.parametrize(
    "announced",
    [{"Upload-Concat": "partial"}, {"Upload-Concat": "final;/a /b"}, {"Upload-Defer-Length": "1"}],
)
def test_ways_of_announcing_that_are_not_spoken_begin_nothing(
    sender: Sender, announced: dict[str, str]
) -> None:
    assert "each with its length" in spoken(sender.begin(**announced), 400)
    assert not Upload.objects.exists()


# How much one person may have on its way


def test_beyond_so_many_waiting_files_none_is_begun(
    sender: Sender, settings, lawyer: User, case: Case, client_for: ClientFor
) -> None:
    settings.DADKHAH_UPLOADS_WAITING = 2
    first, second = sender.begun(), sender.begun()
    said = spoken(sender.begin(), 429)
    assert "2 of your files" in said
    assert "call off" in said
    assert Upload.objects.count() == 2
    Sender(client_for(lawyer), case).begun()
    sender.delete(first)
    sender.begun()
    sender.patch(second, 0, LETTER)
    assert EvidenceItem.objects.count() == 1
    sender.begun()


def test_beyond_so_many_bytes_on_their_way_none_is_begun(sender: Sender, settings) -> None:
    settings.DADKHAH_UPLOADS_WAITING_BYTES = 3 * 1024**3
    where = sender.begun(length=2 * 1024**3)
    assert "3.0\xa0GB" in spoken(sender.begin(length=1024**3 + 1), 429)
    # What is announced counts, arrived or not.
    sender.patch(where, 0, b"x" * 100)
    assert sender.begin(length=1024**3 + 1).status_code == 429
    sender.begun(length=1024**3)


def test_what_has_lapsed_does_not_count(sender: Sender, settings) -> None:
    settings.DADKHAH_UPLOADS_WAITING = 1
    where = sender.begun()
    assert sender.begin().status_code == 429
    Upload.objects.filter(pk=the_upload(where).pk).update(expires_at="2020-01-01T00:00:00Z")
    sender.begun()


def test_what_is_here_in_full_and_not_yet_in_counts_although_its_day_is_past(
    sender: Sender, settings
) -> None:
    settings.DADKHAH_UPLOADS_WAITING = 1
    where = sender.begun()
    Upload.objects.filter(pk=the_upload(where).pk).update(state="arrived", expires_at="2020-01-01T00:00:00Z")
    assert sender.begin().status_code == 429


def test_the_person_and_the_limit_are_said_in_persian(sender: Sender, settings) -> None:
    settings.DADKHAH_UPLOADS_WAITING = 0
    said = spoken(sender.begin(**{"Accept-Language": "fa"}), 429)
    assert "پرونده" in said or "فایل" in said
