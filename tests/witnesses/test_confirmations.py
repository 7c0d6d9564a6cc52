"""What somebody confirmed of one act serves that act alone: it travels with its actor and lies nowhere else."""

import asyncio
import contextvars
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django import forms
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from audit.errors import BadInput, Conflict
from cases.confirming import attempt_form
from cases.models import PlaceKind
from cases.registry import record_incident, register_place
from cases.small_groups import SmallGroup, is_confirmed
from dossiers.models import Dossier
from evidence.intake import IntakeFacts, ingest_evidence
from tests.witnesses.conftest import NOTE
from tests.witnesses.consents import consent_facts
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence
from witnesses.noting import NoteFacts, write_note

SAYS = "A cook in Zendan-e Sakhtegi, ward 4, in 1367"


@pytest.fixture
def prison(case, lawyer):
    return register_place(case=case, kind=PlaceKind.PRISON, name_latin="Zendan-e Sakhtegi", actor=lawyer)


def _sent(*codes):
    data = QueryDict(mutable=True)
    data.setlist("small_group", codes)
    return forms.Form(data)


def _code(act):
    with pytest.raises(SmallGroup) as refused:
        act()
    return refused.value.code


def test_the_user_has_confirmed_nothing_while_the_actor_of_an_act_has(lawyer):
    actor = lawyer.confirming(["a" * 32])
    assert actor == lawyer
    assert is_confirmed("a" * 32, by=actor)
    assert not is_confirmed("a" * 32, by=lawyer)
    assert not is_confirmed("a" * 32, by=actor.confirming([]))
    assert not is_confirmed("a" * 32, by=User.objects.get(pk=lawyer.pk))
    assert actor.confirming([f"{'b' * 32}.{'c' * 32}", f" {'d' * 32}"]).confirmed == {
        "b" * 32,
        "c" * 32,
        "d" * 32,
    }


def test_a_confirmation_reaches_no_other_thread_task_or_context(lawyer):
    code, seen = "a" * 32, {}

    def ask():
        return is_confirmed(code, by=lawyer)

    async def in_a_task():
        return await asyncio.gather(asyncio.create_task(asyncio.to_thread(ask)))

    def act(user):
        assert is_confirmed(code, by=user)
        with ThreadPoolExecutor(2) as pool:
            seen["threads"] = list(pool.map(lambda _n: ask(), range(4)))
        seen["copied context"] = contextvars.copy_context().run(ask)
        seen["tasks"] = asyncio.run(in_a_task())
        return True

    assert attempt_form(_sent(code), act, by=lawyer, foreseen=())
    assert seen == {"threads": [False] * 4, "copied context": False, "tasks": [False]}
    assert not ask()


def test_an_act_that_breaks_off_leaves_no_confirmation_behind(prison, witness, interview, lawyer):
    note = NoteFacts(SAYS, sealed=False)
    code = _code(lambda: write_note(interview, facts=note, actor=lawyer))

    def broken(user):
        raise RuntimeError(user.audit_name)

    with pytest.raises(RuntimeError):
        attempt_form(_sent(code), broken, by=lawyer, foreseen=(BadInput, Conflict))
    with pytest.raises(SmallGroup):
        write_note(interview, facts=note, actor=lawyer)


def test_what_was_confirmed_of_one_witness_holds_for_no_other(
    case, prison, witness, custodians, paralegal, lawyer
):
    from tests.witnesses.conftest import IDENTITY
    from witnesses.register import register_witness

    other = register_witness(case=case, identity=IDENTITY, actor=paralegal)

    def tell(by, *about):
        text = f"{' and '.join(one.pseudonym for one in about)}: {SAYS}"
        return record_incident(case, title="An arrest", description=text, when=None, actor=by)

    code = _code(lambda: tell(lawyer, witness))
    confirming = lawyer.confirming([code])
    assert _code(lambda: tell(confirming, other)) != code
    with pytest.raises(SmallGroup) as both:
        tell(lawyer, witness, other)
    assert set(both.value.code.split(".")) > {code}
    assert witness.pseudonym in both.value.told
    assert other.pseudonym in both.value.told
    # Of the two, the one that was confirmed is not asked of again.
    assert _code(lambda: tell(confirming, witness, other)) == both.value.code.replace(code, "").strip(".")
    assert tell(lawyer.confirming([both.value.code]), witness, other)


def test_an_act_that_asks_twice_ends_with_both_boxes(client_for, case, prison, witness, lawyer):
    """The words of the request narrow one witness, and its exhibits another: each box keeps what was ticked before."""
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    said = IntakeFacts(source="An office", original_name="a.txt", case=case)
    item = ingest_evidence(io.BytesIO(b"x"), facts=said, actor=lawyer)
    code = _code(lambda: declare_dependence(witness, item, tie="shows", note=SAYS, actor=lawyer))
    declare_dependence(witness, item, tie="shows", note=SAYS, actor=lawyer.confirming([code]))
    told = IntakeFacts(source=f"{witness.pseudonym}, {SAYS}", original_name="b.txt", case=case)
    code = _code(lambda: ingest_evidence(io.BytesIO(b"y"), facts=told, actor=lawyer))
    ingest_evidence(io.BytesIO(b"y"), facts=told, actor=lawyer.confirming([code]))
    form = {
        "to": "internal",
        "use": "analysis",
        "purpose": f"What {witness.pseudonym} saw: {SAYS}",
        "confirmation": case.reference,
    }
    client, address = client_for(lawyer), reverse("dossiers:compile", args=[case.pk])
    for _step in range(2):
        asked = client.post(address, form)
        assert asked.status_code == 422
        form |= {
            "small_group": asked.context["form"].fields["small_group"].widget.attrs["value"],
            "narrowing_reason": "The court must know who saw it",
        }
    assert client.post(address, form).status_code == 302
    assert Dossier.objects.count() == 1


def test_a_sealed_note_confirms_nothing_for_the_next_one(prison, witness, interview, lawyer):
    assert write_note(interview, facts=NoteFacts(NOTE, sealed=True), actor=lawyer.confirming(["a" * 32]))
    with pytest.raises(SmallGroup):
        write_note(interview, facts=NoteFacts(SAYS, sealed=False), actor=lawyer)
