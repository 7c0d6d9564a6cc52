"""Finding statements, each scoped by who may see the exhibit, with its transcript and translations paired."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from accounts.models import User
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.models import Derivative, EvidenceItem
from evidence.queries import find_items
from witnesses.errors import UnknownStatement
from witnesses.models import Statement, Witness

_TEXTS = (
    DerivativeKind.TRANSCRIPT,
    DerivativeKind.TRANSLATION,
    DerivativeKind.TEXT,
    DerivativeKind.OCR_TEXT,
)
_BY_PEOPLE = (DerivativeKind.TRANSCRIPT, DerivativeKind.TRANSLATION)


@dataclass(slots=True)
class Pair:
    """A text of a statement, and the translations that were made from it; None for those of the original itself."""

    text: Derivative | None
    translations: list[Derivative] = field(default_factory=list)


def statements_of(witness: Witness, *, user: User) -> list[Statement]:
    """The statements that stand, of exhibits that the user may see, as they were received, with their texts."""
    found = _newest(Statement.objects.filter(witness=witness, stands=True), user)
    return list(found.order_by("item__received_at", "item__reference"))


def find_statement(item_id: UUID, *, witness: Witness, user: User) -> Statement:
    """What counts of an exhibit as the witness's statement, standing or not. Raises UnknownStatement."""
    found = _newest(Statement.objects.filter(witness=witness, item=item_id), user).first()
    if found is None:
        raise UnknownStatement
    found.witness = witness
    return found


def versions_of(statement: Statement) -> QuerySet[Statement]:
    """Every version, the newest first."""
    every = Statement.objects.filter(witness=statement.witness_id, item=statement.item_id)
    return every.select_related("recorded_by", "interview").order_by("-version")


def items_of_case(witness: Witness, *, user: User) -> QuerySet[EvidenceItem]:
    """The exhibits of the witness's case that are open to the user, the newest first."""
    seen = EvidenceItem.objects.visible_to(user).filter(placements__case=witness.case_id)
    return seen.order_by("-received_at", "reference")


def find_item_of_case(reference: str, *, witness: Witness, user: User) -> EvidenceItem:
    """The exhibit of this reference or id in the witness's case. Raises UnknownEvidence."""
    return find_items([reference], among=items_of_case(witness, user=user))[0]


def texts_of(item: EvidenceItem) -> Sequence[Derivative]:
    """What can be read of the exhibit as text: what people brought first, a transcript before its translations."""
    return sorted(item.texts, key=lambda row: (row.by_program, _TEXTS.index(row.kind), row.made_at))  # type: ignore[attr-defined]


def paired(item: EvidenceItem) -> list[Pair]:
    """The transcripts of the exhibit, each with its translations, and those of the original, by their lineage."""
    rows = [row for row in texts_of(item) if row.kind in _BY_PEOPLE]
    pairs = {row.pk: Pair(row) for row in rows if row.kind == DerivativeKind.TRANSCRIPT}
    of_the_original = Pair(None)
    for row in rows:
        if row.kind == DerivativeKind.TRANSLATION:
            made_from = pairs.get(row.parent_id) if row.parent_id else None
            (made_from or of_the_original).translations.append(row)
    return [*pairs.values(), *([of_the_original] if of_the_original.translations else [])]


def text_for(item: EvidenceItem, language: str) -> Derivative | None:
    """The text that a reader of `language` ("en", "fa") reads best: people's own in it, else the first there is."""
    rows = texts_of(item)
    own = (row for row in rows if row.language.partition("-")[0] == language)
    return next(own, rows[0] if rows else None)


def _newest(statements: QuerySet[Statement], user: User) -> QuerySet[Statement]:
    later = Statement.objects.filter(witness=OuterRef("witness"), item=OuterRef("item")).order_by("-version")
    seen = EvidenceItem.objects.visible_to(user).values("pk")
    texts = Derivative.objects.visible_to(user).filter(kind__in=_TEXTS, number=1, state=DerivativeState.MADE)
    return (
        statements.filter(pk=Subquery(later.values("pk")[:1]), item__in=seen)
        .select_related("item__object", "interview", "recorded_by")
        .prefetch_related(Prefetch("item__derivatives", queryset=texts, to_attr="texts"))
    )
