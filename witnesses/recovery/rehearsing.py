"""A rehearsal: the sheets open a test record, and no word of them comes near the server.

The server seals a fresh code to the kit and keeps its digest; on the offline machine the sheets open it; typed in at
the server, it proves that enough sheets are there and can be read.
"""

import hashlib
import hmac
import uuid

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit import log
from audit.actions import Action
from audit.actors import Actor
from witnesses.errors import SealBroken
from witnesses.models import KitRehearsal, RecoveryTest
from witnesses.offices import in_office
from witnesses.pseudonyms import new_opening_code, read_opening_code
from witnesses.recovery.carried import REHEARSAL, bytes_of, read_carried, text_of, to_carry
from witnesses.recovery.errors import BadKitFile, NoKit, WordsDoNotOpen
from witnesses.recovery.seals import installed_kit, public_kit
from witnesses.sealed import SealedText
from witnesses.sealing import Binding, open_data_key, seal_data_key

REVIEW = "witnesses.review_custodians"


@sensitive_variables()
def begin_rehearsal(*, actor: Actor) -> bytes:
    """The file with a test record for the kit of today. Raises NotPermitted, NotACustodian, NoKit."""
    user = in_office(actor, REVIEW)
    kit = installed_kit()
    if kit is None:
        raise NoKit
    code = new_opening_code()
    test = RecoveryTest(id=uuid.uuid4(), kit=kit, digest=_digest(code), made_by=user)
    sealed = seal_data_key(code.encode(), public_key=bytes(kit.public_key), binding=_binding(str(test.pk)))
    with transaction.atomic():
        test.save(force_insert=True)
        log.append(Action.KIT_TEST_MADE, subject=test, actor=actor, facts={"kit": str(kit.pk)})
    return to_carry(REHEARSAL, public_kit(kit), [{"test": str(test.pk), "sealed": text_of(sealed)}])


@sensitive_variables()
def answer_of(content: bytes, sheets: list[str]) -> SealedText:
    """Offline: the code that the sheets open. Raises BadKitFile, WordsDoNotOpen."""
    carried = read_carried(content, kind=REHEARSAL)
    seed = carried.seed(sheets)
    try:
        line = carried.lines[0]
        opened = open_data_key(bytes_of(line["sealed"]), seed=seed, binding=_binding(str(line["test"])))
        return SealedText(opened.decode())
    except (SealBroken, ValueError, TypeError, LookupError):
        raise BadKitFile from None


@sensitive_variables()
def record_rehearsal(typed: str, *, actor: Actor) -> KitRehearsal:
    """Records that the sheets opened a test record of the kit of today.

    Raises NotPermitted, NotACustodian, NoKit, and WordsDoNotOpen for a code of no open rehearsal.
    """
    user = in_office(actor, REVIEW)
    kit = installed_kit()
    if kit is None:
        raise NoKit
    digest = _digest(read_opening_code(typed))
    waiting = RecoveryTest.objects.filter(kit=kit, rehearsal__isnull=True)
    test = next((one for one in waiting if hmac.compare_digest(bytes(one.digest), digest)), None)
    if test is None:
        raise WordsDoNotOpen(_("This is not the code of a rehearsal of this kit, or it was typed in before."))
    with transaction.atomic():
        rehearsal = KitRehearsal.objects.create(test=test, recorded_by=user)
        log.append(Action.KIT_REHEARSED, subject=test, actor=actor, facts={"kit": str(kit.pk)})
    return rehearsal


def _binding(test: str) -> Binding:
    return {"purpose": "rehearsal", "test": test}


@sensitive_variables()
def _digest(code: str) -> bytes:
    # 125 random bits: no salt is needed against guessing.
    return hashlib.sha256(b"dadkhah/recovery-rehearsal/v1\x00" + code.encode()).digest()
