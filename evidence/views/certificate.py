"""Printing an item's custody certificate."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from accounts.access import permission_required
from evidence.certificate import Language, print_certificate
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
    """The one that was asked for, else the reader's own."""
    wanted = request.POST.get("language") or get_language() or "en"
    return "fa" if wanted.startswith("fa") else "en"
