"""Working copies, redactions, translations and what machines derived, each with its parent."""

from typing import Any

from django.conf import settings

from evidence.alike import looks_like
from evidence.copies_by_lines import may_be_read_by_lines
from evidence.derivative_failures import sentence
from evidence.derivative_reading import derivatives_of
from evidence.derivative_words import UNFINISHED, DerivativeState
from evidence.inspecting.all_the_same import may_be_read_as_text, may_be_widened
from evidence.inspecting.malware import FLAGGED
from evidence.lineage import Node, tree_of
from evidence.models import FoundValue
from evidence.sections.section import Asking

_CAN_BE_TRIED = (DerivativeState.FAILED, DerivativeState.MISSING)


def facts(asking: Asking) -> dict[str, Any]:
    """The tree, what waits, what is flagged, what looks like it, and whether the file names places or people."""
    derivatives = derivatives_of(asking.item, user=asking.user)
    return {
        "tree": [_shown(node) for node in tree_of(derivatives)],
        "waiting": any(one.state in UNFINISHED for one in derivatives),
        "unread": may_be_read_as_text(asking.item),
        "times": settings.DADKHAH_WIDER_LIMITS,
        "flagged": any(one.finding == FLAGGED for one in derivatives),
        "alike": looks_like(asking.item, user=asking.user),
        "found": FoundValue.objects.visible_to(asking.user).filter(item=asking.item).exists(),
    }


def _shown(node: Node) -> dict[str, Any]:
    return {
        "one": node.derivative,
        "count": node.count,
        "by_lines": not node.derivative.by_program and may_be_read_by_lines(node.derivative),
        "why": sentence(node.derivative.failure, node.derivative.failure_detail),
        "can_be_widened": may_be_widened(node.derivative),
        "can_be_tried": node.derivative.by_program and node.derivative.state in _CAN_BE_TRIED,
        "children": [_shown(child) for child in node.children],
    }
