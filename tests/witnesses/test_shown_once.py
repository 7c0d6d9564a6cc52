"""The page that shows an identity: once, to one person, with their name across it, and to nobody else ever."""

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from cases.membership import add_member
from tests.conftest import PASSWORD
from tests.witnesses.conftest import CANARIES, IDENTITY, NAME_FA, PASSPHRASES, PICTURE
from tests.witnesses.residue import traces
from witnesses.identity import FIELDS
from witnesses.models import OpeningRequest, OpeningState, SealedIdentity, Witness
from witnesses.opening import approve, open_identity

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def approved(ask, custodians):
    opening, code = ask(fields=list(FIELDS))
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    return opening, code


def at(opening):
    return reverse("witnesses:opening", args=[opening.pk])


def sent(client, approved, **changes):
    opening, code = approved
    return client.post(at(opening), {"opening_code": str(code), "password": PASSWORD, **changes})


def test_everything_that_was_asked_for_stands_on_it_and_nothing_is_kept(client_for, approved, lawyer):
    page = sent(client_for(lawyer), approved)
    text = page.content.decode()
    for words in (NAME_FA, "Lashtenesha", "Farhadgoli", "Mahvashi", "birth certificate", "name at birth"):
        assert words in text
    # The date of birth as it was said, and in the other calendar.
    assert "1339/12/07" in text
    assert "26 February 1961" in text
    assert base64.b64encode(PICTURE.content).decode() in text
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
    across = re.search(r'class="watermark-across".*?</div></div>', text, re.S)
    assert across is not None
    assert across.group().count(lawyer.full_name) >= 20
    assert "is not printed" in text


def test_other_pages_take_no_image_from_inside_themselves(client_for, approved, lawyer):
    opening, _code = approved
    assert "data:" not in client_for(lawyer).get(at(opening))["Content-Security-Policy"]


def test_whoever_comes_back_finds_a_browser_that_was_told_to_forget(client_for, approved, lawyer):
    opening, _code = approved
    client = client_for(lawyer)
    assert "Clear-Site-Data" not in client.get(at(opening))
    sent(client, approved)
    back = client.get(at(opening))
    assert back["Clear-Site-Data"] == '"cache"'
    assert traces(back.content, CANARIES) == []


def test_a_reload_and_a_second_tab_show_nothing(client_for, approved, lawyer):
    first, second = client_for(lawyer), client_for(lawyer)
    assert NAME_FA in sent(first, approved).content.decode()
    for again in (sent(first, approved), sent(second, approved)):
        assert again.status_code == 422
        assert "shown already" in again.content.decode()
        assert traces(again.content, CANARIES) == []


def test_its_address_leads_nobody_else_anywhere(client_for, approved, outsider, lawyer, case):
    add_member(case, user=outsider, actor=lawyer)
    opening, _code = approved
    colleague = client_for(outsider)
    assert colleague.get(at(opening)).status_code == 404
    assert sent(colleague, approved).status_code == 404
    opening.refresh_from_db()
    assert opening.state == OpeningState.APPROVED


def test_a_stolen_session_without_the_password_neither_asks_nor_sees(client_for, approved, lawyer, witness):
    client = client_for(lawyer)
    refused = sent(client, approved, password="a guess at it")
    assert refused.status_code == 422
    assert "not your current password" in refused.content.decode()
    assert "a guess at it" not in refused.content.decode()
    assert str(approved[1]) not in refused.content.decode()
    wish = {"fields_wanted": ["kin"], "reason": "x", "seconds": 60, "confirmation": witness.pseudonym}
    ask_at = reverse("witnesses:request_opening", args=[witness.case_id, witness.pk])
    assert client.post(ask_at, {**wish, "password": "a guess at it"}).status_code == 422
    assert client.post(ask_at, wish).status_code == 422
    assert OpeningRequest.objects.count() == 1
    assert Entry.objects.filter(action=Action.STEP_UP_FAILED).count() == 2
    assert not Entry.objects.filter(action=Action.IDENTITY_OPENED).exists()


def test_guesses_at_the_password_come_to_an_end(client_for, approved, lawyer):
    client = client_for(lawyer)
    answers = [sent(client, approved, password=f"guess {number}").status_code for number in range(6)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert sent(client, approved).status_code == 429, "not even the right one, for a while"


def test_a_program_that_asks_for_json_gets_no_more(client_for, approved, lawyer, auditor):
    opening, _code = approved
    for user in (lawyer, auditor):
        for method in ("put", "patch", "delete"):
            answer = getattr(client_for(user), method)(at(opening), headers={"accept": "application/json"})
            assert answer.status_code in (403, 405)
    sent_as_json = client_for(lawyer).post(
        at(opening),
        {"opening_code": ""},
        content_type="application/json",
        headers={"accept": "application/json"},
    )
    without_a_code = client_for(lawyer).post(at(opening), {"opening_code": ""})
    assert without_a_code.status_code == 422
    assert traces(sent_as_json.content, CANARIES) == []
    assert traces(without_a_code.content, CANARIES) == []


def test_a_management_shell_finds_rows_and_no_name(approved):
    """What `manage.py shell` reads without a passphrase and a code: everything that the ORM gives."""
    rows = [
        *Witness.objects.values(),
        *SealedIdentity.objects.values(),
        *OpeningRequest.objects.values(),
    ]
    assert traces(repr(rows).encode(), CANARIES) == []
    identity = SealedIdentity.objects.get()
    assert traces(bytes(identity.ciphertext), CANARIES) == []
    for one in (identity, OpeningRequest.objects.get(), IDENTITY, PICTURE):
        assert traces(f"{one!r} {one}".encode(), CANARIES) == []


def test_an_opening_by_shell_needs_the_requester_and_the_code(approved, lawyer, auditor, custodians):
    opening, code = approved
    for user in (auditor, *custodians, User.objects.get(username="parvin")):
        with pytest.raises(Exception, match="role does not include"):
            open_identity(opening, opening_code=code, actor=user)
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names


def test_more_rows_are_given_without_sealing_anything(client_for, case, custodians, paralegal):
    client = client_for(paralegal)
    form = {"name_fa": NAME_FA, "more_rows": "1"}
    form |= {f"contacts-{number}-text": f"number {number}" for number in range(2)}
    page = client.post(reverse("witnesses:register", args=[case.pk]), form)
    text = page.content.decode()
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert NAME_FA in text
    assert 'value="number 1"' in text
    assert 'name="contacts-3-text"' in text
    assert not Witness.objects.exists()


def test_a_photograph_is_sealed_and_touches_no_disk(
    client_for, case, custodians, paralegal, tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    photograph = SimpleUploadedFile("shahindokht.jpg", PICTURE.content + bytes(100_000), "image/jpeg")
    form = {"name_fa": NAME_FA, "photograph": photograph}
    answer = client_for(paralegal).post(reverse("witnesses:register", args=[case.pk]), form)
    assert answer.status_code == 302, answer.context["form"].errors
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert traces(held, [*CANARIES, "shahindokht"]) == []
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg onload='alert(1)'></svg>" + bytes(40)),
        ("a.jpg", b"\xff\xd8\xff" + bytes(3 * 1024 * 1024)),
    ],
)
def test_what_is_no_photograph_or_too_large_is_said_and_nothing_is_sealed(
    client_for, case, custodians, paralegal, name, content
):
    form = {"name_fa": NAME_FA, "photograph": SimpleUploadedFile(name, content)}
    answer = client_for(paralegal).post(reverse("witnesses:register", args=[case.pk]), form)
    assert answer.status_code == 422
    assert "hotograph" in str(answer.context["form"].errors["photograph"])
    assert NAME_FA in answer.content.decode(), "nothing typed is lost"
    assert not Witness.objects.exists()


def test_a_crash_after_the_last_approval_opens_nothing_and_loses_nothing(tmp_path):
    """The process dies the moment the quorum is there; another one, with the code alone, shows it once."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": f"sqlite:///{tmp_path}/d.sqlite3",
        "TMPDIR": str(tmp_path),
    }

    def run(part, *words):
        return subprocess.run(
            [sys.executable, "-m", "tests.witnesses.crash_after_approval", part, *words],
            cwd=ROOT,
            env=env,
            capture_output=True,
            check=False,
        )

    died = run("die")
    assert died.returncode == 9, died.stderr[-2000:].decode()
    code = died.stdout.decode().split()[-1]
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert traces(held, [*CANARIES, code]) == []
    opened = run("open", code)
    assert opened.returncode == 0, opened.stderr[-2000:].decode()
    assert opened.stdout.decode().split() == ["approved", "opened", "closed"]
