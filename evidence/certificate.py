"""The custody certificate of one item: printed for a member of its case, and in the log before it leaves."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.checkpoints import sign_checkpoint
from audit.models import Checkpoint
from audit.paper.press import Press
from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Value
from evidence.custody_record import event_record, item_record, moment
from evidence.custody_sheet import event_fields, item_rows
from evidence.gap_report import gaps_of
from evidence.gaps.gap import Gap
from evidence.holding import Holder, holder_of
from evidence.models import CustodyEvent, EvidenceItem
from evidence.placement import only_case
from evidence.queries import custody_of, find_item
from evidence.scopes import READ
from evidence.vocabulary import FOR_A_DOSSIER, CustodyKind

Language = Literal["en", "fa"]
LANGUAGES: tuple[Language, ...] = ("en", "fa")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A printed certificate: what it is called on the reader's disk, and its PDF."""

    name: str
    content: bytes


def print_certificate(item: EvidenceItem, *, language: Language, actor: Actor) -> Certificate:
    """Print the item's custody as it is now, and record that it was printed, before anybody gets it.

    The log is signed first, so that the paper names a signed state that covers every event on it. Raises
    NotPermitted, UnknownEvidence, FontsMissing, LogUnavailable, or LogKeyMissing and its kin; RuntimeError inside a
    transaction.
    """
    user = require(actor, READ)
    item = find_item(item.pk, user=user)
    events = list(custody_of(item))
    checkpoint = sign_checkpoint(actor=user)
    with translation.override(language):
        sheet = certificate_sheet(item, events, checkpoint=checkpoint, language=language)
        paper = Press().pdf(sheet, at=timezone.now())
    with transaction.atomic():
        log.append(
            Action.CERTIFICATE_PRINTED,
            subject=item,
            actor=user,
            facts={
                "reference": item.reference,
                "language": language,
                "events": len(events),
                "checkpoint": checkpoint.size,
                "certificate_sha256": hashlib.sha256(paper).hexdigest(),
            },
            case_id=only_case(item),
        )
    return Certificate(f"custody-{item.reference}-{language}.pdf", paper)


def certificate_sheet(
    item: EvidenceItem, events: Sequence[CustodyEvent], *, checkpoint: Checkpoint, language: Language
) -> Sheet:
    """The sheet in the active language, which is `language`."""
    record = item_record(item)
    # What left for another case is not the matter of this paper's reader; in which case it was, only dossiers know.
    shared = only_case(item) is None
    root = bytes(checkpoint.root).hex()
    corrections: dict[object, list[int]] = {}
    dossiers: set[object] = set()
    for event in events:
        # What was said of it since counts as it does: a correction repeats what it corrects.
        if event.kind in FOR_A_DOSSIER or event.refers_to_id in dossiers:
            dossiers.add(event.pk)
        if event.kind == CustodyKind.CORRECTED:
            corrections.setdefault(event.refers_to_id, []).append(event.seq)
    blocks: list[Block] = [
        Fields([*item_rows(record, language), *_holder_row(holder_of(events))]),
        Code(f"sha256:{record['sha256'] or events[0].fingerprint()}"),
        *_gap_blocks(gaps_of(events, item)),
        Heading(Label("Custody", "زنجیرهٔ نگهداری")),
        _EXPLAINED,
    ]
    for event in events:
        withheld = shared and event.pk in dossiers
        blocks.append(
            event_fields(
                event_record(event, withheld=withheld), language, corrected_by=corrections.get(event.pk)
            )
        )
    return Sheet(
        organisation=settings.DADKHAH_ORGANISATION,
        title=Label("Custody certificate", "گواهی زنجیرهٔ نگهداری"),
        reference=item.reference,
        foot=f"{checkpoint.origin} · {checkpoint.size} · {root} · {moment(timezone.now())}",
        blocks=blocks,
        language=language,
    )


_EXPLAINED = Paragraph(
    Label(
        "When an event happened and when it was recorded are two things: much of the custody of 1988 is remembered, "
        "not logged. Each event's fingerprint stands in the log whose signed state is named at the foot.",
        "زمان رخدادن و زمان ثبت دو چیز جداست: بخش بزرگی از نگهداری مدارک سال ۱۳۶۷ به یاد مانده "
        "و همان زمان ثبت نشده است. "
        "اثر انگشت هر رویداد در دفتری است که حالت امضاشدهٔ آن در پای برگه آمده است.",
    )
)


def _holder_row(holder: Holder | None) -> list[tuple[Label, Value]]:
    return [(Label("Now with", "اکنون نزد"), Value(holder.name if holder else "—"))]


def _gap_blocks(gaps: Sequence[Gap]) -> list[Block]:
    if not gaps:
        return []
    said = [Paragraph(Label(gap.sentence, gap.sentence)) for gap in gaps]
    return [Heading(Label("What is missing", "چه چیزی کم است")), *said]
