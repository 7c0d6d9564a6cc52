"""The gathered texts of a package go with an exhibit that is disposed of; the package then stays for good."""

from datetime import datetime

from django.db.models import Q

from accounts.models import User
from audit import log
from audit.actions import Action
from dossiers.models import PackageTexts, TextsDropped
from evidence.models import EvidenceItem
from evidence.removal import ask_for_removal


def drop_texts(item: EvidenceItem, *, at: datetime, actor: User) -> None:
    """Give up the texts of every package that the item is in, or can be in where its compiling did not end.

    In the transaction that disposes of the item. The settings name this (`DADKHAH_ON_DISPOSAL`).
    """
    unfinished = Q(dossier__exhibits=None, dossier__case__in=item.placements.values("case"))
    of_item = PackageTexts.objects.filter(Q(dossier__exhibits__item=item) | unfinished, dropped=None)
    for texts in PackageTexts.objects.filter(pk__in=of_item.values("pk")).select_related("dossier", "object"):
        TextsDropped.objects.create(texts=texts, dropped_at=at)
        going = ask_for_removal([texts.object], at=at)
        log.append(
            Action.PACKAGE_TEXTS_DROPPED,
            subject=texts,
            actor=actor,
            facts={
                "dossier": str(texts.dossier_id),
                "item": str(item.pk),
                "payload_manifest": f"sha256:{bytes(texts.package).hex()}",
                "objects_to_remove": len(going),
            },
            case_id=texts.dossier.case_id,
        )
