"""Writing a note of an interview, plain or sealed, and correcting one. No version is overwritten."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.private import sealed
from cases.access import require_member
from cases.errors import BadText
from cases.models import Case
from cases.plain_text import clean_text
from witnesses.errors import BadNote, UnknownInterview
from witnesses.interviewing import LONGEST_TEXT
from witnesses.models import Interview, InterviewNote, SealedIdentity
from witnesses.note_content import note_bytes
from witnesses.sealed import SealedText
from witnesses.sealing_words import seal_facts, seal_words
from witnesses.searching import READ
from witnesses.weighing import require_wide

LONGEST_NOTE: Final = 16_000


@dataclass(frozen=True, slots=True, repr=False)
class NoteFacts:
    """A note as it was written. `sealed` says that only a quorum may read it again. Its `repr` says nothing."""

    text: str
    sealed: bool
    correction: str = ""

    def __repr__(self) -> str:
        return "<sealed>"


@sensitive_variables()
def write_note(
    interview: Interview, *, facts: NoteFacts, corrects: InterviewNote | None = None, actor: Actor
) -> InterviewNote:
    """Add a note, or the next version of the one that `corrects` names, which stays as it is.

    A sealed note is sealed with public keys alone, under a key of its own; nobody, its writer included, reads it
    again without a quorum, so its next version is written anew. Raises NotPermitted, NotAMember, BadText, BadNote,
    SmallGroup, and TooFewCustodians where no quorum could ever open it; leaves no row behind.
    """
    user = require_member(interview.witness.case, require(actor, READ))
    text = _checked(facts)
    why = clean_text(facts.correction, label=_("The reason of the change"), max_length=LONGEST_TEXT)
    content = note_bytes(text) if facts.sealed else None
    with transaction.atomic():
        # One at a time, so that no two become the same version.
        Case.objects.select_for_update(no_key=True).get(pk=interview.witness.case_id)
        note = InterviewNote(interview=interview, version=1, written_by=user)
        if corrects is not None:
            _follow(note, corrects, facts.sealed, why)
        # What is sealed is read by a quorum alone: only what lies open can betray who it is about.
        require_wide(interview.witness, [note.correction, *([] if facts.sealed else [text])], actor=user)
        record = None
        if content is None:
            note.text = text
        else:
            part = part_of(note.thread)
            record = note.sealed_record = seal_words(interview.witness, content, part=part, by=user)
        note.save(force_insert=True)
        _log(note, record, user)
    return note


@sensitive_variables()
def _checked(facts: NoteFacts) -> SealedText:
    """The note as it is kept. No frame that raises holds it in clear: a crash report may print its variables."""
    try:
        text = SealedText(clean_text(facts.text, label=_("The note"), max_length=LONGEST_NOTE))
    except BadText as error:
        said = str(error)
    else:
        if text:
            return text
        said = _("Write the note.")
    raise BadNote(said)


def _follow(note: InterviewNote, corrects: InterviewNote, is_sealed: bool, why: str) -> None:
    if corrects.interview_id != note.interview_id:
        raise UnknownInterview
    newest = InterviewNote.objects.filter(thread=corrects.thread).order_by("-version").first()
    if newest is None or newest.pk != corrects.pk:
        raise BadNote(_("Somebody corrected this note meanwhile. Read the newest version first."))
    if corrects.is_sealed != is_sealed:
        raise BadNote(_("A note stays sealed or plain, as it was begun. Write another one instead."))
    if not why:
        raise BadNote(_("Say why the note is changed; the version before stays."))
    note.thread, note.version, note.correction = corrects.thread, newest.version + 1, why


def part_of(thread: UUID) -> str:
    """What the sealed record of a note names as the part of the witness's record that it is."""
    return str(thread)


def _log(note: InterviewNote, record: SealedIdentity | None, user: User) -> None:
    witness = note.interview.witness
    facts: dict[str, Json] = {
        "interview": str(note.interview_id),
        "interview_note": str(note.pk),
        "version": note.version,
        "correction": sealed(note, "correction"),
    }
    if record is None:
        facts |= {"note": sealed(note, "note")}
    else:
        facts |= seal_facts(record)
    action = Action.NOTE_WRITTEN if record is None else Action.NOTE_SEALED
    log.append(action, subject=witness, actor=user, facts=facts, case_id=witness.case_id)
