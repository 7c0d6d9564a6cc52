"""Finding the notes of an interview that its reader was given already."""

from dataclasses import dataclass
from uuid import UUID

from witnesses.errors import UnknownNote
from witnesses.models import Interview, InterviewNote


@dataclass(frozen=True, slots=True)
class Thread:
    """One note with all its versions, the newest first."""

    versions: tuple[InterviewNote, ...]

    @property
    def newest(self) -> InterviewNote:
        """The version that counts."""
        return self.versions[0]

    @property
    def earlier(self) -> tuple[InterviewNote, ...]:
        """The versions before it."""
        return self.versions[1:]


def threads_of(interview: Interview) -> list[Thread]:
    """The notes of the interview in the order in which they were begun. What is sealed is not read."""
    notes = interview.notes.select_related("written_by", "sealed_record").defer("sealed_record__ciphertext")
    by_thread: dict[UUID, list[InterviewNote]] = {}
    for note in notes.order_by("written_at", "id"):
        by_thread.setdefault(note.thread, []).append(note)
    return [
        Thread(tuple(sorted(versions, key=lambda note: -note.version))) for versions in by_thread.values()
    ]


def find_note(note_id: UUID, *, interview: Interview) -> InterviewNote:
    """A version of a note of this interview. Raises UnknownNote."""
    found = InterviewNote.objects.select_related("written_by").filter(pk=note_id, interview=interview).first()
    if found is None:
        raise UnknownNote
    # Found for its reader already, with its witness and case.
    found.interview = interview
    return found
