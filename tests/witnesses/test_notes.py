"""Notes of interviews: plain for the members of the case, sealed for nobody but a quorum."""

import traceback

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.roles import Role
from audit.models import Entry
from audit.structure import database_faults
from cases.errors import NotAMember
from config.erasing import erase_private_values
from tests.conftest import PASSWORD
from tests.witnesses.conftest import (
    CANARIES,
    IDENTITY,
    PASSPHRASES,
    let_in,
)
from tests.witnesses.conftest import NOTE as SECRET
from tests.witnesses.residue import traces
from tests.witnesses.test_custodian_life import NEW
from tests.witnesses.test_resealing import gathered
from tests.witnesses.test_secrecy import everything_stored
from witnesses.asking import request_note, request_opening
from witnesses.enrolling import enrol_custodian
from witnesses.errors import (
    AskedOtherwise,
    BadNote,
    BadOpeningRequest,
    RequestClosed,
    SealBroken,
    TooFewCustodians,
    WrongOpeningCode,
)
from witnesses.models import InterviewNote, KeyShare, OpeningRequest, SealedIdentity
from witnesses.note_content import note_bytes, read_note
from witnesses.note_queries import threads_of
from witnesses.noting import NoteFacts, write_note
from witnesses.opening import approve, open_identity, refuse
from witnesses.queries import openings_of_notes
from witnesses.quorum.resealing import reseal_identities
from witnesses.revising import revise_identity

WHY = "The second interview must not ask the same again"


@pytest.fixture
def note(interview, paralegal):
    return write_note(interview, facts=NoteFacts(SECRET, sealed=True), actor=paralegal)


def opened(note, lawyer, custodians):
    asked, code = request_note(note, reason=WHY, actor=lawyer)
    for user in custodians[:2]:
        approve(asked, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    return open_identity(asked, opening_code=code, actor=lawyer)


def test_a_sealed_note_opens_to_a_quorum_once_and_lies_nowhere(note, lawyer, custodians, house):
    asked, code = request_note(note, reason=WHY, actor=lawyer)
    for user in custodians[:2]:
        approve(asked, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    assert open_identity(asked, opening_code=code, actor=lawyer).text("note") == SECRET
    with pytest.raises(RequestClosed):
        open_identity(asked, opening_code=code, actor=lawyer)
    haystack = b"\n".join(everything_stored())
    if connection.vendor == "sqlite":
        haystack += connection.connection.serialize()
    assert traces(haystack, CANARIES) == []
    assert Entry.objects.filter(action="witness.note_opened").count() == 1
    assert not Entry.objects.filter(action="witness.identity_opened").exists()


def test_every_pair_of_custodians_opens_it_and_no_single_one(note, lawyer, custodians):
    for pair in ([0, 1], [0, 2], [1, 2]):
        assert opened(note, lawyer, [custodians[i] for i in pair]).text("note") == SECRET
    asked, code = request_note(note, reason=WHY, actor=lawyer)
    approve(asked, passphrase=PASSPHRASES["custodian_a"], reason="Needed", actor=custodians[0])
    with pytest.raises(RequestClosed):
        open_identity(asked, opening_code=code, actor=lawyer)


def test_a_refusal_and_a_wrong_code_hold_for_notes_too(note, lawyer, custodians):
    asked, _code = request_note(note, reason=WHY, actor=lawyer)
    for user in custodians[:2]:
        approve(asked, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    with pytest.raises(WrongOpeningCode):
        open_identity(asked, opening_code="ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ", actor=lawyer)
    refuse(asked, reason="She asked that nobody reads it", actor=custodians[2])
    asked.refresh_from_db()
    assert asked.state == "refused"


def test_a_note_and_the_identity_never_meet(note, witness, lawyer, custodians):
    """A request for the identity shows the identity, whatever was sealed last, and its versions count on."""
    asked, _code = request_opening(witness, reason=WHY, fields=["full_names"], actor=lawyer)
    assert asked.sealed_identity.part == "identity"
    revised = revise_identity(witness, identity=IDENTITY, reason="A spelling", actor=lawyer)
    assert revised.version == 2
    assert list(SealedIdentity.objects.values_list("part", flat=True).distinct()) == ["identity"]
    assert SealedIdentity.records.count() == 3
    assert KeyShare.objects.filter(sealed_identity=note.sealed_record).count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_sealed_note_that_poses_as_an_identity_does_not_open(note, lawyer, custodians, monkeypatch):
    """Whoever rewrites the row past the guards gains nothing: the log says what was asked for, and the part is bound
    into the seal, which holds without the log too.
    """
    asked, code = request_note(note, reason=WHY, actor=lawyer)
    for user in custodians[:2]:
        approve(asked, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    asked.sealed_identity.part = "identity"
    with pytest.raises(AskedOtherwise):
        open_identity_with(asked, code, lawyer)
    monkeypatch.setattr("witnesses.opening.require_as_asked", lambda _request: None)
    with pytest.raises(SealBroken):
        open_identity_with(asked, code, lawyer)


def open_identity_with(asked, code, lawyer):
    """As `open_identity`, with the record that the request holds in memory and not the one that is stored."""
    record = asked.sealed_identity
    asked.refresh_from_db = lambda *_args, **_kwargs: setattr(asked, "sealed_identity", record)
    return open_identity(asked, opening_code=code, actor=lawyer)


def test_a_correction_of_a_sealed_note_is_a_version_with_a_seal_of_its_own(
    note, interview, paralegal, lawyer, custodians
):
    again = NoteFacts("Written anew", sealed=True, correction="A word was wrong")
    second = write_note(interview, facts=again, corrects=note, actor=paralegal)
    assert (second.thread, second.version) == (note.thread, 2)
    assert opened(second, lawyer, custodians).text("note") == "Written anew"
    assert opened(note, lawyer, custodians).text("note") == SECRET
    [thread] = threads_of(interview)
    assert (thread.newest, list(thread.earlier)) == (second, [note])
    for facts, corrects, sentence in (
        (again, note, "meanwhile"),
        (NoteFacts("x", sealed=False, correction="y"), second, "stays sealed or plain"),
        (NoteFacts("x", sealed=True), second, "Say why"),
        (NoteFacts("", sealed=True), None, "Write the note"),
    ):
        with pytest.raises(BadNote, match=sentence):
            write_note(interview, facts=facts, corrects=corrects, actor=paralegal)


def test_a_request_stays_listed_after_its_note_was_sealed_anew(note, interview, custodians, hire, lawyer):
    asked, _code = request_note(note, reason=WHY, actor=lawyer)
    newcomer = hire("custodian_e", Role.CUSTODIAN)
    enrol_custodian(newcomer, passphrase=NEW, actor=newcomer)
    let_in(newcomer, by=custodians[:2])
    session, code = gathered(newcomer, custodians[:2])
    reseal_identities(session, code=code, actor=newcomer)
    again, _code = request_note(InterviewNote.objects.get(), reason=WHY, actor=lawyer)
    assert list(openings_of_notes(interview)) == [again, asked]


def test_a_plain_note_is_read_by_members_committed_to_and_can_be_erased(
    interview, paralegal, lawyer, auditor
):
    plain = write_note(interview, facts=NoteFacts("She came by train", sealed=False), actor=paralegal)
    body = bytes(Entry.objects.get(action="witness.note_written").body)
    assert b"train" not in body
    erase_private_values(
        "interviewnote", plain.pk, reason="The witness asked for it", actor=lawyer, approver=auditor
    )
    assert str(InterviewNote.objects.get().text).startswith("erased on")
    with pytest.raises(BadOpeningRequest, match="not sealed"):
        request_note(plain, reason=WHY, actor=lawyer)


def test_the_database_takes_no_note_that_is_both_or_neither(note, interview, paralegal):
    row = {"interview": interview, "version": 1, "written_by": paralegal}
    for columns in ({}, {"text": "x", "sealed_record": note.sealed_record}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InterviewNote.objects.create(**row, **columns)


def test_only_members_write_and_only_lawyers_ask(note, interview, paralegal, outsider, auditor):
    for user, error in ((outsider, NotAMember), (auditor, NotPermitted)):
        with pytest.raises(error):
            write_note(interview, facts=NoteFacts("x", sealed=False), actor=user)
        with pytest.raises(error):
            request_note(note, reason=WHY, actor=user)
    with pytest.raises(NotPermitted):
        request_note(note, reason=WHY, actor=paralegal)


def test_nothing_is_kept_where_no_quorum_could_open_it(interview, custodians, paralegal):
    custodians[0].is_active = False
    custodians[0].save()
    with pytest.raises(TooFewCustodians):
        write_note(interview, facts=NoteFacts(SECRET, sealed=True), actor=paralegal)
    assert not InterviewNote.objects.exists()


def test_a_traceback_tells_nothing_of_a_note(interview, outsider, paralegal):
    for facts, user in (
        (NoteFacts(SECRET, sealed=True), outsider),
        (NoteFacts(SECRET + "\u202e", sealed=True), paralegal),
    ):
        with pytest.raises(Exception) as caught:
            write_note(interview, facts=facts, actor=user)
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert traces("".join(report.format()).encode(), CANARIES) == []


def test_what_is_no_note_does_not_read_as_one():
    assert read_note(note_bytes("words"), version=1).text("note") == "words"
    for content in (b'{"format":2,"note":"x"}', b'{"format":1}', b'{"format":1,"note":[1]}'):
        with pytest.raises(SealBroken):
            read_note(content, version=1)


def test_the_guards_of_sealed_records_are_those_that_the_migrations_promise(db):
    assert [str(fault) for fault in database_faults(connection) if "sealedidentity" in str(fault)] == []


def at(name, interview, *more):
    return reverse(
        f"witnesses:{name}", args=[interview.witness.case_id, interview.witness_id, interview.pk, *more]
    )


def test_the_whole_way_by_page(client_for, interview, custodians, lawyer):
    client = client_for(lawyer)
    sent = {"kept": "sealed", "text": SECRET}
    assert client.get(at("note_new", interview)).status_code == 200
    assert client.post(at("note_new", interview), {**sent, "kept": ""}).status_code == 422
    page = client.post(at("note_new", interview), sent, follow=True)
    assert traces(page.content, CANARIES) == []
    note = InterviewNote.objects.get()
    assert traces(client.get(at("note_correct", interview, note.pk)).content, CANARIES) == []
    wish = {"reason": WHY, "seconds": 60, "confirmation": interview.witness.pseudonym, "password": PASSWORD}
    answer = client.post(at("note_open", interview, note.pk), wish)
    assert answer.status_code == 200, answer.context["form"].errors
    code = answer.context["code"]
    asked = OpeningRequest.objects.get()
    for user in custodians[:2]:
        decide = client_for(user).get(reverse("witnesses:decide", args=[asked.pk])).content.decode()
        assert "Sealed note of an interview" in decide
        approve(asked, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    opening = reverse("witnesses:opening", args=[asked.pk])
    shown = client.post(opening, {"opening_code": str.__str__(code), "password": PASSWORD})
    assert "Mahgolbanu" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert traces(client.get(at("interview", interview)).content, CANARIES) == []


def test_a_plain_note_stands_on_the_page_and_its_correction_begins_with_it(client_for, interview, paralegal):
    client = client_for(paralegal)
    client.post(at("note_new", interview), {"kept": "plain", "text": "She came by train"})
    note = InterviewNote.objects.get()
    assert "by train" in client.get(at("interview", interview)).content.decode()
    assert "by train" in client.get(at("note_correct", interview, note.pk)).content.decode()
    sent = {"text": "She came by bus", "correction": "Misheard"}
    assert client.post(at("note_correct", interview, note.pk), sent).status_code == 302
    assert client.post(at("note_correct", interview, note.pk), sent).status_code == 422
    assert client.get(at("note_open", interview, note.pk)).status_code == 403
