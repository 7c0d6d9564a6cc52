"""What the house tells a reader of the log: kinds and references, so that an auditor can find and follow an exhibit.

Never a title, a file name, a purpose or a name of anybody but our own staff: auditors see neither content nor
identities.
"""

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.errors import BadInput
from audit.log import Subject
from audit.names import Found
from cases.models import Case
from config.people import in_words
from dossiers.models import Dossier, ExhibitNumber
from dossiers.naming import ascii_stem
from evidence.models import EvidenceItem
from evidence.references import read_reference
from witnesses.models import OpeningRequest, Witness

_ITEM = "evidence.evidenceitem"
_SYSTEM = (
    "visitor",
    "system:inspection",
    "system:fixity",
    "system:openings",
    "system:uploads",
    "system:dossier-reconciler",
    "system:set-up",
)
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_NUMBERED = re.compile(r"(?P<case>.+?)-(?P<number>[0-9]{1,9})")
_NUMBER = re.compile(r"[^\W\d]*\s*#?(?P<number>[0-9]{1,9})")
_KINDS: dict[str, str | Promise] = {
    _ITEM: gettext_lazy("Exhibit"),
    "evidence.intake": gettext_lazy("Delivery of evidence"),
    "evidence.register": gettext_lazy("The register"),
    "evidence.registerview": gettext_lazy("Saved view"),
    "evidence.fixityround": gettext_lazy("Round of reading stored files again"),
    "evidence.fixityalarm": gettext_lazy("Alarm about stored files"),
    "evidence.storedobject": gettext_lazy("Stored file"),
    "evidence.upload": gettext_lazy("File on its way"),
    "evidence.evidencelink": gettext_lazy("Link of an exhibit"),
    "cases.case": gettext_lazy("Case"),
    "cases.person": gettext_lazy("Registered person"),
    "cases.place": gettext_lazy("Place"),
    "cases.incident": gettext_lazy("Incident"),
    "witnesses.witness": gettext_lazy("Witness"),
    "witnesses.openingrequest": gettext_lazy("Request to see an identity"),
    "witnesses.custodian": gettext_lazy("Custodian"),
    "witnesses.custodiankey": gettext_lazy("Key of a custodian"),
    "witnesses.quorumsession": gettext_lazy("Act of a quorum"),
    "dossiers.leakcheck": gettext_lazy("Search for names in a dossier"),
    "dossiers.leakresult": gettext_lazy("Outcome of a search for names"),
    "dossiers.dossier": gettext_lazy("Dossier"),
    "accounts.user": gettext_lazy("Account"),
    "accounts.sign_in": gettext_lazy("The door"),
    "audit.checkpoint": gettext_lazy("Checkpoint"),
    "audit.verificationrun": gettext_lazy("Verification"),
    "audit.entry": gettext_lazy("Entry of the log"),
    "audit.log": gettext_lazy("The log"),
    "audit.report": gettext_lazy("Report of the log"),
    "audit.keyrotation": gettext_lazy("Keys of the log"),
    "audit.witnessedlog": gettext_lazy("Log of another house"),
    "database": gettext_lazy("The database"),
    "database.role": gettext_lazy("Role of the database"),
    "page": gettext_lazy("A page"),
    "command": gettext_lazy("A command"),
}


class HouseNames:
    """The house's answer to `audit.names.Names`; what was read once serves the whole page."""

    def actors(self) -> Mapping[str, str]:
        """Every account by its full name, and what acts without being anybody."""
        people = {user.audit_name: f"{user.full_name} ({user.username})" for user in self._users.values()}
        return people | {name: in_words(name) for name in _SYSTEM}

    def cases(self) -> Mapping[uuid.UUID, str]:
        """The reference of every case, the newest first."""
        return self._cases

    def subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, str]:
        """Kind and reference of each subject; the kind alone where it has no reference that may be shown."""
        references = self._references(subjects)
        return {
            subject: f"{_KINDS[subject.kind]} {references.get(subject, '')}".rstrip()
            for subject in subjects
            if subject.kind in _KINDS
        }

    def find(self, text: str, case_id: uuid.UUID | None) -> Found:
        """What `text` means: `E-4KQ7-2M9D`, `DK-1988-01-0003`, `3` with a case, a case's reference, or an id."""
        plain = text.strip().translate(_DIGITS)
        for attempt in (self._by_id, self._by_reference, self._by_case):
            subject = attempt(plain)
            if subject is not None:
                return Found(subject)
        return self._by_number(plain, case_id)

    @cached_property
    def _users(self) -> dict[str, User]:
        return {str(user.pk): user for user in User.objects.order_by("full_name", "username")}

    @cached_property
    def _cases(self) -> dict[uuid.UUID, str]:
        return dict(Case.objects.order_by("-opened_at").values_list("pk", "reference"))

    def _references(self, subjects: Collection[Subject]) -> dict[Subject, str]:
        found: dict[Subject, str] = {}
        for kind, read in self._readers().items():
            ids = {subject.id for subject in subjects if subject.kind == kind}
            found |= {Subject(kind, key): words for key, words in (read(ids) if ids else {}).items()}
        return found | {
            subject: subject.id for subject in subjects if subject.kind in ("page", "command", "audit.log")
        }

    def _readers(self) -> dict[str, Callable[[set[str]], dict[str, str]]]:
        return {
            _ITEM: lambda ids: _pairs(
                EvidenceItem.objects.filter(pk__in=_uuids(ids)).values_list("pk", "reference")
            ),
            "cases.case": lambda ids: {key: self._cases[found] for key, found in _by_text(ids, self._cases)},
            "accounts.user": lambda ids: {
                key: self._users[key].full_name for key in ids if key in self._users
            },
            "witnesses.witness": lambda ids: _pairs(
                Witness.objects.filter(pk__in=_uuids(ids)).values_list("pk", "pseudonym")
            ),
            "witnesses.openingrequest": lambda ids: _pairs(
                OpeningRequest.objects.filter(pk__in=_uuids(ids)).values_list("pk", "witness__pseudonym")
            ),
            "dossiers.dossier": lambda ids: {
                str(one.pk): one.name
                for one in Dossier.objects.filter(pk__in=_uuids(ids)).select_related("case")
            },
        }

    def _by_id(self, text: str) -> Subject | None:
        try:
            return Subject("", str(uuid.UUID(text)))
        except ValueError:
            return None

    def _by_reference(self, text: str) -> Subject | None:
        if not text.upper().startswith("E-"):
            return None
        item = EvidenceItem.objects.filter(reference=read_reference(text)).only("pk").first()
        if item is None:
            raise BadInput(_("No exhibit has the reference “%(text)s”. Check it.") % {"text": text})
        return Subject(_ITEM, str(item.pk))

    def _by_case(self, text: str) -> Subject | None:
        known = {reference.upper(): key for key, reference in self._cases.items()}
        key = known.get(text.upper())
        return Subject("cases.case", str(key)) if key else None

    def _by_number(self, text: str, case_id: uuid.UUID | None) -> Found:
        named = _NUMBERED.fullmatch(text)
        bare = _NUMBER.fullmatch(text)
        if bare is not None and named is None:
            numbers = ExhibitNumber.objects.filter(number=int(bare["number"]))
            numbers = numbers.filter(case_id=case_id) if case_id else numbers
        elif named is not None:
            stems = {ascii_stem(reference).upper(): key for key, reference in self._cases.items()}
            key = stems.get(named["case"].upper())
            numbers = ExhibitNumber.objects.filter(
                number=int(named["number"]), case_id__in=[key] if key else []
            )
        else:
            numbers = ExhibitNumber.objects.none()
        found = list(numbers.values_list("item_id", flat=True)[:2])
        if not found:
            raise BadInput(
                _(
                    "Nothing is called “%(text)s” here. Type a reference such as E-4KQ7-2M9D, or an exhibit's number."
                )
                % {"text": text}
            )
        if len(found) > 1:
            raise BadInput(
                _("Several cases have an exhibit of the number %(text)s. Choose the case as well.")
                % {"text": text}
            )
        return Found(Subject(_ITEM, str(found[0])), case_used=case_id is not None)


def _pairs(rows: Iterable[tuple[uuid.UUID, str]]) -> dict[str, str]:
    return {str(key): words for key, words in rows}


def _uuids(ids: Iterable[str]) -> list[uuid.UUID]:
    """A tampered row may hold anything in place of an id; it is shown as it stands."""
    found = []
    for text in ids:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _by_text(ids: Iterable[str], known: Mapping[uuid.UUID, str]) -> list[tuple[str, uuid.UUID]]:
    return [(str(key), key) for key in _uuids(ids) if key in known]
