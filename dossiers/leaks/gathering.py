"""Gathers every text of a package while it is compiled, before any identity is open, sealed into the vault.

What is gathered lies in the vault as an original does, and nowhere else. Strangers' bytes are read in the box.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import transaction

from audit import log
from audit.actions import Action
from audit.actors import Actor
from dossiers.exhibits import Exhibit, exhibits_of, gone_meanwhile
from dossiers.models import Dossier, PackageTexts, PackageUnread, Unread
from dossiers.requests import beat
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.inspecting.readers import Readers
from evidence.inspecting.searchable import Found, read_texts, readers
from evidence.models import Derivative, EvidenceItem, FoundValue
from evidence.store import vault
from evidence.stored_objects import open_stored, stored_object

_BATCH = 400
# The same words as in the text beside it, and the signs of a bag, which hold digests.
_SAID_ELSEWHERE = ("manifest-", "tagmanifest-", "verify.py", "bagit.txt", "data/hashes.sha256")
_PAGE = re.compile(r"page (\d+)")
_MOST_PAGES = 20
_LISTENED_TO = ("audio/", "video/")


@dataclass(frozen=True, slots=True)
class NotRead:
    """What could not be looked into."""

    path: str
    part: str
    why: str


class Gathering:
    """Takes texts and keeps none: each goes straight into the vault's receiver. Use as a context manager."""

    def __init__(self) -> None:
        self._vault = vault()
        self._receiver = self._vault.receiving()
        self._unread: set[NotRead] = set()
        self._files: set[str] = set()
        self._read: list[UUID] = []

    def __enter__(self) -> Self:
        self._receiver.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._receiver.__exit__(kind, error, trace)

    def paper(self, path: str, content: bytes) -> None:
        """One of our own papers. Of a sheet that is printed as PDF and as text, the text is taken."""
        self._files.add(path)
        self._say(path, "file name", path)
        if not path.startswith(_SAID_ELSEWHERE) and not path.endswith(".pdf"):
            self._say(path, "text", content.decode("utf-8", "replace"))

    def originals(self, dossier: Dossier) -> None:
        """Every original of the dossier: what is in it, what its source called it, what was found in it before."""
        with readers() as by:
            for exhibit in exhibits_of(dossier.case, of=dossier):
                if exhibit.item.has_bytes:
                    self._original(dossier, exhibit, by)

    def finish(self, dossier: Dossier, *, package: bytes, actor: Actor) -> PackageTexts:
        """Make what was gathered durable, and record it; `package` is the digest of the payload manifest."""
        unread = _gathered(self._unread)
        facts = self._vault.commit(self._receiver.finish())
        with transaction.atomic():
            _require_kept(self._read)
            texts = PackageTexts.objects.create(
                dossier=dossier, package=package, object=stored_object(facts), files=len(self._files)
            )
            PackageUnread.objects.bulk_create(
                (PackageUnread(texts=texts, path=one.path, part=one.part, why=one.why) for one in unread),
                batch_size=_BATCH,
            )
            log.append(
                Action.PACKAGE_READ,
                subject=dossier,
                actor=actor,
                facts={
                    "payload_manifest": f"sha256:{package.hex()}",
                    "files": texts.files,
                    "unread": len(unread),
                },
                case_id=dossier.case_id,
            )
        return texts

    def _original(self, dossier: Dossier, exhibit: Exhibit, by: Readers) -> None:
        item, path = exhibit.item, exhibit.original_path
        self._files.add(path)
        self._read.append(item.pk)
        self._say(path, "file name", "\n".join([path, item.original_name, item.title]))
        values = FoundValue.objects.filter(item=item).values_list("value", flat=True)
        self._say(path, "metadata", "\n".join(str(value) for value in values))
        recognised = self._recognised(exhibit)
        if item.media_type.startswith(_LISTENED_TO):
            self._unread.add(NotRead(path, "", Unread.SOUND))
            return

        def take(found: Found) -> None:
            beat(dossier)
            if found.why:
                self._unread.add(_lacking(path, found, recognised))
            else:
                self._say(path, found.part, found.text)

        read_texts(item.stored, by=by, sink=take, beat=lambda: beat(dossier))

    def _recognised(self, exhibit: Exhibit) -> set[int]:
        """Take in what the inspection found: what the file says of itself, and the text that was recognised in it.

        Gives the pages of the file on which some was.
        """
        made = Derivative.objects.filter(
            item=exhibit.item,
            author=None,
            state=DerivativeState.MADE,
            kind__in=(DerivativeKind.METADATA, DerivativeKind.OCR_TEXT),
        )
        recognised: set[int] = set()
        for one in made.select_related("object"):
            if one.object is None:
                continue
            with open_stored(one.object) as content:
                text = content.read().decode("utf-8", "replace")
            if one.kind == DerivativeKind.METADATA:
                self._say(exhibit.original_path, "metadata", text)
                continue
            for number, page in enumerate(text.split("\f"), start=1):
                self._say(exhibit.original_path, f"page {number}", page)
                recognised |= {number} if page.strip() else set()
        return recognised

    def _say(self, path: str, part: str, text: str) -> None:
        if text.strip():
            self._receiver.write(json.dumps([path, part, text]).encode("ascii") + b"\n")


def _require_kept(items: list[UUID]) -> None:
    """Raises DossierBusy where one was disposed of meanwhile; the others are not until the transaction ends."""
    for start in range(0, len(items), _BATCH):
        rows = EvidenceItem.objects.filter(pk__in=items[start : start + _BATCH]).order_by("pk")
        held = list(rows.select_for_update(no_key=True).values_list("disposed_at", flat=True))
        if any(held):
            raise gone_meanwhile()


def _lacking(path: str, found: Found, recognised: set[int]) -> NotRead:
    """What the reader could not look into; where a machine recognised text in it, that only a machine did."""
    page = _PAGE.fullmatch(found.part)
    number = int(page[1]) if page else 1
    is_seen = found.why in {Unread.PICTURE, Unread.SCAN} and (page or not found.part)
    if is_seen and number in recognised:
        return NotRead(path, "", Unread.MACHINE)
    if found.why == Unread.MACHINE:
        return NotRead(path, found.part.rpartition("page ")[0].rstrip("/"), found.why)
    return NotRead(path, found.part, found.why)


def _gathered(unread: set[NotRead]) -> list[NotRead]:
    """One for all pages of a file where there are too many of one kind to be read one by one."""
    files: dict[NotRead, list[NotRead]] = defaultdict(list)
    for one in unread:
        step, _slash, last = f"/{one.part}".rpartition("/")
        whole = step.removeprefix("/") if _PAGE.fullmatch(last) else one.part
        files[NotRead(one.path, whole, one.why)].append(one)
    kept = [one if len(pages) > _MOST_PAGES else page for one, pages in files.items() for page in pages]
    return sorted(set(kept), key=lambda one: (one.path, one.part, one.why))
