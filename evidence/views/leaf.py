"""Reading a document page by page, and a text by its lines."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from evidence.copies_by_lines import may_be_read_by_lines, open_text
from evidence.derivative_reading import find_derivative
from evidence.forms import FindWordsForm, LineForm
from evidence.leaves import leaf_of
from evidence.lines import lines_with, stretch_of
from evidence.queries import find_item, unknown_item
from evidence.reading import READ
from evidence.views.reader import reader


@require_safe
@permission_required(READ)
def leaf(request: HttpRequest, item_id: UUID, number: int) -> HttpResponse:
    """One page of a document with its words. The item's own page takes it in the place of the one it shows."""
    user = reader(request)
    item = find_item(item_id, user=user)
    return render(request, "evidence/leaf.html", {"item": item, "leaf": leaf_of(item, number, user=user)})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ)
def text(request: HttpRequest, item_id: UUID, derivative_id: UUID) -> HttpResponse:
    """A text by numbered lines. Words to look for come in a form, since an address is kept in too many places."""
    user = reader(request)
    item = find_item(item_id, user=user)
    derivative = find_derivative(derivative_id, user=user)
    if derivative.item_id != item.pk or not may_be_read_by_lines(derivative):
        raise unknown_item()
    form = FindWordsForm(typed(request))
    context: dict[str, Any] = {"item": item, "text": derivative}
    with open_text(derivative, actor=user).content as content:
        if form.is_valid():
            found, more = lines_with(content, form.cleaned_data["words"])
            context |= {"found": found, "more": more}
        else:
            context["stretch"] = stretch_of(content, first=LineForm(request.GET).first())
    return show_form(request, "evidence/text.html", form, context)
