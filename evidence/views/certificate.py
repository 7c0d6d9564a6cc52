"""Printing an item's custody certificate."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import permission_required
from evidence.certificate import LANGUAGES, Language, print_certificate
from evidence.errors import BadCustody
from evidence.queries import find_item
from evidence.scopes import READ
from evidence.views.reader import reader


@require_POST
@permission_required(READ)
def certificate(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The certificate as PDF; that it was printed is in the log before it leaves."""
    user = reader(request)
    printed = print_certificate(find_item(item_id, user=user), language=_language(request), actor=user)
    response = HttpResponse(printed.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{printed.name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _language(request: HttpRequest) -> Language:
    """The language that the certificate is wanted in. Raises BadCustody for none and for another one."""
    wanted = request.POST.get("language")
    for language in LANGUAGES:
        if wanted == language:
            return language
    raise BadCustody(_("Choose the language of the certificate: English or Persian."))
