"""The page on which a search runs: it says how far it is, and the search ends whatever becomes of its reader."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from django.db import connections
from django.http import StreamingHttpResponse
from django.test import Client

from accounts.models import User
from cases.models import Case
from dossiers.leaks import checking, searching_page
from dossiers.leaks.standing import Lack, standing_of
from dossiers.models import Dossier, LeakCheck, LeakResult
from evidence.store import vault
from evidence.vault.objects import Vault
from tests.dossiers.conftest import TakeIn
from tests.dossiers.looking import approved, looked_through, searched_on
from tests.dossiers.test_looking_for_names import held, places
from tests.dossiers.test_names_page import asked, page_of
from tests.witnesses.conftest import CANARIES, NAME_FA
from witnesses.models import QuorumState, Witness

ClientFor = Callable[[User | None], Client]


@pytest.fixture
def ready(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, client_for: ClientFor
) -> tuple[Client, Dossier, str]:
    """A reader whose code opens an approved search, its dossier, and the code."""
    for number in range(3):
        take_in(f"Letter {number}: {NAME_FA}.\n".encode())
    dossier, client = held(case, lawyer), client_for(lawyer)
    code = asked(client, dossier)
    approved(LeakCheck.objects.get().session)
    return client, dossier, code


def begun(ready: tuple[Client, Dossier, str]) -> StreamingHttpResponse:
    client, dossier, code = ready
    answer = cast("StreamingHttpResponse", client.post(page_of(dossier), {"step": "look", "code": code}))
    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("no-store")
    assert answer["X-Accel-Buffering"] == "no"
    return answer


@pytest.fixture(autouse=True)
def _connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a request would close the connection that holds the test's own transaction."""
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)


def test_it_says_how_far_it_is_and_leads_to_the_report(
    ready: tuple[Client, Dossier, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching_page, "_EVERY", 0.0)
    client, dossier, code = ready
    said = searched_on(client, page_of(dossier), code)
    assert said.index("percent of the texts") < said.index("came to its end") < said.index("</main>")
    assert "Read the report" in said
    for word in CANARIES:
        assert word not in said
    assert standing_of(dossier).lack == Lack.FOUND


def test_the_page_begins_before_the_search_and_the_session_is_spent_by_then(
    ready: tuple[Client, Dossier, str],
) -> None:
    pieces = cast("Iterator[bytes]", begun(ready).streaming_content)
    assert b"Names are looked for" in next(pieces)
    assert LeakCheck.objects.get().session.state == QuorumState.DONE
    assert not LeakResult.objects.exists()
    assert b"came to its end" in b"".join(pieces)
    assert LeakResult.objects.exists()


@pytest.mark.parametrize("read", [0, 1])
def test_a_reader_who_goes_away_does_not_end_the_search(
    ready: tuple[Client, Dossier, str], read: int
) -> None:
    answer = begun(ready)
    for _piece in range(read):
        next(cast("Iterator[bytes]", answer.streaming_content))
    assert not LeakResult.objects.exists()
    answer.close()
    assert standing_of(ready[1]).lack == Lack.FOUND


@pytest.mark.parametrize("goes_away", [False, True])
def test_a_search_that_breaks_off_says_so_and_leaves_nothing(
    ready: tuple[Client, Dossier, str], goes_away: bool
) -> None:
    client, dossier, _code = ready
    answer = begun(ready)
    store: Vault = vault()
    store.remove_disposed(dossier.texts.object.name)
    if goes_away:
        answer.close()
    else:
        said = b"".join(cast("Iterator[bytes]", answer.streaming_content)).decode()
        assert "The search broke off" in said
        assert "Read the report" not in said
    assert not LeakResult.objects.exists()
    assert standing_of(dossier).lack == Lack.UNFINISHED
    assert "Ask again" in client.get(page_of(dossier)).content.decode()


def test_a_name_that_is_cut_between_two_pieces_of_a_long_text_is_found(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = 4096
    monkeypatch.setattr(checking, "_PIECE", cut)
    take_in(("x" + " " * (cut - 10) + NAME_FA + " y" * cut).encode())
    assert [part for _name, part in places(looked_through(held(case, lawyer), by=lawyer))] == ["text"]
