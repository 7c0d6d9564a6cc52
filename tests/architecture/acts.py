"""One act that succeeds for every address that takes a form: who does it, to what, with what in the form."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from audit.checkpoints import sign_checkpoint
from audit.runs import carry_out
from cases.facts import NameFacts
from cases.membership import add_member, open_case
from cases.models import Part
from cases.registry import register_person
from dossiers.background import compile_requested
from dossiers.leaks.asking import ask_for_check
from evidence import keeping
from evidence.circumstances import Circumstances
from evidence.disposal import request_disposal
from evidence.holds import place_hold
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import Derivative, EvidenceItem
from evidence.physical import ThingFacts, receive_thing
from evidence.unpacking.asking import ask_for_contents
from evidence.unpacking.work import carry_out as carry_out_unpacking
from tests.architecture.two_cases import PASSPHRASE, House
from tests.conftest import PASSWORD, SET_UP, Hire
from tests.dossiers.looking import cleared
from tests.evidence.containers.makers import zip_of
from witnesses.consent_state import today
from witnesses.consent_words import Purpose
from witnesses.deciding import approve
from witnesses.enrolling import enrol_custodian, vouch
from witnesses.keeping_keys import declare_lost
from witnesses.models import CustodianKey, QuorumSession
from witnesses.opening import open_identity, request_opening
from witnesses.quorum.approving import approve_session
from witnesses.quorum.drill import begin_drill
from witnesses.quorum.ending import withdraw_session
from witnesses.recovery.kit import PublicKit
from witnesses.removing import remove_custodian
from witnesses.sealing import new_key_pair


@dataclass(frozen=True)
class Act:
    """A form that succeeds at an address of our case; `changed` are other objects in the address."""

    who: User | None
    form: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Prepare = Callable[[House, Hire], Act]


def _lawyer(**form: Any) -> Prepare:
    return lambda house, _hire: Act(house.people["lawyer"], form)


def _member_add(house: House, hire: Hire) -> Act:
    return Act(house.people["lawyer"], {"user": hire("newcomer", Role.PARALEGAL).pk})


def _member_remove(house: House, _hire: Hire) -> Act:
    return Act(house.people["lawyer"], changed={"user_id": house.people["paralegal"].pk})


def _verify(house: House, _hire: Hire) -> Act:
    carry_out(str(house.ours.run.pk))  # or the form would join the run that is going on
    return Act(house.people["auditor"])


def _compare(house: House, hire: Hire) -> Act:
    kept = SimpleUploadedFile("checkpoint", sign_checkpoint(actor=SET_UP).note.encode())
    return Act(_verify(house, hire).who, {"notes": kept})


def _proof(house: House, _hire: Hire) -> Act:
    sign_checkpoint(actor=SET_UP)
    return Act(house.people["auditor"])


def _person_involve(house: House, _hire: Hire) -> Act:
    second = open_case(reference="DK-SECOND", title="Second", actor=house.people["lawyer"])
    names = [NameFacts("Somebody else")]
    other = register_person(case=second, role=Part.OTHER, names=names, actor=house.people["lawyer"])
    return Act(house.people["lawyer"], {"person": other.pk, "role": "victim", "basis": "a letter"})


def _upload(house: House, _hire: Hire) -> Act:
    arrived = SimpleUploadedFile("new.txt", b"never seen before")
    return Act(house.people["lawyer"], {"files": arrived, "source": "a family", "case": house.ours.case.pk})


def _another_item(house: House) -> EvidenceItem:
    facts = IntakeFacts(source="s", original_name="n.txt", case=house.ours.case)
    return ingest_evidence(io.BytesIO(b"another letter"), facts=facts, actor=house.people["lawyer"])


def _copy_new(house: House, _hire: Hire) -> Act:
    made = SimpleUploadedFile("copy.txt", b"made of it")
    return Act(house.people["lawyer"], {"file": made, "kind": "translation", "language": "en"})


def _copy_retry(house: House, _hire: Hire) -> Act:
    failed = Derivative.objects.create(item=house.ours.item, kind="poster", state="failed")
    return Act(house.people["lawyer"], changed={"derivative_id": failed.pk})


def _copy_widen(house: House, _hire: Hire) -> Act:
    failed = Derivative.objects.create(
        item=house.ours.item, kind="poster", state="failed", failure="too_large"
    )
    return Act(house.people["lawyer"], changed={"derivative_id": failed.pk})


def _read_all_the_same(house: House, _hire: Hire) -> Act:
    item = _another_item(house)
    EvidenceItem.objects.filter(pk=item.pk).update(
        media_type="application/x-unknown", inspected_at=timezone.now()
    )
    return Act(house.people["lawyer"], changed={"item_id": item.pk})


def _hand_over(house: House, _hire: Hire) -> Act:
    form = {"to": house.people["paralegal"].pk, "purpose": "For the reading of the handwriting"}
    return Act(house.people["lawyer"], form, {"item_id": _another_item(house).pk})


def _check_out(house: House, _hire: Hire) -> Act:
    form = {"name": "An expert", "due": "2199-01-01", "purpose": "For the reading of the handwriting"}
    return Act(house.people["lawyer"], form, {"item_id": _another_item(house).pk})


def _take_back(house: House, _hire: Hire) -> Act:
    lawyer, item = house.people["lawyer"], _another_item(house)
    why = Circumstances("For the reading of the handwriting")
    keeping.check_out(item, to="An expert", due=date(2199, 1, 1), facts=why, actor=lawyer)
    return Act(lawyer, {"note": "it is back"}, {"item_id": item.pk})


def _confirm(house: House, _hire: Hire) -> Act:
    sealed = keeping.seal(house.ours.item, facts=Circumstances(seal="A 1"), actor=house.people["lawyer"])
    return Act(house.people["paralegal"], {"note": "I saw it"}, {"event_id": sealed.pk})


def _begin_upload(house: House, _hire: Hire) -> Act:
    form = {"source": "a family", "original_name": "film.mp4", "case": house.ours.case.pk}
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    return Act(house.people["lawyer"], form, headers=headers)


def _release(house: House, _hire: Hire) -> Act:
    held = place_hold(house.ours.item, reason="The trial goes on", actor=house.people["lawyer"])
    return Act(house.people["lawyer"], {"reason": "The trial is over now"}, {"event_id": held.pk})


def _dispose(house: House, _hire: Hire) -> Act:
    item = _another_item(house)
    form = {"reason": "The family asked for it", "authority": "Their letter", "confirmation": item.reference}
    return Act(house.people["lawyer"], form, {"item_id": item.pk})


def _decide_disposal(house: House, hire: Hire) -> Act:
    item, other = _another_item(house), hire("soraya", Role.LAWYER)
    add_member(house.ours.case, user=other, actor=house.people["lawyer"])
    asked = request_disposal(
        item, reason="The family asked for it", authority="Their letter", actor=house.people["lawyer"]
    )
    form = {"decision": "keep", "reason": "It is needed still", "confirmation": item.reference}
    return Act(other, form, {"item_id": item.pk, "event_id": asked.pk})


def _photograph(house: House, _hire: Hire) -> Act:
    seen = Circumstances(condition="As new")
    facts = ThingFacts(title="A ring", source="a family", case=house.ours.case, circumstances=seen)
    ring = receive_thing(facts, actor=house.people["lawyer"])
    arrived = SimpleUploadedFile("ring.jpg", b"a photograph")
    return Act(house.people["lawyer"], {"files": arrived}, {"item_id": ring.pk})


def _link(house: House, _hire: Hire) -> Act:
    item = _another_item(house)
    form = {"case": house.ours.case.pk, "to": f"person:{house.ours.person.pk}", "stance": "supports"}
    return Act(house.people["lawyer"], form, {"item_id": item.pk})


def _capture_check(house: House, _hire: Hire) -> Act:
    facts = IntakeFacts(source="s", original_name="page.warc", case=house.ours.case)
    warc = b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    item = ingest_evidence(io.BytesIO(warc), facts=facts, actor=house.people["lawyer"])
    return Act(house.people["lawyer"], {}, {"item_id": item.pk})


def _inside_take(house: House, _hire: Hire) -> Act:
    lawyer = house.people["lawyer"]
    facts = IntakeFacts(source="s", original_name="box.zip", case=house.ours.case)
    archive = ingest_evidence(io.BytesIO(zip_of(("a", b"a"))), facts=facts, actor=lawyer)
    carry_out_unpacking(ask_for_contents(archive, actor=lawyer).pk)
    return Act(lawyer, {"all": "yes"}, {"item_id": archive.pk})


def _request_opening(house: House, _hire: Hire) -> Act:
    pseudonym = house.ours.witness.pseudonym
    return Act(house.people["lawyer"], {"reason": "needed", **_wish(pseudonym)})


def _wish(pseudonym: str) -> dict[str, Any]:
    meant = {"confirmation": pseudonym, "password": PASSWORD}
    return {"fields_wanted": ["full_names"], "seconds": 60, **meant}


def _request_emergency(house: House, _hire: Hire) -> Act:
    danger = "Somebody follows the family of this person since the morning"
    return Act(house.people["lawyer"], {"justification": danger, **_wish(house.ours.witness.pseudonym)})


def _revise(_house: House, _hire: Hire) -> Act:
    form = {"name_latin": "Inventedwitness", "reason": "The name was misspelt"}
    return Act(_house.people["lawyer"], form)


def _review(house: House, _hire: Hire) -> Act:
    asked = house.ours.emergency
    for name in ("custodian", "custodian_b"):
        approve(asked, passphrase=PASSPHRASE, reason="agreed", actor=User.objects.get(username=name))
    open_identity(asked, opening_code=house.ours.emergency_code, actor=house.people["lawyer"])
    return Act(house.people["auditor"], {"found": "justified", "reason": "I spoke with both of them"})


def _opening(house: House, _hire: Hire) -> Act:
    lawyer = house.people["lawyer"]
    asked, code = request_opening(house.ours.witness, reason="needed", fields=["full_names"], actor=lawyer)
    for name in ("custodian", "custodian_b"):
        user = User.objects.get(username=name)
        approve(asked, passphrase=PASSPHRASE, reason="agreed", actor=user)
    form = {"opening_code": str.__str__(code), "password": PASSWORD}
    return Act(lawyer, form, {"request_id": asked.pk})


def _decide(house: House, _hire: Hire) -> Act:
    form = {
        "decision": "approve",
        "reason": "agreed",
        "passphrase": PASSPHRASE,
        "confirmation": house.ours.witness.pseudonym,
    }
    return Act(house.people["custodian"], form)


def _consent(house: House, _hire: Hire) -> Act:
    said = {
        "given": "Farvardin 1404",
        "given_by": "witness",
        "method": "oral",
        "heard_by": "Somebody of the partner",
        "form": "partner",
        "language": "fa",
        "taken_by": "The colleague at the desk",
        "conditions": "Not before the summer",
    }
    answers = {f"answer_{purpose}": "no" for purpose in Purpose.values} | {"answer_store": "conditional"}
    return Act(house.people["paralegal"], answers | said)


def _drill(house: House, _hire: Hire) -> Act:
    withdraw_session(QuorumSession.objects.get(), actor=house.people["custodian"])
    return Act(house.people["custodian"], {"reason": "to see who still can"})


def _duplicates(_house: House, _hire: Hire) -> Act:
    return Act(User.objects.get(username="custodian"), {"reason": "one may have been asked twice"})


def _kit(house: House, _hire: Hire) -> Act:
    public = PublicKit(new_key_pair().public, 2, 3, timezone.now())
    file = SimpleUploadedFile("recovery-kit.json", public.as_file())
    return Act(house.people["custodian"], {"reason": "too few of us are left", "kit": file})


def _session(_house: House, _hire: Hire) -> Act:
    form = {
        "decision": "approve",
        "reason": "agreed",
        "passphrase": PASSPHRASE,
        "confirmation": QuorumSession.objects.get().reference,
    }
    return Act(User.objects.get(username="custodian_b"), form)


def _carry_out(house: House, hire: Hire) -> Act:
    asker = _drill(house, hire).who
    session, code = begin_drill(reason="to see who still can", actor=house.people["custodian"])
    for name in ("custodian", "custodian_b"):
        user = User.objects.get(username=name)
        approve_session(session, passphrase=PASSPHRASE, reason="agreed", actor=user)
    return Act(asker, {"code": str.__str__(code)}, {"session_id": session.pk})


def _note_open(house: House, _hire: Hire) -> Act:
    pseudonym = house.ours.witness.pseudonym
    form = {"reason": "needed for it", "seconds": 60, "confirmation": pseudonym, "password": PASSWORD}
    return Act(house.people["lawyer"], form)


def _statement_new(house: House, _hire: Hire) -> Act:
    form = {"kind": "first_account", "signed": "yes", "read_back": "no", "under_oath": "not_known", "seen": 0}
    return Act(house.people["lawyer"], form | {"item": _another_item(house).reference})


def _reseal(_house: House, hire: Hire) -> Act:
    newcomer = hire("custodian_e", Role.CUSTODIAN)
    enrol_custodian(newcomer, passphrase=PASSPHRASE, actor=newcomer)
    key = CustodianKey.objects.get(custodian__user=newcomer)
    for name in ("custodian", "custodian_b"):
        vouch(key, passphrase=PASSPHRASE, actor=User.objects.get(username=name))
    return Act(newcomer, {"reason": "to give the newcomer shares"})


def _let_in(house: House, hire: Hire) -> Act:
    newcomer = hire("custodian_x", Role.CUSTODIAN)
    enrol_custodian(newcomer, passphrase=PASSPHRASE, actor=newcomer)
    form = {"decision": "vouch", "passphrase": PASSPHRASE, "confirmation": "custodian_x"}
    key = CustodianKey.objects.get(custodian__user=newcomer)
    return Act(house.people["custodian"], form, {"key_id": key.pk})


def _about_custodian(house: House, _hire: Hire) -> Act:
    return Act(
        house.people["custodian"], {"reason": "Not heard of since Tuesday", "confirmation": "custodian_b"}
    )


def _reinstate(house: House, _hire: Hire) -> Act:
    other = User.objects.get(username="custodian_b").custodian
    remove_custodian(other, reason="Not heard of since Tuesday", actor=house.people["administrator"])
    return Act(house.people["custodian"], {"reason": "They are free", "confirmation": "custodian_b"})


def _found(house: House, _hire: Hire) -> Act:
    declare_lost(house.people["custodian"].custodian, reason="I forgot it", actor=house.people["custodian"])
    return Act(house.people["custodian"], {"passphrase": PASSPHRASE})


def _passphrase(house: House, _hire: Hire) -> Act:
    phrase = "seven slow herons over water"
    form = {"passphrase": PASSPHRASE, "new_passphrase": phrase, "again": phrase}
    return Act(house.people["custodian"], form)


def _enrol(_house: House, hire: Hire) -> Act:
    phrase = "seven slow herons over water"
    return Act(hire("custodian_d", Role.CUSTODIAN), {"passphrase": phrase, "again": phrase})


def _download_dossier(house: House, _hire: Hire) -> Act:
    compile_requested(str(house.ours.dossier.pk))
    house.ours.dossier.refresh_from_db()
    passphrases = dict.fromkeys(("custodian", "custodian_b"), PASSPHRASE)
    cleared(house.ours.dossier, by=house.people["lawyer"], passphrases=passphrases)
    return Act(house.people["lawyer"])


def _ask_for_names(house: House, _hire: Hire) -> Act:
    compile_requested(str(house.ours.dossier.pk))
    return Act(house.people["lawyer"], {"step": "ask", "reason": "It leaves on Monday for good"})


def _withdraw_names(house: House, _hire: Hire) -> Act:
    compile_requested(str(house.ours.dossier.pk))
    house.ours.dossier.refresh_from_db()
    ask_for_check(house.ours.dossier, reason="It leaves on Monday for good", actor=house.people["lawyer"])
    return Act(house.people["lawyer"])


def _user_new(house: House, _hire: Hire) -> Act:
    form = {
        "username": "new",
        "full_name": "New",
        "role": "lawyer",
        "language": "en",
        "password": PASSWORD + "1",
    }
    return Act(house.people["administrator"], form)


def _user_close(house: House, _hire: Hire) -> Act:
    return Act(house.people["administrator"], changed={"user_id": house.people["outsider"].pk})


ACTS: dict[str, Prepare] = {
    "accounts:sign_in": lambda _house, _hire: Act(None, {"username": "lawyer", "password": PASSWORD}),
    "accounts:sign_out": _lawyer(),
    "accounts:account": _lawyer(current=PASSWORD, password="another battery staple horse"),
    "accounts:user_new": _user_new,
    "accounts:user_close": _user_close,
    "audit:verify": _verify,
    "audit:compare": _compare,
    "audit:proof": _proof,
    "audit:report": lambda house, _hire: Act(
        house.people["auditor"], {"since": "2026-01-01", "until": "2100-01-01"}
    ),
    "cases:open": _lawyer(reference="DK-NEW", title="New", summary=""),
    "cases:person_add": _lawyer(role="victim", name_latin="Somebody"),
    "cases:person_involve": _person_involve,
    "cases:name_add": _lawyer(text="Another name", kind="variant"),
    "cases:incident_add": _lawyer(title="Something happened"),
    "cases:place_add": _lawyer(kind="prison", name_latin="A prison"),
    "cases:member_add": _member_add,
    "cases:member_remove": _member_remove,
    "evidence:upload": _upload,
    "evidence:uploads": _begin_upload,
    "evidence:call_off": lambda house, _hire: Act(
        house.people["lawyer"], changed={"upload_id": house.ours.upload_of("lawyer").pk}
    ),
    "evidence:download": _lawyer(),
    "evidence:check": _lawyer(),
    "evidence:inspect": _lawyer(),
    "evidence:bulk": lambda house, _hire: Act(
        house.people["lawyer"], {"act": "export", "item": [house.ours.item.pk]}
    ),
    "evidence:view_save": _lawyer(name="Letters of the family", query="type=text"),
    "evidence:view_remove": lambda house, _hire: Act(house.people["paralegal"]),
    "evidence:round_begin": lambda house, _hire: Act(house.people["auditor"], {"how": "full"}),
    "evidence:round_report": lambda house, _hire: Act(house.people["auditor"]),
    "evidence:alarm": lambda house, _hire: Act(house.people["auditor"], {"reason": "Restored from a backup"}),
    "evidence:text": _lawyer(words="words"),
    "evidence:link": _link,
    "evidence:copy_new": _copy_new,
    "evidence:copy_download": _lawyer(),
    "evidence:copy_retry": _copy_retry,
    "evidence:copy_widen": _copy_widen,
    "evidence:read_all_the_same": _read_all_the_same,
    "evidence:hand_over": _hand_over,
    "evidence:certificate": _lawyer(language="fa"),
    "evidence:hold": _lawyer(reason="The trial goes on"),
    "evidence:release_hold": _release,
    "evidence:dispose": _dispose,
    "evidence:decide_disposal": _decide_disposal,
    "erase_ask": lambda house, _hire: Act(
        house.people["lawyer"],
        {
            "names": ["purpose"],
            "reason": "Their letter, file 12",
            "confirmation": house.ours.item.reference,
        },
    ),
    "erasure": _lawyer(reason="It was another record"),
    "erase_decide": lambda house, _hire: Act(
        house.people["auditor"],
        {"decision": "erase", "confirmation": house.ours.item.reference},
    ),
    "evidence:seal": _lawyer(seal="A 1"),
    "evidence:unseal": _lawyer(which="unknown", seal="A 1", purpose="To read what is in it"),
    "evidence:move": _lawyer(location="Box 4"),
    "evidence:check_out": _check_out,
    "evidence:take_back": _take_back,
    "evidence:collected": _lawyer(collected_by="A cellmate", happened="1367"),
    "evidence:confirm": _confirm,
    "evidence:correct": _lawyer(reason="It was not for that"),
    "evidence:answer_offer": lambda house, _hire: Act(house.people["paralegal"], {"decision": "accept"}),
    "evidence:inside_list": _lawyer(),
    "evidence:inside_take": _inside_take,
    "evidence:thing_new": _lawyer(
        title="A ring of silver", source="a family", condition="Scratched", quantity=1
    ),
    "evidence:photographs": _photograph,
    "evidence:acquisition": _lawyer(source_kind="public", source_name="A newspaper"),
    "evidence:capture": _lawyer(url="https://example.org/"),
    "evidence:capture_check": _capture_check,
    "evidence:capture_collector": _lawyer(persona_used="An invented name"),
    "evidence:receipt": _lawyer(language="en", form="json"),
    "witnesses:case_list": _lawyer(pseudonym="W-7K3Q-M"),
    "witnesses:register": _lawyer(name_latin="Inventedwitness"),
    "witnesses:request_opening": _request_opening,
    "witnesses:request_emergency": _request_emergency,
    "witnesses:revise": _revise,
    "witnesses:see_alarm": lambda house, _hire: Act(house.people["auditor"]),
    "witnesses:review": _review,
    "witnesses:opening": _opening,
    "witnesses:withdraw": _lawyer(),
    "witnesses:decide": _decide,
    "witnesses:passphrase": _passphrase,
    "witnesses:new_key": lambda house, _hire: Act(house.people["custodian"], {"passphrase": PASSPHRASE}),
    "witnesses:found": _found,
    "witnesses:lost": _about_custodian,
    "witnesses:remove": _about_custodian,
    "witnesses:reinstate": _reinstate,
    "witnesses:let_in": _let_in,
    "witnesses:reseal": _reseal,
    "witnesses:drill": _drill,
    "witnesses:duplicates": _duplicates,
    "witnesses:kit": _kit,
    "witnesses:session": _session,
    "witnesses:carry_out": _carry_out,
    "witnesses:session_withdraw": lambda house, _hire: Act(house.people["custodian"]),
    "witnesses:enrol": _enrol,
    "witnesses:consent_new": _consent,
    "witnesses:consent_withdraw": lambda house, _hire: Act(
        house.people["paralegal"],
        {
            "purposes": ["testify"],
            "when": "Mehr 1404",
            "received": "through",
            "note": "Told to the helper at the door",
            "confirmation": house.ours.witness.pseudonym,
        },
    ),
    "witnesses:consent_print": _lawyer(language="fa", version="1"),
    "witnesses:dependences": lambda house, _hire: Act(
        house.people["paralegal"],
        {"item": house.ours.item.reference, "tie": "source", "note": "Recorded in the second hour"},
    ),
    "witnesses:depend_item": lambda house, _hire: Act(
        house.people["paralegal"],
        {"pseudonym": house.ours.witness.pseudonym, "tie": "names", "note": "On its second page"},
    ),
    "witnesses:dependence_end": lambda house, _hire: Act(
        house.people["lawyer"],
        {"reason": "It shows somebody else", "confirmation": house.ours.witness.pseudonym},
    ),
    "witnesses:statement": _lawyer(
        kind="expert",
        signed="yes",
        read_back="no",
        under_oath="not_known",
        remark="It breaks off at the end",
        correction="It was the expert who asked",
        seen=1,
    ),
    "witnesses:statement_new": _statement_new,
    "witnesses:note_new": _lawyer(kept="sealed", text="What must not be read by anybody"),
    "witnesses:note_correct": _lawyer(text="Written anew, all of it", correction="A word was wrong"),
    "witnesses:note_open": _note_open,
    "witnesses:interview_new": _lawyer(
        state="planned",
        kind="first_account",
        recording="audio",
        interviewer="A colleague of the office",
        care="Pauses were offered",
        justification="The dates of two tellings differ",
        seen=1,
    ),
    "witnesses:interview_elsewhere": _lawyer(
        state="held", kind="media", recording="video", organisation="A newspaper", seen=1
    ),
    "witnesses:interview_record": _lawyer(
        state="withdrawn",
        kind="media",
        recording="none",
        organisation="A newspaper",
        why_ended="The witness asked for it",
        seen=1,
    ),
    "witnesses:risk_new": _lawyer(
        to_witness="high",
        to_family="acute",
        to_third="low",
        threats=["arrest"],
        kept="sealed",
        grounds="Two men asked in the street",
        contact="safe_way",
        disclosure="consented",
        due_on=(today() + timedelta(days=30)).isoformat(),
        seen=2,
    ),
    "witnesses:risk_open": _note_open,
    "witnesses:threat_new": _lawyer(
        kind="summons", against="family", kept="sealed", what="A brother was summoned"
    ),
    "witnesses:threat_correct": _lawyer(
        kind="summons",
        against="third",
        kept="plain",
        what="A friend was summoned",
        correction="It was a friend",
    ),
    "witnesses:threat_open": _note_open,
    "witnesses:referral_new": _lawyer(
        kind="legal", organisation="An office", offered_on="2026-01-31", answer="not_yet"
    ),
    "witnesses:referral_answer": _lawyer(answer="declined", on=today().isoformat()),
    "witnesses:groups": lambda house, _hire: Act(
        house.people["lawyer"],
        {
            "place": house.ours.place.pk,
            "ward": "4",
            "first_year": 1986,
            "last_year": 1988,
            "at_least": 60,
            "source": "Three plans of the house",
        },
    ),
    "dossiers:compile": lambda house, _hire: Act(
        house.people["lawyer"],
        {
            "to": "internal",
            "use": "analysis",
            "purpose": "For an invented court",
            "confirmation": house.ours.case.reference,
        },
    ),
    "dossiers:consent": _lawyer(to="public", use="publication", recipient_name="Readers of a journal"),
    "dossiers:download": _download_dossier,
    "dossiers:names": _ask_for_names,
    "dossiers:names_withdraw": _withdraw_names,
}
