"""Before a dossier leaves, the names of witnesses are looked for in it: where, how sure, and never what."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from audit.models import Entry
from audit.verification import verify_log
from cases.membership import add_member
from cases.models import Case
from dossiers.archive import VaultSink
from dossiers.compiling import compile_dossier
from dossiers.errors import DossierBusy
from dossiers.handout import hand_out
from dossiers.leaks.answering import answer_for
from dossiers.leaks.asking import ask_for_check
from dossiers.leaks.checking import look_through
from dossiers.leaks.errors import BadStatement, ChecksUsedUp, NotLookedThrough
from dossiers.leaks.standing import Lack, standing_of
from dossiers.models import Dossier, LeakCheck, LeakFinding, LeakResult
from dossiers.receivers import Receiver
from dossiers.release import release_into
from dossiers.requests import checked_recipient
from dossiers.sinks import DirectorySink
from evidence.vault.age_keys import Identity
from tests.dossiers.conftest import PURPOSE, TakeIn
from tests.dossiers.looking import ANSWER, WHY, approved, cleared, handed_over, looked_through
from tests.dossiers.verifying import run_verifier
from tests.witnesses.conftest import CANARIES, EMAIL, IDENTITY, NAME_FA, NAME_LATIN, PHONE
from tests.witnesses.consents import answers, consent_facts
from tests.witnesses.dangers import RISK
from tests.witnesses.residue import traces, unpacked
from witnesses.assessing import assess_risk
from witnesses.consent_words import Purpose
from witnesses.consenting import record_consent
from witnesses.errors import WrongOpeningCode
from witnesses.models import Witness
from witnesses.register import register_witness

ClientFor = Callable[[User | None], Client]


def held(case: Case, by: User, **more: Any) -> Dossier:
    sink = VaultSink(checked_recipient(more.get("recipient")))
    return compile_dossier(case, purpose=PURPOSE, sink=sink, actor=by, **more)


def places(result: LeakResult) -> set[tuple[str, str]]:
    return {(Path(one.path).name, one.part) for one in result.findings.all()}


def zipped(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def test_a_case_without_sealed_identities_needs_no_check(
    case: Case, take_in: TakeIn, lawyer: User, tmp_path: Path
) -> None:
    take_in(b"A letter.\n")
    dossier = compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "d"), actor=lawyer)
    assert standing_of(dossier).lack is None
    assert not hasattr(dossier, "texts")


def test_a_clean_package_is_handed_out_after_the_check(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, tmp_path: Path
) -> None:
    take_in(b"A letter.\n")
    dossier = held(case, lawyer)
    with pytest.raises(NotLookedThrough, match="Nobody has looked"):
        hand_out(dossier, actor=lawyer)
    result = looked_through(dossier, by=lawyer)
    assert (result.identities, result.unopened, result.excused, result.unread) == (1, 0, 0, 0)
    assert not result.findings.exists()
    release_into(dossier, tmp_path / "d", actor=lawyer)
    assert run_verifier(tmp_path / "d").returncode == 0
    assert verify_log().ok


def test_a_name_is_found_wherever_it_stands_and_stops_the_release(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User
) -> None:
    picture, exif = Image.new("RGB", (40, 40)), Image.Exif()
    exif[0x013B] = NAME_LATIN
    pixels = io.BytesIO()
    picture.save(pixels, "JPEG", exif=exif)
    letter = f"From: {NAME_LATIN} <a@example.org>\nTo: b@example.org\nSubject: hello\nDate: Mon, 1 Jan 2024 10:00:00 +0000"
    sheet = f"<worksheet><row><c t='inlineStr'><is><t>{NAME_FA}</t></is></c></row></worksheet>"
    hiding = [
        (f"1\n00:00:01,000 --> 00:00:02,000\n{NAME_FA}\n".encode(), "film.srt"),
        (b"nothing here\n", f"{NAME_LATIN}.txt"),
        (
            zipped(xl__worksheets__sheet3_dot_xml=sheet, Content_dot_xml="x").replace(b"Content", b"content"),
            "a.xlsx",
        ),
        (f"{letter}\n\nhello\n".encode(), "letter.eml"),
        (pixels.getvalue(), "photo.jpg"),
        (zipped(inner_dot_txt=f"call {PHONE}"), "bundle.zip"),
        (f'<p title="{EMAIL}">hello</p>'.encode(), "page.html"),
    ]
    for content, name in hiding:
        take_in(content, original_name=name)
    result = looked_through(held(case, lawyer), by=lawyer)
    found = places(result)
    named = {part for name, part in found}
    assert {"sheet 3", "header 1", "metadata", "file name", "member 1/text", "text"} <= named
    originals = {
        name for name, _part in found if name.startswith("DK-1988-01-000") and not name.endswith("json")
    }
    assert {f"DK-1988-01-000{n}" for n in range(1, 8)} <= {Path(name).stem for name in originals}
    for finding in LeakFinding.objects.all():
        for word in CANARIES:
            assert word not in finding.path + finding.part
    with pytest.raises(NotLookedThrough, match="Something of a witness was found"):
        hand_out(result.check_of.dossier, actor=lawyer)


def test_two_lawyers_set_findings_aside_and_one_is_not_enough(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, outsider: User
) -> None:
    take_in(NAME_FA.encode())
    dossier = held(case, lawyer)
    looked_through(dossier, by=lawyer)
    with pytest.raises(BadStatement, match="at least 10"):
        answer_for(dossier, reason="short", actor=lawyer)
    answer_for(dossier, reason="Another person of the same name", actor=lawyer)
    assert standing_of(dossier).lack == Lack.FOUND
    with pytest.raises(BadStatement, match="another lawyer"):
        answer_for(dossier, reason="Another person of the same name", actor=lawyer)
    add_member(case, user=outsider, actor=lawyer)
    answer_for(dossier, reason="I compared the dates of birth", actor=outsider)
    assert standing_of(dossier).lack is None
    hand_out(dossier, actor=lawyer).content.close()
    assert Entry.objects.filter(action="dossier.leak_set_aside").count() == 2
    assert verify_log().ok


def test_what_nobody_could_read_has_to_be_answered_for(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User
) -> None:
    take_in(b"7z\xbc\xaf\x27\x1c" + bytes(64), original_name="archive.7z")
    dossier = held(case, lawyer)
    result = looked_through(dossier, by=lawyer)
    assert [one.why for one in dossier.texts.unread.all()] == ["no_reader"]
    assert result.unread == 1
    with pytest.raises(NotLookedThrough, match="could not be looked into"):
        hand_out(dossier, actor=lawyer)
    answer_for(dossier, reason=ANSWER, actor=lawyer)
    hand_out(dossier, actor=lawyer).content.close()


def test_a_name_that_is_sealed_later_makes_the_check_stale(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, paralegal: User
) -> None:
    take_in(b"A letter.\n")
    dossier = cleared(held(case, lawyer), by=lawyer)
    assert standing_of(dossier).lack is None
    register_witness(case=case, identity=IDENTITY, actor=paralegal)
    assert standing_of(dossier).lack == Lack.STALE
    with pytest.raises(NotLookedThrough, match="an identity was sealed"):
        hand_out(dossier, actor=lawyer)
    assert looked_through(dossier, by=lawyer).identities == 2
    assert standing_of(dossier).lack is None


def test_what_was_compiled_before_the_first_name_was_sealed_is_compiled_anew(
    case: Case, take_in: TakeIn, custodians: list[User], lawyer: User, paralegal: User
) -> None:
    take_in(b"A letter.\n")
    dossier = held(case, lawyer)
    register_witness(case=case, identity=IDENTITY, actor=paralegal)
    with pytest.raises(NotLookedThrough, match="Compile a new"):
        hand_out(dossier, actor=lawyer)
    with pytest.raises(DossierBusy):
        ask_for_check(dossier, reason=WHY, actor=lawyer)


def may_be_named_in_court(witness: Witness, by: User) -> Receiver:
    facts = consent_facts(answers=answers(yes=(Purpose.STORE, Purpose.COURT_IDENTITY)))
    record_consent(witness, facts=facts, actor=by)
    return Receiver("court", "hearing", "The court of Inventedtown", "SE")


def test_what_they_are_called_who_may_be_named_is_not_looked_for(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User
) -> None:
    take_in(f"{NAME_FA}, {NAME_LATIN}, Xanım Gülpəri".encode())
    result = looked_through(held(case, lawyer, receiver=may_be_named_in_court(witness, lawyer)), by=lawyer)
    assert (result.identities, result.excused) == (1, 1)
    assert [one.witness_id for one in result.excused_witnesses.all()] == [witness.pk]
    assert not result.findings.exists()


def test_who_is_in_danger_is_looked_for_whatever_they_consented_to(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User
) -> None:
    take_in(NAME_FA.encode())
    court = may_be_named_in_court(witness, lawyer)
    assess_risk(witness, facts=replace(RISK, disclosure="none"), last_seen=0, actor=lawyer)
    result = looked_through(held(case, lawyer, receiver=court), by=lawyer)
    assert (result.identities, result.excused) == (1, 0)
    assert result.findings.exists()


def test_the_same_name_of_somebody_else_is_looked_for(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, paralegal: User
) -> None:
    take_in(NAME_FA.encode())
    register_witness(case=case, identity=IDENTITY, actor=paralegal)
    result = looked_through(held(case, lawyer, receiver=may_be_named_in_court(witness, lawyer)), by=lawyer)
    assert (result.identities, result.excused) == (2, 1)
    assert result.findings.exists()


@pytest.mark.parametrize(
    "theirs", ["her brother Farhadgoli", PHONE, EMAIL, "99887766", "7 December 1339", "۱۳۳۹/۱۲/۰۷"]
)
def test_kin_and_contacts_of_who_may_be_named_are_looked_for(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, theirs: str
) -> None:
    """Her brother consented to nothing, and to be named is not to be telephoned."""
    take_in(theirs.encode(), original_name="theirs.txt")
    dossier = held(case, lawyer, receiver=may_be_named_in_court(witness, lawyer))
    result = looked_through(dossier, by=lawyer)
    assert places(result) == {("DK-1988-01-0001.txt", "text")}
    with pytest.raises(NotLookedThrough):
        hand_out(dossier, actor=lawyer)


def test_where_everybody_may_be_named_their_kin_are_looked_for_all_the_same(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, tmp_path: Path
) -> None:
    take_in(NAME_FA.encode())
    court, sink = may_be_named_in_court(witness, lawyer), DirectorySink(tmp_path / "d")
    with pytest.raises(NotLookedThrough):
        compile_dossier(case, purpose=PURPOSE, sink=sink, actor=lawyer, receiver=court)


@pytest.mark.parametrize("sealed", [False, True])
def test_no_path_leads_around_it(
    *,
    case: Case,
    take_in: TakeIn,
    witness: Witness,
    lawyer: User,
    client_for: ClientFor,
    tmp_path: Path,
    sealed: bool,
) -> None:
    take_in(NAME_FA.encode())
    key = str(Identity.generate().recipient) if sealed else None
    with pytest.raises(NotLookedThrough, match="before it leaves"):
        compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "d"), actor=lawyer)
    dossier = held(case, lawyer, recipient=key)
    looked_through(dossier, by=lawyer)
    with pytest.raises(NotLookedThrough):
        release_into(dossier, tmp_path / "d", actor=lawyer)
    assert not (tmp_path / "d").exists()
    answer = client_for(lawyer).post(reverse("dossiers:download", args=[dossier.pk]))
    assert answer.status_code == 409
    refused = [
        json.loads(bytes(one.body))["facts"] for one in Entry.objects.filter(action="dossier.leak_refused")
    ]
    assert {"why": "leaves_at_once"} in refused
    assert {"why": "found"} in refused
    assert not Entry.objects.filter(action="dossier.downloaded").exists()


def test_a_wrong_code_opens_nothing_and_the_check_can_still_be_done(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User
) -> None:
    take_in(b"A letter.\n")
    dossier = held(case, lawyer)
    check, code = ask_for_check(dossier, reason=WHY, actor=lawyer)
    approved(check.session)
    check = LeakCheck.objects.get(pk=check.pk)
    with pytest.raises(WrongOpeningCode):
        look_through(check, code="AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", actor=lawyer)
    assert standing_of(dossier).lack == Lack.WAITING
    look_through(check, code=code, actor=lawyer)
    assert standing_of(dossier).lack is None


def test_a_check_that_broke_off_says_so_and_is_asked_for_again(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(b"A letter.\n")
    dossier = held(case, lawyer)

    def killed(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("dossiers.leaks.checking._pieces", killed)
        with pytest.raises(KeyboardInterrupt):
            looked_through(dossier, by=lawyer)
    assert standing_of(dossier).lack == Lack.UNFINISHED
    with pytest.raises(NotLookedThrough, match="did not come to its end"):
        hand_out(dossier, actor=lawyer)
    looked_through(dossier, by=lawyer)
    assert standing_of(dossier).lack is None


def test_a_case_is_searched_only_so_often_a_week(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, settings: Any
) -> None:
    take_in(b"A letter.\n")
    settings.DADKHAH_LEAK_CHECKS_A_WEEK = 1
    looked_through(held(case, lawyer), by=lawyer)
    with pytest.raises(ChecksUsedUp):
        ask_for_check(held(case, lawyer), reason=WHY, actor=lawyer)


def test_no_name_is_left_anywhere_after_a_check(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, house: Path
) -> None:
    take_in(NAME_FA.encode())
    looked_through(held(case, lawyer), by=lawyer)
    everything = b"".join(path.read_bytes() for path in house.rglob("*") if path.is_file())
    assert traces(everything + unpacked(everything), CANARIES) == []


def test_a_dossier_sealed_to_its_recipient_is_searched_and_released_as_a_file(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, tmp_path: Path
) -> None:
    take_in(b"A letter.\n")
    dossier = held(case, lawyer, recipient=str(Identity.generate().recipient))
    path = release_into(cleared(dossier, by=lawyer), tmp_path / "d", actor=lawyer)
    assert path.read_bytes().startswith(b"age-encryption.org/v1")


def test_the_helper_hands_over_a_dossier_that_verifies(
    case: Case, take_in: TakeIn, witness: Witness, lawyer: User, tmp_path: Path
) -> None:
    take_in(b"A letter.\n")
    handed_over(case, tmp_path / "d", by=lawyer)
    assert run_verifier(tmp_path / "d").returncode == 0
