"""What a case already says openly of its pseudonyms: what counts together with what somebody is about to add.

Three sources: what is recorded of a witness, what is recorded of the exhibits that rest on them, and whatever else in
the case names the pseudonym. Of what has versions the newest counts. The number of queries grows with none of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.views.decorators.debug import sensitive_variables

from cases.models import Case, Incident, Involvement
from evidence.models import Acquisition, CustodyEvent, Derivative, EvidenceItem, EvidenceLink, OnlineCapture
from evidence.recorded_words import (
    ACQUISITION_WORDS,
    CAPTURE_WORDS,
    COPY_WORDS,
    CUSTODY_WORDS,
    EXHIBIT_WORDS,
    words_of_exhibits,
)
from witnesses.models import (
    ConsentWords,
    Dependence,
    Interview,
    InterviewNote,
    InterviewRecord,
    ProtectiveMeasure,
    ReferralWords,
    RiskWords,
    Statement,
    ThreatWords,
    WithdrawalWords,
    Witness,
)
from witnesses.naming import pseudonyms_in, that_can_name
from witnesses.reach import items_behind


@sensitive_variables()
def said_already(witnesses: Collection[Witness]) -> dict[UUID, list[str]]:
    """The texts that stand about each of these witnesses, by its key. Erased ones are among them."""
    said: dict[UUID, list[str]] = defaultdict(list)
    for witness_id, texts in _of_witnesses(witnesses):
        said[witness_id] += texts
    behind = items_behind(witnesses)
    of_exhibits = words_of_exhibits({item for items in behind.values() for item in items})
    for witness_id, items in behind.items():
        said[witness_id] += [text for item in items for text in of_exhibits.get(item, ())]
    for witness_id, texts in _naming(witnesses):
        said[witness_id] += texts
    return said


def _of_witnesses(witnesses: Collection[Witness]) -> Iterator[tuple[UUID, list[str]]]:
    """What is recorded of each, by whoever works with witnesses."""
    about = {"witness__in": witnesses}
    yield from _newest(Dependence.objects.standing().filter(**about), "witness_id", ("note",))
    said = Statement.objects.filter(**about)
    yield from _newest(said, "witness_id", ("remark",), of=("witness_id", "item_id"), by="version")
    yield from _newest(Interview.objects.filter(**about), "witness_id", ("justification",))
    of = "interview__witness_id"
    held = InterviewRecord.objects.filter(interview__witness__in=witnesses)
    words: tuple[str, ...] = ("organisation", "interviewer", "where_held", "interpreter", "setting", "care")
    words += ("supported_by", "why_ended")
    yield from _newest(held, of, words, of=("interview_id",), by="version")
    notes = InterviewNote.objects.filter(interview__witness__in=witnesses)
    yield from _newest(notes, of, ("text",), of=("thread",), by="version")
    yield from _of_danger(witnesses)
    consents = ConsentWords.objects.filter(consent__witness__in=witnesses)
    words = ("taken_by", "interpreter", "heard_by", "capacity_note", "guardian", "prosecutors", "contact_by")
    of = "consent__witness_id"
    yield from _newest(consents, of, (*words, "conditions"), of=(of,), by="consent__version")
    withdrawn = WithdrawalWords.objects.filter(withdrawal__consent__witness__in=witnesses)
    yield from _newest(withdrawn, "withdrawal__consent__witness_id", ("note",))


def _of_danger(witnesses: Collection[Witness]) -> Iterator[tuple[UUID, list[str]]]:
    of, by = "assessment__witness_id", "assessment__version"
    grounds = RiskWords.objects.filter(assessment__witness__in=witnesses)
    yield from _newest(grounds, of, ("grounds",), of=(of,), by=by)
    newest: dict[UUID, tuple[int, list[str]]] = {}
    measures = ProtectiveMeasure.objects.filter(assessment__witness__in=witnesses)
    for witness_id, version, *texts in measures.values_list(of, by, "text", "by_whom"):
        last, kept = newest.get(witness_id, (0, []))
        if version >= last:
            newest[witness_id] = version, texts + (kept if version == last else [])
    yield from ((witness_id, texts) for witness_id, (_version, texts) in newest.items())
    threats = ThreatWords.objects.filter(incident__witness__in=witnesses)
    words = ("what", "place", "known_how", "answered_by", "date_as_written")
    yield from _newest(
        threats, "incident__witness_id", words, of=("incident__thread",), by="incident__version"
    )
    helped = ReferralWords.objects.filter(referral__witness__in=witnesses)
    yield from _newest(helped, "referral__witness_id", ("organisation", "note"))


def _newest(
    rows: QuerySet[Any], owner: str, words: Sequence[str], *, of: Sequence[str] = ("pk",), by: str = ""
) -> Iterator[tuple[UUID, list[str]]]:
    """The words of the newest row (by `by`) of each thing that `of` names, with the witness that `owner` names."""
    kept: dict[tuple[object, ...], tuple[UUID, list[str]]] = {}
    for witness_id, *rest in rows.order_by(by or "pk").values_list(owner, *of, *words):
        kept[tuple(rest[: len(of)])] = witness_id, rest[len(of) :]
    yield from kept.values()


def _naming(witnesses: Collection[Witness]) -> Iterator[tuple[UUID, list[str]]]:
    """What stands in the case of each witness and names the pseudonym, wherever it stands."""
    by_name = {(one.case_id, one.pseudonym): one.pk for one in witnesses}
    cases = {one.case_id for one in witnesses}
    names = sorted({one.pseudonym for one in witnesses})
    for rows, of_case, words in _texts_of(cases):
        for case_id, *texts in that_can_name(rows, words, names).values_list(of_case, *words):
            kept = [text for text in texts if text]
            for name in set().union(*map(pseudonyms_in, kept)):
                if (case_id, name) in by_name:
                    yield by_name[case_id, name], kept


def _texts_of(cases: Collection[UUID]) -> Iterator[tuple[QuerySet[Any], str, tuple[str, ...]]]:
    """Each table of a case whose words anybody can write, with how its rows name the case, and the words."""
    yield Case.objects.filter(pk__in=cases), "pk", ("title", "summary")
    place = ("place__name_fa", "place__name_latin")
    yield (
        Incident.objects.filter(case__in=cases),
        "case_id",
        ("title", "description", "date_as_written", *place),
    )
    yield Involvement.objects.filter(case__in=cases), "case_id", ("basis", "person__notes")
    links = EvidenceLink.objects.filter(case__in=cases)
    grounds = ("basis", "pinpoint", *place, "incident__title", "incident__date_as_written")
    yield links, "case_id", (*grounds, "incident__place__name_fa", "incident__place__name_latin")
    placed = "placements__case_id"
    yield EvidenceItem.objects.filter(placements__case__in=cases), placed, EXHIBIT_WORDS
    of_item = "item__placements__case_id"
    newer: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
        (Acquisition, ACQUISITION_WORDS),
        (OnlineCapture, CAPTURE_WORDS),
        (Derivative, COPY_WORDS),
        (CustodyEvent, (*CUSTODY_WORDS, "location", "condition")),
    )
    for model, words in newer:
        yield model._default_manager.filter(item__placements__case__in=cases), of_item, words
