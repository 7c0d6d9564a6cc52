"""What the house tells a reader of the log: kinds and references, so that an auditor can find and follow an exhibit.

Never a title, a file name, a purpose or a name of anybody but our own staff: auditors see neither content nor
identities.
"""

import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from django.utils.translation import gettext as _

from accounts.models import User
from audit.digits import latin
from audit.errors import BadInput
from audit.log import Subject
from audit.names import Found
from cases.models import Case
from config.log_kinds import ALONE, KINDS, NAMED_BY_THE_LOG, PAGES
from config.navigation import ROOMS
from config.people import NOBODY, in_words
from dossiers.models import Dossier, ExhibitNumber
from dossiers.naming import ascii_stem
from evidence.models import EvidenceItem, Intake
from evidence.references import delivery_reference, find_reference, keys_of_delivery
from witnesses.models import OpeningRequest, Witness
from witnesses.pseudonyms import read_pseudonym

_ITEM = "evidence.evidenceitem"
_INTAKE = "evidence.intake"
_NUMBERED = re.compile(r"(?P<case>.+?)-(?P<number>[0-9]{1,9})")
_DOSSIER = re.compile(r"(?:[^\W\d]+ )?(?P<case>\S+?)-dossier-(?P<number>[0-9]{1,9})", re.IGNORECASE)
_NUMBER = re.compile(r"[^\W\d]*\s*#?(?P<number>[0-9]{1,9})")


class HouseNames:
    """The house's answer to `audit.names.Names`; what was read once serves the whole page."""

    def actors(self) -> Mapping[str, str]:
        """Every account by its full name, and what acts without being anybody."""
        people = {user.audit_name: f"{user.full_name} ({user.username})" for user in self._users.values()}
        return people | {name: in_words(name) for name in NOBODY}

    def cases(self) -> Mapping[uuid.UUID, str]:
        """The reference of every case, the newest first."""
        return self._cases

    def subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, str]:
        """Kind and reference of each subject; the kind alone where it has no reference that may be shown."""
        references = self._references(subjects)
        return {
            subject: str(ALONE.get((subject.kind, subject.id), ""))
            or _page_words(subject)
            or f"{KINDS[subject.kind]} {references.get(subject, '')}".rstrip()
            for subject in subjects
            if subject.kind in KINDS
        }

    def find(self, text: str, case_id: uuid.UUID | None) -> Found:
        """What `text` means: what a page calls a thing, an exhibit's number with or without its case, or an id."""
        plain = latin(text)
        for attempt in (self._by_id, self._by_case, self._by_reference, self._by_dossier):
            subject = attempt(plain)
            if subject is not None:
                return Found(subject)
        return self._by_pseudonym(plain, case_id) or self._by_number(plain, case_id)

    @cached_property
    def _users(self) -> dict[str, User]:
        return {str(user.pk): user for user in User.objects.order_by("full_name", "username")}

    @cached_property
    def _cases(self) -> dict[uuid.UUID, str]:
        return dict(Case.objects.order_by("-opened_at").values_list("pk", "reference"))

    @cached_property
    def _stems(self) -> dict[str, uuid.UUID]:
        return {ascii_stem(reference).upper(): key for key, reference in self._cases.items()}

    def _references(self, subjects: Collection[Subject]) -> dict[Subject, str]:
        found: dict[Subject, str] = {}
        for kind, read in self._readers().items():
            ids = {subject.id for subject in subjects if subject.kind == kind}
            found |= {Subject(kind, key): words for key, words in (read(ids) if ids else {}).items()}
        return found | {subject: subject.id for subject in subjects if subject.kind in NAMED_BY_THE_LOG}

    def _readers(self) -> dict[str, Callable[[set[str]], dict[str, str]]]:
        return {
            _ITEM: lambda ids: _pairs(
                EvidenceItem.objects.filter(pk__in=_uuids(ids)).values_list("pk", "reference")
            ),
            "evidence.intake": lambda ids: {str(key): delivery_reference(key) for key in _uuids(ids)},
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
        """An exhibit's or a delivery's; without its first letter where there is an exhibit of that reference."""
        found = find_reference(text)
        if found is None:
            return None
        reference, certain = found
        if reference.startswith("D"):
            kind, sentence = _INTAKE, _("No delivery has the reference “%(text)s”. Check it.")
            deliveries = Intake.objects.filter(pk__range=keys_of_delivery(reference))
            key = deliveries.values_list("pk", flat=True).first()
        else:
            kind, sentence = _ITEM, _("No exhibit has the reference “%(text)s”. Check it.")
            key = EvidenceItem.objects.filter(reference=reference).values_list("pk", flat=True).first()
        if key is None and certain:
            raise BadInput(sentence % {"text": text})
        return Subject(kind, str(key)) if key else None

    def _by_case(self, text: str) -> Subject | None:
        known = {latin(reference).upper(): key for key, reference in self._cases.items()}
        key = known.get(text.upper())
        return Subject("cases.case", str(key)) if key else None

    def _by_dossier(self, text: str) -> Subject | None:
        named = _DOSSIER.fullmatch(text)
        if named is None:
            return None
        key = self._stems.get(named["case"].upper())
        found = Dossier.objects.filter(case_id=key, number=int(named["number"])).first() if key else None
        if found is None:
            raise BadInput(_("No dossier is called “%(text)s”. Check it.") % {"text": text})
        return Subject("dossiers.dossier", str(found.pk))

    def _by_pseudonym(self, text: str, case_id: uuid.UUID | None) -> Found | None:
        last = text.rpartition(" ")[2].upper()
        pseudonym = read_pseudonym(last) if last.startswith("W") else ""
        if not pseudonym:
            return None
        witnesses = Witness.objects.filter(pseudonym=pseudonym)
        witnesses = witnesses.filter(case_id=case_id) if case_id else witnesses
        found = list(witnesses.values_list("pk", flat=True)[:2])
        if len(found) > 1:
            raise BadInput(
                _("Several cases have a witness called %(text)s. Choose the case as well.") % {"text": text}
            )
        if not found:
            raise BadInput(_("No witness has the pseudonym “%(text)s”. Check it.") % {"text": text})
        return Found(Subject("witnesses.witness", str(found[0])), case_used=case_id is not None)

    def _by_number(self, text: str, case_id: uuid.UUID | None) -> Found:
        named = _NUMBERED.fullmatch(text)
        bare = _NUMBER.fullmatch(text)
        if bare is not None and named is None:
            numbers = ExhibitNumber.objects.filter(number=int(bare["number"]))
            numbers = numbers.filter(case_id=case_id) if case_id else numbers
        elif named is not None:
            key = self._stems.get(named["case"].upper())
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


def _page_words(subject: Subject) -> str:
    """A page by the name of its room, or by what it is about; the log names it by its route, which says little."""
    if subject.kind != "page":
        return ""
    for room in ROOMS:
        if room.view == subject.id:
            return _("Page “%(name)s”") % {"name": room.label}
    return str(PAGES.get(subject.id.partition(":")[0], ""))


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
