"""Words for the facts of entries that stand for something private or for a person, for every page that names them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# A test holds that every commitment in the log is found here by the name of its fact.
LABELS: Mapping[str, Promise] = {
    "acquired": _("When it was obtained"),
    "answer": _("Why nothing was erased"),
    "answered_by": _("What was done about it"),
    "authority": _("Authority"),
    "basis": _("Basis"),
    "by_whom": _("Who does it"),
    "capacity_note": _("Note on capacity"),
    "captured": _("When it was captured"),
    "care": _("Care taken of the witness"),
    "closing_reason": _("Why it was closed"),
    "collected": _("Made or collected"),
    "collector": _("Who collected it"),
    "collector_ip": _("The collector’s IP address"),
    "condition": _("Condition"),
    "conditions": _("Conditions"),
    "conditions_met": _("That the conditions are met"),
    "consent_reference": _("Where the consent is kept"),
    "contact_by": _("Who may make contact"),
    "context": _("Context"),
    "coordinates_source": _("Source of the position"),
    "correction": _("Why it was changed"),
    "date": _("Date"),
    "description": _("Description"),
    "failure": _("Why it failed"),
    "final_url": _("Address in the end"),
    "given": _("When it was given"),
    "grounds": _("Grounds"),
    "guardian": _("Guardian"),
    "happened": _("Happened"),
    "heard_by": _("Who heard it"),
    "held": _("Held"),
    "how_obtained": _("How obtained"),
    "interpreter": _("Interpreter"),
    "interviewer": _("Who took it"),
    "justification": _("Justification"),
    "known_how": _("How it is known"),
    "language": _("Language"),
    "legal_basis": _("Legal basis"),
    "location": _("Place"),
    "measure": _("Protective measure"),
    "name": _("Name"),
    "name_fa": _("Name in Persian"),
    "name_latin": _("Name in Latin script"),
    "names": _("Names"),
    "narrowing_reason": _("Why it goes out although it narrows"),
    "note": _("Note"),
    "notes": _("Notes"),
    "organisation": _("Organisation"),
    "original_name": _("Original file name"),
    "original_path": _("Original path"),
    "persona_used": _("Persona"),
    "pinpoint": _("Place in the item"),
    "place": _("Where it was obtained"),
    "position": _("Position"),
    "post": _("Post"),
    "prosecutors": _("Prosecutors named"),
    "purpose": _("Purpose"),
    "query": _("What was looked for"),
    "reason": _("Reason"),
    "received_by": _("Received by"),
    "recipient_name": _("Receiver"),
    "released_by": _("Released by"),
    "remark": _("Remark"),
    "restrictions": _("Restrictions"),
    "rights": _("Rights"),
    "role": _("Role"),
    "seal": _("Seal number"),
    "serial_number": _("Serial number"),
    "setting": _("Setting"),
    "source": _("Source"),
    "source_name": _("Source"),
    "summary": _("Summary"),
    "supported_by": _("Who supported the witness"),
    "taken_by": _("Who took it"),
    "text": _("Name"),
    "title": _("Title"),
    "tool": _("Tool"),
    "tool_version": _("Version of the tool"),
    "url": _("Address of the page"),
    "value": _("Value"),
    "ward": _("Ward"),
    "what": _("What happened"),
    "where_held": _("Where it was held"),
    "why_ended": _("Why it ended"),
    "why_obtained": _("Why it was obtained"),
    "withdrawn": _("When it was taken back"),
    "witnessed_by": _("Witnessed by"),
}

# Facts that name an actor of the log.
PEOPLE: Mapping[str, Promise] = {
    "in_the_name_of": _("In the name of"),
    "approved_by": _("Approved by"),
    "member": _("Member"),
    "party": _("Handed over to"),
    "caused_by": _("Caused by"),
}


def people_in(facts: Mapping[str, object]) -> dict[str, str]:
    """The actors that an entry's facts name, beside who did it, by the name of the fact."""
    return {name: value for name in PEOPLE if isinstance(value := facts.get(name), str)}


def label_of(name: str) -> str:
    """The words for a fact; its own name where we know none, as in a row that was tampered with."""
    return str(LABELS[name]) if name in LABELS else name
