"""The words of an identity: its fields, and the kinds that names, contacts and documents come in."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from witnesses.danger_content import ASSESSMENT, INCIDENT
from witnesses.risk_words import Measure

FIELD_LABELS: Final = {
    "full_names": _("Full names"),
    "date_of_birth": _("Date of birth"),
    "place_of_birth": _("Place of birth"),
    "contacts": _("Contacts"),
    "kin": _("Kin"),
    "documents": _("Documents"),
    "photograph": _("Photograph"),
    "how_to_reach_safely": _("How to reach them safely"),
}
# What a request can ask for: the fields of an identity, a note, or words of danger.
ASKED_LABELS: Final = {
    **FIELD_LABELS,
    "note": _("Sealed note of an interview"),
    ASSESSMENT: _("Sealed words of an assessment of danger"),
    INCIDENT: _("Sealed words of a threat or a reprisal"),
}
# What stands beside each text that was opened.
WORD_LABELS: Final = {
    **ASKED_LABELS,
    "grounds": _("On what it rests"),
    "measures": _("Protective measures"),
    "what": _("What happened"),
    "happened": _("When"),
    "place": _("Where"),
    "known_how": _("How it is known"),
    "answered_by": _("What was done about it"),
    "correction": _("Why it is changed"),
}
SCRIPTS: Final = {
    "fa": _("Persian script"),
    "latin": _("Latin script"),
    "cyrillic": _("Cyrillic script"),
    "armenian": _("Armenian script"),
    "hebrew": _("Hebrew script"),
    "other": _("another script"),
}
NAME_KINDS: Final = {
    "birth": _("name at birth"),
    "married": _("name by marriage"),
    "called": _("called so"),
    "alias": _("alias"),
    "spelling": _("another spelling"),
}
CONTACT_KINDS: Final = {
    "phone": _("telephone"),
    "email": _("e-mail"),
    "messenger": _("messenger"),
    "address": _("postal address"),
    "other": _("other contact"),
}
DOCUMENT_KINDS: Final = {
    "birth_certificate": _("birth certificate"),
    "national_card": _("national identity card"),
    "passport": _("passport"),
    "asylum": _("asylum or residence paper"),
    "other": _("other document"),
}
_KINDS: Final[Mapping[str, Mapping[str, str | Promise]]] = {
    "contacts": CONTACT_KINDS,
    "documents": DOCUMENT_KINDS,
    "measures": dict(Measure.choices),
}


def kind_words(field: str, kind: str) -> "str | Promise":
    """The words for the kind of a row; a kind that the writer typed, such as a relation, stands for itself."""
    return _KINDS.get(field, {}).get(kind, kind)
