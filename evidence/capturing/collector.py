"""What leads to who captured an item online: written and read by lawyers of the case, and each reading is logged."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.plain_text import clean_line
from evidence.capturing.addresses import clean_ip
from evidence.errors import BadCapture
from evidence.models import CollectorTrace, EvidenceItem
from evidence.placement import only_case
from evidence.queries import find_item
from evidence.scopes import READ_FOUND


def record_trace(item: EvidenceItem, *, collector_ip: str, persona_used: str, actor: Actor) -> CollectorTrace:
    """Add the next version of the address that the collector had on the net, and of the invented name they used.

    Both empty says that what stood there before is withdrawn. Raises NotPermitted, UnknownEvidence, BadText, or
    BadCapture for what is no IP address and for a version that says nothing new; leaves no row behind.
    """
    user = require(actor, READ_FOUND)
    item = find_item(item.pk, user=user)
    typed = (
        clean_ip(collector_ip, label=_("The collector’s IP address")),
        clean_line(persona_used, label=_("The persona"), required=False, max_length=300),
    )
    with transaction.atomic():
        # Locks the item's row, as its custody does: two who write at once get two numbers.
        EvidenceItem.objects.select_for_update().values_list("pk").get(pk=item.pk)
        last = item.collector_traces.order_by("-version").first()
        if typed == ((last.collector_ip, last.persona_used) if last else ("", "")):
            raise BadCapture(_("Nothing is different from what was recorded last. Change what is wrong."))
        number = CollectorTrace.objects.filter(item=item).aggregate(last=Max("version"))["last"] or 0
        recorded = CollectorTrace.objects.create(
            item=item, version=number + 1, recorded_by=user, collector_ip=typed[0], persona_used=typed[1]
        )
        log.append(
            Action.COLLECTOR_TRACE_RECORDED,
            subject=item,
            actor=user,
            facts=recorded.facts(),
            case_id=only_case(item),
        )
    return recorded


def read_traces(item: EvidenceItem, *, actor: Actor) -> Sequence[CollectorTrace]:
    """Every version, the newest first; in the log before it is shown. Raises NotPermitted or UnknownEvidence."""
    user = require(actor, READ_FOUND)
    item = find_item(item.pk, user=user)
    with transaction.atomic():
        log.append(
            Action.COLLECTOR_TRACE_READ,
            subject=item,
            actor=user,
            facts={"reference": item.reference},
            case_id=only_case(item),
        )
    traces = CollectorTrace.objects.visible_to(user).filter(item=item)
    return list(traces.select_related("recorded_by").order_by("-version"))
