"""What people make of an item: working copies, redactions, translations, transcripts, each with its parent."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.private import sealed
from cases.small_groups import weigh_words
from evidence import custody
from evidence.derivative_words import BY_PEOPLE, IN_A_LANGUAGE, DerivativeKind, DerivativeState
from evidence.errors import BadDerivative
from evidence.filenames import storable_name
from evidence.intake import LONGEST_NAME, LONGEST_TITLE, RECEIVE
from evidence.media_types import HEAD_BYTES, identify_copy
from evidence.models import CustodyEvent, Derivative, EvidenceItem
from evidence.placement import only_case
from evidence.queries import find_item
from evidence.store import vault
from evidence.stored_objects import stored_object
from evidence.vault.facts import StoredFacts
from evidence.vault.objects import Vault
from evidence.vault.receiving import Received

LONGEST_NOTE = 2000
# BCP 47, as much of it as people write: fa, en, ku-Arab, fa-IR.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class CopyFacts:
    """What is known of what somebody made. `parent` is what it was made from, None for the original itself.

    `language` is a BCP 47 tag; a translation and a transcript must have one.
    """

    kind: DerivativeKind
    original_name: str
    parent: Derivative | None = None
    language: str = ""
    title: str = ""
    note: str = ""


def add_copy(
    item: EvidenceItem, source: Path | BinaryIO | Received, *, facts: CopyFacts, actor: Actor
) -> Derivative:
    """Keep what somebody made of the item, beside it and with its parent; the original stays as it is.

    The bytes are durable when this returns. Raises NotPermitted, UnknownEvidence, DisposedOf, BadDerivative, SmallGroup
    and what `ingest_evidence` raises of the source and the vault; leaves no row behind then.
    """
    user = require(actor, RECEIVE)
    item = find_item(item.pk, user=user)
    item.require_kept()
    _check(item, facts)
    store = vault()
    received = source if isinstance(source, Received) else store.receive(source)
    if not received.size:
        store.discard(received)
        raise BadDerivative(_("The file is empty. Choose the one that was made, and send it again."))
    stored = store.commit(received)
    return _record(item, stored, facts, _media_type(store, stored), user)


def _media_type(store: Vault, stored: StoredFacts) -> str:
    with store.open_recorded(stored) as content:
        return identify_copy(content.read(HEAD_BYTES))


def _record(
    item: EvidenceItem, stored: StoredFacts, facts: CopyFacts, media_type: str, user: User
) -> Derivative:
    with transaction.atomic():
        # Under the lock of its row: a disposal that came meanwhile is not passed by.
        EvidenceItem.objects.select_for_update().get(pk=item.pk).require_kept()
        # Before the row is there: what it adds to what stands already would not be seen.
        said = [facts.title, facts.note, storable_name(facts.original_name)]
        weigh_words(said, items=[item.pk], actor=user)
        copy = Derivative.objects.create(
            item=item,
            kind=facts.kind,
            parent=facts.parent,
            object=stored_object(stored),
            media_type=media_type,
            language=facts.language,
            title=facts.title.strip(),
            original_name=storable_name(facts.original_name),
            note=facts.note.strip(),
            author=user,
            state=DerivativeState.MADE,
            made_at=timezone.now(),
        )
        event = custody.record(item, BY_PEOPLE[facts.kind], actor=user, note=_said(copy))
        _log(copy, event, user)
    return copy


def _log(copy: Derivative, event: CustodyEvent, user: User) -> None:
    log.append(
        Action.DERIVATIVE_ADDED,
        subject=copy.item,
        actor=user,
        facts={
            **event.facts(),
            **sealed_copy(copy),
        },
        case_id=only_case(copy.item),
    )


def sealed_copy(copy: Derivative) -> dict[str, Json]:
    """What the log says of a copy's row: its words only as commitments."""
    return {
        "derivative": str(copy.pk),
        "derivative_kind": str(copy.kind),
        "parent": str(copy.parent_id) if copy.parent_id else None,
        "language": copy.language,
        "sha256": copy.object.sha256.hex if copy.object else None,
        "title": sealed(copy, "title"),
        "original_name": sealed(copy, "original_name"),
        "copy_note": sealed(copy, "note"),
    }


def _said(copy: Derivative) -> str:
    """What custody says of the copy: no words of people, and the digest by which it is known."""
    assert copy.object is not None  # noqa: S101  made with its bytes
    return f"SHA-256 {copy.object.sha256.hex}" + (f" · {copy.language}" if copy.language else "")


def _check(item: EvidenceItem, facts: CopyFacts) -> None:
    if facts.kind not in BY_PEOPLE:
        raise BadDerivative(
            _("Choose what it is: a working copy, a redacted copy, a translation or a transcript.")
        )
    parent = facts.parent
    if parent is not None and (parent.item_id != item.pk or parent.state != DerivativeState.MADE):
        raise BadDerivative(_("What it was made from is no part of this item. Choose again."))
    if facts.kind in IN_A_LANGUAGE and not facts.language:
        raise BadDerivative(_("Say in which language it is written."))
    if facts.language and not _LANGUAGE.fullmatch(facts.language):
        raise BadDerivative(_("This is no language tag. Write one such as fa, en or ku-Arab."))
    if not facts.original_name or len(facts.original_name) > LONGEST_NAME:
        raise BadDerivative(
            _("The file has no name, or one that is too long to keep. Rename it and try again.")
        )
    if len(facts.title) > LONGEST_TITLE or len(facts.note) > LONGEST_NOTE:
        raise BadDerivative(_("The title or the note is too long. Shorten it."))


@dataclass(slots=True)
class Node:
    """One derivative in the tree, with how many of its kind it stands for, and what was made from it."""

    derivative: Derivative
    count: int = 1
    children: list["Node"] = field(default_factory=list)


def tree_of(derivatives: Iterable[Derivative]) -> list[Node]:
    """All derivatives of one item as a tree; what was made from the original itself stands at its roots.

    The pages of a document are one node: its first, which is also what others name as their parent.
    """
    nodes: dict[UUID, Node] = {}
    firsts: dict[str, Node] = {}
    own: list[Node] = []
    for row in derivatives:
        first = firsts.get(row.kind) if row.by_program else None
        if first is not None:
            first.count += 1
        else:
            first = Node(row)
            own.append(first)
            if row.by_program:
                firsts[row.kind] = first
        nodes[row.pk] = first
    roots: list[Node] = []
    for node in own:
        parent = nodes.get(node.derivative.parent_id) if node.derivative.parent_id else None
        (roots if parent is None else parent.children).append(node)
    return roots
