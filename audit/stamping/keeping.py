"""Writing down what came of a try: the genuine stamp with its entry, or the count of tries with the reason."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.log import append, as_subject, instant
from audit.models import Checkpoint, Entry, StampAttempt, TimeStamp
from audit.stamping.authorities import Authority
from audit.stamping.checking import Asked, GenuineStamp, check_answer
from audit.stamping.flaws import ANSWERED, StampRefused
from audit.stamping.waiting import Wanted


def claim(wanted: Wanted, *, now: datetime) -> bool:
    """Count the try before it is made; say whether it is ours. Of two workers one gets it; a crash stays counted."""
    with transaction.atomic(durable=True):
        attempt, _created = StampAttempt.objects.get_or_create(
            checkpoint=wanted.checkpoint,
            authority=wanted.authority.name,
            defaults={"tries": 0, "tried_at": now, "failure": ""},
        )
        mine = StampAttempt.objects.filter(pk=attempt.pk, tries=wanted.tries)
        return mine.update(tries=wanted.tries + 1, tried_at=now) == 1


def keep_answer(
    answer: bytes, *, request: bytes, checkpoint: Checkpoint, authority: Authority, actor: Actor
) -> TimeStamp:
    """Check the answer and keep it as the checkpoint's stamp, with its entry LOG_STAMPED; return the row.

    Where the checkpoint has its stamp of this authority already, that one stays and is returned. Raises StampRefused
    for anything but a genuine stamp; nothing is stored then.
    """
    now = timezone.now()
    asked = Asked(stamped_text(checkpoint), request, not_before=checkpoint.made_at, not_after=now)
    genuine = check_answer(answer, asked=asked, authority=authority)
    with transaction.atomic(durable=True):
        stamp, created = TimeStamp.objects.get_or_create(
            checkpoint=checkpoint,
            authority=authority.name,
            defaults={
                "algorithm": genuine.algorithm,
                "request": request,
                "response": answer,
                "generated_at": genuine.generated_at,
                "serial": genuine.serial,
                "policy": genuine.policy,
                "received_at": now,
            },
        )
        if created:
            append(Action.LOG_STAMPED, subject=checkpoint, actor=actor, facts=stamp_facts(stamp, genuine))
        StampAttempt.objects.filter(checkpoint=checkpoint, authority=authority.name).delete()
    return stamp


def keep_refusal(
    refused: StampRefused, *, answer: bytes, checkpoint: Checkpoint, authority: Authority, actor: Actor
) -> None:
    """Note why a try was in vain. A token that somebody made and that is no good is logged too, once per flaw."""
    with transaction.atomic(durable=True):
        attempts = StampAttempt.objects.filter(checkpoint=checkpoint, authority=authority.name)
        attempts.update(failure=refused.note)
        if refused.flaw in ANSWERED and not _recorded(refused, checkpoint, authority):
            facts: dict[str, Json] = {
                "authority": authority.name,
                "flaw": refused.flaw.value,
                "response": digest(answer),
                "size": checkpoint.size,
            }
            append(Action.STAMP_REFUSED, subject=checkpoint, actor=actor, facts=facts)


def stamped_text(checkpoint: Checkpoint) -> bytes:
    """The bytes that a stamp is over: the whole signed text, three lines; dossiers have it as `checkpoint.txt`."""
    return checkpoint.text.encode("utf-8")


def stamp_facts(stamp: TimeStamp, genuine: GenuineStamp) -> dict[str, Json]:
    """What the log says of a stamp; both digests bind the stored bytes, their unsigned parts too."""
    return {
        "algorithm": genuine.algorithm,
        "authority": stamp.authority,
        "generated_at": instant(genuine.generated_at),
        "policy": genuine.policy,
        "request": digest(bytes(stamp.request)),
        "response": digest(bytes(stamp.response)),
        "serial": genuine.serial,
        "size": stamp.checkpoint.size,
    }


def logged_facts(entry: Entry) -> dict[str, Any]:
    """The facts of an entry; none where the entry was changed and cannot be read, which is for its own check to say."""
    try:
        body = json.loads(bytes(entry.body))
    except ValueError:
        return {}
    facts = body.get("facts") if isinstance(body, dict) else None
    return facts if isinstance(facts, dict) else {}


def digest(content: bytes) -> str:
    """A labelled digest as it stands among facts."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _recorded(refused: StampRefused, checkpoint: Checkpoint, authority: Authority) -> bool:
    subject = as_subject(checkpoint)
    entries = Entry.objects.filter(
        action=Action.STAMP_REFUSED.value, subject_kind=subject.kind, subject_id=subject.id
    )
    facts = map(logged_facts, entries)
    return any((f.get("authority"), f.get("flaw")) == (authority.name, refused.flaw.value) for f in facts)
