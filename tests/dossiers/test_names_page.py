"""The page on which names are looked for: asked, approved, typed, reported, answered for, handed out."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.membership import add_member
from cases.models import Case
from dossiers.leaks.standing import standing_of
from dossiers.models import Dossier, LeakCheck, LeakResult
from tests.dossiers.conftest import TakeIn
from tests.dossiers.looking import ANSWER, WHY, approved, looked_through, searched_on
from tests.dossiers.test_looking_for_names import held
from tests.witnesses.conftest import NAME_FA
from witnesses.models import QuorumState, Witness

ClientFor = Callable[[User | None], Client]


def page_of(dossier: Dossier) -> str:
    return reverse("dossiers:names", args=[dossier.pk])


def asked(client: Client, dossier: Dossier) -> str:
    answer = client.post(page_of(dossier), {"step": "ask", "reason": WHY})
    assert answer["Cache-Control"].startswith("no-store")
    found = re.search(r"opening-code.*?<bdi[^>]*>([^<]+)<", answer.content.decode(), re.DOTALL)
    assert found is not None
    return found[1].strip()


def test_from_the_asking_to_the_download(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    lawyer: User,
    client_for: ClientFor,
) -> None:
    take_in(b"A letter.\n")
    dossier, client = held(case, lawyer), client_for(lawyer)
    shown = client.get(reverse("dossiers:detail", args=[dossier.pk])).content.decode()
    assert page_of(dossier) in shown
    assert reverse("dossiers:download", args=[dossier.pk]) not in shown
    code = asked(client, dossier)
    session = LeakCheck.objects.get().session
    custodian = client_for(User.objects.get(username="custodian_a"))
    told = custodian.get(reverse("witnesses:session", args=[session.pk])).content.decode()
    assert dossier.name in told
    assert case.reference in told
    approved(session)
    assert "Look for names" in client.get(page_of(dossier)).content.decode()
    assert (
        client.post(page_of(dossier), {"step": "look", "code": "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"}).status_code
        == 422
    )
    assert "came to its end" in searched_on(client, page_of(dossier), code)
    assert "Nothing of a witness was found" in client.get(page_of(dossier)).content.decode()
    download = client.post(reverse("dossiers:download", args=[dossier.pk]))
    assert download.status_code == 200
    b"".join(download.streaming_content)


def test_findings_are_shown_by_place_and_two_lawyers_answer(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    lawyer: User,
    outsider: User,
    client_for: ClientFor,
) -> None:
    take_in(NAME_FA.encode(), original_name="film.srt")
    dossier, client = held(case, lawyer), client_for(lawyer)
    code = asked(client, dossier)
    approved(LeakCheck.objects.get().session)
    searched_on(client, page_of(dossier), code)
    shown = client.get(page_of(dossier)).content.decode()
    assert "data/originals/DK-1988-01-0001.srt" in shown
    assert NAME_FA not in shown
    assert witness.pseudonym not in shown
    assert client_for(outsider).get(page_of(dossier)).status_code == 404
    assert client.post(page_of(dossier), {"step": "answer", "reason": ANSWER}).status_code == 302
    assert "another lawyer of the case" in client.get(page_of(dossier)).content.decode()
    add_member(case, user=outsider, actor=lawyer)
    client_for(outsider).post(page_of(dossier), {"step": "answer", "reason": ANSWER})
    assert standing_of(dossier).lack is None


def test_what_was_typed_for_one_step_is_never_taken_for_another(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    lawyer: User,
    client_for: ClientFor,
) -> None:
    take_in(NAME_FA.encode())
    dossier, client = held(case, lawyer), client_for(lawyer)
    assert client.post(page_of(dossier), {"step": "answer", "reason": ANSWER}).status_code == 422
    assert not LeakCheck.objects.exists()
    asked(client, dossier)
    assert client.post(page_of(dossier), {"step": "ask", "reason": WHY}).status_code == 302
    assert LeakCheck.objects.count() == 1
    assert not LeakResult.objects.exists()


def test_a_request_is_taken_back_by_whoever_made_it(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    lawyer: User,
    client_for: ClientFor,
) -> None:
    take_in(b"A letter.\n")
    dossier, client = held(case, lawyer), client_for(lawyer)
    back = reverse("dossiers:names_withdraw", args=[dossier.pk])
    assert client.post(back).status_code == 409
    asked(client, dossier)
    assert client.post(back).status_code == 302
    assert LeakCheck.objects.get().session.state == QuorumState.WITHDRAWN
    assert standing_of(dossier).may_ask


def test_everything_that_could_not_be_read_can_be_paged_through(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    lawyer: User,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dossiers.leaks.views._ROWS", 1)
    for number in range(2):
        take_in(b"7z\xbc\xaf\x27\x1c" + bytes(64 + number), original_name="archive.7z")
    dossier = held(case, lawyer)
    looked_through(dossier, by=lawyer)
    client = client_for(lawyer)
    pages = [client.get(f"{page_of(dossier)}?unread={number}").content.decode() for number in (1, 2)]
    assert "?unread=2" in pages[0]
    shown = [re.findall(r"DK-1988-01-\d{4}\.7z", page) for page in pages]
    assert len(shown[0]) == len(shown[1]) == 1
    assert shown[0] != shown[1]
