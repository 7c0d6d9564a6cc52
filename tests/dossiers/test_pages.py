"""The pages of dossiers, as each role meets them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry, Leaf
from cases.models import Case
from dossiers.models import Dossier, DossierState
from evidence.models import EvidenceItem
from evidence.vault.age_keys import Identity
from tests.dossiers.conftest import PURPOSE
from tests.dossiers.verifying import run_verifier

ClientFor = Callable[[User | None], Client]
Roles = dict[str, User]


@pytest.fixture
def roles(
    *, lawyer: User, paralegal: User, outsider: User, auditor: User, custodian_a: User, administrator: User
) -> Roles:
    people = [paralegal, outsider, auditor, custodian_a, administrator]
    return {"lawyer": lawyer} | {person.username: person for person in people}


def ask(client: Client, case: Case, **changes: str):
    to = {"to": "prosecutor", "recipient_name": "The prosecutor in Stockholm", "country": "SE"}
    words = {"purpose": PURPOSE, "use": "investigation", "recipient": "", "confirmation": case.reference}
    words |= to | changes
    return client.post(reverse("dossiers:compile", args=[case.pk]), words)


@pytest.fixture
def ready(
    case: Case,
    evidence: list[EvidenceItem],
    lawyer: User,
    client_for: ClientFor,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> Dossier:
    """A dossier asked for on the page and compiled by the task."""
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(client_for(lawyer), case).status_code == 302
    return Dossier.objects.get()


def test_a_lawyer_compiles_and_downloads_a_dossier_that_verifies(
    ready: Dossier, lawyer: User, client_for: ClientFor, tmp_path: Path
):
    assert ready.state == DossierState.READY, ready.failure
    client = client_for(lawyer)
    page = client.get(reverse("dossiers:detail", args=[ready.pk])).content.decode()
    assert ready.file_name in page
    assert "DK-1988-01-0001" in page
    answer = client.post(reverse("dossiers:download", args=[ready.pk]))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{ready.file_name}"'
    content = b"".join(answer.streaming_content)
    assert len(content) == int(answer.headers["Content-Length"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "opened")
    assert run_verifier(tmp_path / "opened" / ready.name).returncode == 0


def test_the_download_is_in_the_logs_tree_before_the_first_byte(
    ready: Dossier, lawyer: User, client_for: ClientFor
):
    answer = client_for(lawyer).post(reverse("dossiers:download", args=[ready.pk]))
    entry = Entry.objects.get(action="dossier.downloaded")
    assert entry.subject_id == str(ready.pk)
    assert Leaf.objects.filter(entry=entry).exists()
    assert b"".join(answer.streaming_content)


def test_a_download_by_get_is_refused(ready: Dossier, lawyer: User, client_for: ClientFor):
    assert client_for(lawyer).get(reverse("dossiers:download", args=[ready.pk])).status_code == 405
    assert not Entry.objects.filter(action="dossier.downloaded").exists()


def test_each_role_gets_what_is_its_own(ready: Dossier, case: Case, roles: Roles, client_for: ClientFor):
    expected = {"lawyer": 200, "omid": 404, "parvin": 403, "arash": 403, "custodian_a": 403, "admin": 403}
    for name, status in expected.items():
        client = client_for(roles[name])
        for address in ("case_list", "compile"):
            answer = client.get(reverse(f"dossiers:{address}", args=[case.pk]))
            assert answer.status_code == status, (name, address)
        assert client.get(reverse("dossiers:detail", args=[ready.pk])).status_code == status, name
        answer = client.post(reverse("dossiers:download", args=[ready.pk]))
        assert answer.status_code == status, name
        if answer.streaming:
            assert b"".join(answer.streaming_content)
        else:
            assert PURPOSE not in answer.content.decode()


def test_nobody_is_let_in_without_signing_in(ready: Dossier, case: Case, client_for: ClientFor):
    for address, key in (("case_list", case.pk), ("compile", case.pk), ("detail", ready.pk)):
        answer = client_for(None).get(reverse(f"dossiers:{address}", args=[key]))
        assert answer.status_code == 302
        assert "/sign-in" in answer["Location"] or "next=" in answer["Location"]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_pages_are_served_in_both_languages(
    ready: Dossier, case: Case, lawyer: User, client_for: ClientFor, language: str
):
    client = client_for(lawyer)
    client.cookies["language"] = language
    User.objects.filter(pk=lawyer.pk).update(language=language)
    for address, key in (("case_list", case.pk), ("compile", case.pk), ("detail", ready.pk)):
        answer = client.get(reverse(f"dossiers:{address}", args=[key]))
        assert answer.status_code == 200
        assert " style=" not in answer.content.decode()
        assert "<script>" not in answer.content.decode()


def test_what_was_typed_stays_in_the_form_beside_what_is_wrong(
    case: Case, evidence: list[EvidenceItem], lawyer: User, client_for: ClientFor
):
    client = client_for(lawyer)
    wrong = [
        {"purpose": "short"},
        {"recipient": "age1nonsense"},
        {"recipient": "AGE-SECRET-KEY-1QQQQ"},
        {"confirmation": "DK-1988-99"},
    ]
    for changes in wrong:
        answer = ask(client, case, **changes)
        assert answer.status_code == 422, changes
        assert case.reference in answer.content.decode()
    assert PURPOSE in ask(client, case, confirmation="no").content.decode().replace("&#x27;", "'")
    assert not Dossier.objects.exists()


def test_a_case_without_evidence_says_so_in_the_form(case: Case, lawyer: User, client_for: ClientFor):
    answer = ask(client_for(lawyer), case)
    assert answer.status_code == 422
    assert "no evidence" in answer.content.decode()
    assert not Dossier.objects.exists()


def test_a_sealed_dossier_is_handed_out_sealed(
    case: Case,
    evidence: list[EvidenceItem],
    lawyer: User,
    client_for: ClientFor,
    django_capture_on_commit_callbacks: Callable[..., object],
):
    client = client_for(lawyer)
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, case, recipient=str(Identity.generate().recipient))
    dossier = Dossier.objects.get()
    answer = client.post(reverse("dossiers:download", args=[dossier.pk]))
    assert b"".join(answer.streaming_content).startswith(b"age-encryption.org/v1")
    assert f"{dossier.name}.zip.age" in answer.headers["Content-Disposition"]


def test_a_failed_dossier_shows_its_reason_and_cannot_be_downloaded(
    *,
    case: Case,
    evidence: list[EvidenceItem],
    lawyer: User,
    client_for: ClientFor,
    house: Path,
    django_capture_on_commit_callbacks: Callable[..., object],
):
    next((house / "data" / "vault").rglob(evidence[0].object.name)).unlink()
    client = client_for(lawyer)
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, case)
    dossier = Dossier.objects.get()
    assert dossier.state == DossierState.FAILED
    assert "DK-1988-01-0001" in client.get(reverse("dossiers:detail", args=[dossier.pk])).content.decode()
    assert client.post(reverse("dossiers:download", args=[dossier.pk])).status_code == 409


def test_while_it_is_compiled_the_page_asks_again_for_its_moving_part_alone(
    case: Case, lawyer: User, client_for: ClientFor
):
    dossier = Dossier.objects.create(
        case=case, number=1, purpose=PURPOSE, requested_by=lawyer, requested_at=timezone.now()
    )
    address = reverse("dossiers:detail", args=[dossier.pk])
    client = client_for(lawyer)
    page = client.get(address).content.decode()
    assert "<html" in page
    assert f'hx-get="{address}"' in page
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="dossier"')
    assert "<html" not in part
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.FAILED, failure="It broke off.")
    done = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "It broke off." in done
    assert "hx-get" not in done
