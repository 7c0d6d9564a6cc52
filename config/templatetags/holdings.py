"""What the rooms above `cases` hold of a case, for the case's own overview."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from dossiers.models import Dossier
from evidence.models import EvidenceCase
from witnesses.models import Witness

register = template.Library()


@register.simple_tag(takes_context=True)
def case_holdings(context: Context, case: Case) -> list[dict[str, Any]]:
    """Exhibits, witnesses and dossiers of the case, as far as the reader's role sees them: one count each."""
    user = context.request.user  # type: ignore[attr-defined]
    rooms = (
        ("evidence.view_evidence", _("Evidence"), "evidence:case_list", EvidenceCase),
        ("witnesses.register_witness", _("Witnesses"), "witnesses:case_list", Witness),
        ("dossiers.view_dossier", _("Dossiers"), "dossiers:case_list", Dossier),
    )
    return [
        {
            "label": label,
            "href": reverse(view, args=[case.pk]),
            "count": model.objects.filter(case=case).count(),
        }
        for permission, label, view, model in rooms
        if user.has_perm(permission)
    ]
