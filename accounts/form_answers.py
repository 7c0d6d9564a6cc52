"""What a form is answered with: its page, or for a program that asks for JSON, what is wrong with what it sent."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: whatever was sent, even nothing, but never the parameters of a mere look."""
    return request.POST if request.method == "POST" else None


def wants_json(request: HttpRequest) -> bool:
    """Whether the client asks for JSON and for no page."""
    return request.accepts("application/json") and not request.accepts("text/html")


def show_form(request: HttpRequest, template: str, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    """The page of a form. With errors its status is 422, and for whoever asks for JSON they are the answer."""
    if form.errors and wants_json(request):
        return form_errors(form)
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def form_errors(form: forms.Form) -> JsonResponse:
    """What is wrong with a form as JSON: `details` has each sentence beside the field, as it is sent, and its label.

    What is wrong with the whole has no field. Where a box is to be ticked after reading, its `value` is what to send.
    """
    details = []
    for name, errors in form.errors.items():
        about = _about(form, name) if name in form.fields else {}
        details += [about | {"error": str(sentence)} for sentence in errors]
    said = " ".join(one["error"] for one in details)
    return JsonResponse({"ok": False, "error": said, "kind": "bad_input", "details": details}, status=422)


def _about(form: forms.Form, name: str) -> dict[str, str]:
    field = form.fields[name]
    value = field.widget.attrs.get("value")
    return {
        "field": form.add_prefix(name),
        "label": str(field.label or name),
        **({"value": str(value)} if value else {}),
    }
