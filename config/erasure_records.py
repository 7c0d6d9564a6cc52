"""The records of an item of which words can be erased from its page: what each is called, and what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.digits import in_digits
from audit.errors import UnknownRecord
from audit.private import Private, values_of
from evidence.models import CustodyEvent, Derivative, EvidenceItem, EvidenceLink
from evidence.queries import custody_of
from evidence.scopes import READ_FOUND

# What the values are called where people fill them in.
_LABELS: Mapping[str, Promise] = {
    "acquired": gettext_lazy("When it was obtained"),
    "authority": gettext_lazy("Authority"),
    "basis": gettext_lazy("Why we say so"),
    "captured": gettext_lazy("When it was captured"),
    "collected": gettext_lazy("Made or collected"),
    "collector": gettext_lazy("Who collected it"),
    "collector_ip": gettext_lazy("The collector’s IP address"),
    "condition": gettext_lazy("Condition"),
    "consent_reference": gettext_lazy("Where the consent is kept"),
    "context": gettext_lazy("Context"),
    "description": gettext_lazy("Description"),
    "final_url": gettext_lazy("Address in the end"),
    "happened": gettext_lazy("Happened"),
    "how_obtained": gettext_lazy("How it was obtained"),
    "legal_basis": gettext_lazy("Legal basis"),
    "location": gettext_lazy("Where"),
    "note": gettext_lazy("Note"),
    "original_name": gettext_lazy("Original name"),
    "original_path": gettext_lazy("Place in what was handed over"),
    "persona_used": gettext_lazy("Persona"),
    "pinpoint": gettext_lazy("Where in it"),
    "place": gettext_lazy("Where it was obtained"),
    "purpose": gettext_lazy("Purpose"),
    "received_by": gettext_lazy("Taken by"),
    "released_by": gettext_lazy("Given by"),
    "restrictions": gettext_lazy("Restrictions"),
    "rights": gettext_lazy("Rights"),
    "seal": gettext_lazy("Seal number"),
    "serial_number": gettext_lazy("Serial number"),
    "source": gettext_lazy("Source"),
    "source_name": gettext_lazy("Source"),
    "title": gettext_lazy("Title"),
    "tool": gettext_lazy("Tool"),
    "tool_version": gettext_lazy("Version of the tool"),
    "url": gettext_lazy("Address of the page"),
    "why_obtained": gettext_lazy("Why it was obtained"),
    "witnessed_by": gettext_lazy("Witnessed by"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One private value that says something: its name, what it is called, and its words."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A record of an item: `kind` is its model's short name, `called` says which it is and holds no private word."""

    kind: str
    key: UUID
    called: str
    said: list[Said]


def label_of(name: str) -> str:
    """What a value is called on pages."""
    return str(_LABELS.get(name, name))


def records_of(item: EvidenceItem, *, user: User) -> list[ItemRecord]:
    """The item's records that have words left, its own first, its custody in order. The queries stay as many."""
    found = (_record(row, called) for row, called in _rows(item, user))
    return [one for one in found if one.said]


def find_record(item: EvidenceItem, kind: str, key: UUID, *, user: User) -> ItemRecord:
    """One record of the item. Raises UnknownRecord, also where no word is left in it."""
    for one in records_of(item, user=user):
        if (one.kind, one.key) == (kind, key):
            return one
    raise UnknownRecord(_("No such record of this item has words that could be erased."))


def called(item: EvidenceItem, kind: str, key: UUID, *, user: User | None = None) -> str:
    """What a record of the item is called, for whoever may see none of its words: an auditor where no user is named.

    A link in another case than the user's, whose name it would say, is called none that is open to them.
    """
    for row, name in _rows(item, user):
        if row._meta.model_name == kind and row.pk == key:
            return name
    return _("A record that is not open to you")


def _rows(item: EvidenceItem, user: User | None) -> Iterator[tuple[Any, str]]:
    yield item, _("What the item is")
    thing = getattr(item, "thing", None)
    if thing is not None:
        yield thing, _("What the thing is like")
    yield item.intake, _("Its delivery, which other items may share")
    for one in item.acquisitions.order_by("version"):
        yield one, in_digits(_("Source and acquisition, version %(number)d") % {"number": one.version})
    for capture in item.captures.order_by("version"):
        yield capture, in_digits(_("Online capture, version %(number)d") % {"number": capture.version})
    if user is None or user.has_perm(READ_FOUND):
        for trace in item.collector_traces.order_by("version"):
            yield (
                trace,
                in_digits(_("What leads to who captured it, version %(number)d") % {"number": trace.version}),
            )
    for event in custody_of(item):
        yield event, _event(event)
    links = EvidenceLink.objects.filter(item=item) if user is None else _links(item, user)
    for link in links.select_related("case").order_by("made_at"):
        yield link, _("A link in the case %(case)s") % {"case": link.case.reference}
    for copy in Derivative.objects.filter(item=item, author__isnull=False).order_by("made_at"):
        yield copy, copy.get_kind_display()


def _links(item: EvidenceItem, user: User) -> Any:
    return EvidenceLink.objects.visible_to(user).filter(item=item)


def _event(event: CustodyEvent) -> str:
    sentence = _("Custody event %(number)d: %(what)s")
    return in_digits(sentence % {"number": event.seq, "what": event.get_kind_display()})


def _record(row: Model, name: str) -> ItemRecord:
    said = [
        Said(value.name, label_of(value.name), _shown(row, value) or text)
        for value in values_of(row).values
        if (text := value.text(row))
    ]
    return ItemRecord(str(row._meta.model_name), row.pk, name, said)


def _shown(row: Any, value: Private) -> str:
    """A date as it was written; what the commitment is made over has its calendar and its code too."""
    return str(row.date_as_written) if "date_as_written" in value.held_in else ""
