"""What is done with an item while somebody holds it: one form for each act."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from accounts.models import User
from audit.errors import BadInput, Broken, Conflict
from cases.confirming import attempt_form
from evidence import keeping
from evidence.circumstances import papers_for
from evidence.custody import chain_of
from evidence.handing_over import HAND_OVER
from evidence.holding import open_seals
from evidence.keeping_forms import (
    CheckOutForm,
    CollectedForm,
    ConfirmForm,
    CorrectForm,
    MoveForm,
    ReturnForm,
    SealForm,
    UnsealForm,
)
from evidence.models import CustodyEvent, EvidenceItem
from evidence.queries import find_event, find_item
from evidence.views.reader import reader
from evidence.vocabulary import CustodyKind


@dataclass(frozen=True, slots=True)
class Screen:
    """The words of one act: its heading, why we ask, its button, and what is said when it is done."""

    heading: Promise
    why: Promise
    submit: Promise
    done: Promise


SEAL = Screen(
    _("Put a seal on"),
    _("Only who holds the item records this. A second person confirms it from its custody."),
    _("Record the seal"),
    _("The seal is recorded. Ask a second person to confirm it."),
)
UNSEAL = Screen(
    _("Open a seal"),
    _("Write the number as it is read on the seal before it is cut, even if it is not the one you expect."),
    _("Record the opening"),
    _("The opening is recorded. Ask a second person to confirm it."),
)
MOVE = Screen(
    _("Move the item"),
    _("From one place to another, with the same holder. To give it to somebody else, hand it over."),
    _("Record the move"),
    _("The move is recorded."),
)
CHECK_OUT = Screen(
    _("Check the item out"),
    _("For a time and with a day on which it is due. You still hold it and answer for it."),
    _("Record the check-out"),
    _("It is checked out. Record its return when it is back."),
)
RETURN = Screen(
    _("Take the item back"),
    _("The stored bytes are read in full and compared, as at every hand-over."),
    _("Record the return"),
    _("The return is recorded."),
)
RETURN_OF_A_THING = Screen(
    _("Take the item back"),
    _("Look at it and at its seal before you record it: from then on you answer for how it is."),
    _("Record the return"),
    _("The return is recorded."),
)
COLLECTED = Screen(
    _("Who collected it"),
    _("What is remembered of the time before it came here. It is entered now and says when it happened."),
    _("Record the collection"),
    _("The collection is recorded."),
)
CONFIRM = Screen(
    _("Confirm as the second person"),
    _("Confirm only what you saw with your own eyes."),
    _("I saw it and confirm it"),
    _("Your confirmation is recorded."),
)
CORRECT = Screen(
    _("Correct an event"),
    _("The event stays as it is, shown as corrected. Who holds the item does not change by this."),
    _("Record the correction"),
    _("The correction is recorded."),
)


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def seal(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Put a seal on."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = SealForm(typed(request), papers=papers_for(item, user=user))
    return _act(
        request,
        item,
        form,
        SEAL,
        lambda user: keeping.seal(
            item, facts=form.circumstances(), photograph=form.cleaned_data["photograph"], actor=user
        ),
    )


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def unseal(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Open a seal."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = UnsealForm(typed(request), seals=open_seals(list(chain_of(item))))
    return _act(
        request,
        item,
        form,
        UNSEAL,
        lambda user: keeping.open_seal(item, seal=form.chosen(), facts=form.circumstances(), actor=user),
    )


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def move(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Move the item from one place to another."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = MoveForm(typed(request))
    return _act(
        request, item, form, MOVE, lambda user: keeping.move(item, facts=form.circumstances(), actor=user)
    )


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def check_out(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Give the item to somebody for a time."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = CheckOutForm(typed(request))
    return _act(
        request,
        item,
        form,
        CHECK_OUT,
        lambda user: keeping.check_out(
            item,
            to=form.cleaned_data["name"],
            due=form.cleaned_data["due"],
            facts=form.circumstances(),
            actor=user,
        ),
    )


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def take_back(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Record that the item came back."""
    user = reader(request)
    item = find_item(item_id, user=user)
    out = keeping.to_come_back(list(chain_of(item)))
    signed = out is not None and out.kind == CustodyKind.TRANSFER_ACCEPTED
    form = ReturnForm(typed(request), papers=papers_for(item, user=user) if signed else None)
    return _act(
        request,
        item,
        form,
        RETURN if item.has_bytes else RETURN_OF_A_THING,
        lambda user: keeping.take_back(
            item,
            brought_by=form.cleaned_data["name"],
            document=form.cleaned_data.get("document"),
            facts=form.circumstances(),
            actor=user,
        ),
        event=out,
    )


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def collected(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Record who collected the item before it came here."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = CollectedForm(typed(request))
    return _act(
        request,
        item,
        form,
        COLLECTED,
        lambda user: keeping.record_collection(
            item,
            collected_by=form.cleaned_data["collected_by"],
            released_by=form.cleaned_data["released_by"],
            authority=form.cleaned_data["authority"],
            facts=form.circumstances(),
            actor=user,
        ),
    )


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def confirm(request: HttpRequest, item_id: UUID, event_id: UUID) -> HttpResponse:
    """Confirm, as the second person, what was done with a seal."""
    user = reader(request)
    item = find_item(item_id, user=user)
    event = find_event(item, event_id)
    form = ConfirmForm(typed(request))
    return _act(
        request,
        item,
        form,
        CONFIRM,
        lambda user: keeping.confirm(event, note=form.cleaned_data["note"], actor=user),
        event=event,
    )


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def correct(request: HttpRequest, item_id: UUID, event_id: UUID) -> HttpResponse:
    """Say what is wrong with an event."""
    user = reader(request)
    item = find_item(item_id, user=user)
    event = find_event(item, event_id)
    form = CorrectForm(typed(request))
    return _act(
        request,
        item,
        form,
        CORRECT,
        lambda user: keeping.correct(
            event, reason=form.cleaned_data["reason"], facts=form.circumstances(), actor=user
        ),
        event=event,
    )


def _act(
    request: HttpRequest,
    item: EvidenceItem,
    form: forms.Form,
    screen: Screen,
    do: Callable[[User], CustodyEvent],
    *,
    event: CustodyEvent | None = None,
) -> HttpResponse:
    """Show the form of an act and, once it is filled in well, do it; what the work refuses stands on the form."""
    sent = request.method == "POST" and form.is_valid()
    event_made = (
        attempt_form(form, do, by=reader(request), foreseen=(BadInput, Conflict, Broken)) if sent else None
    )
    if event_made:
        messages.success(request, str(screen.done))
        return redirect("evidence:item", item.pk)
    context = {"item": item, "screen": screen, "event": event}
    return show_form(request, "evidence/custody_act.html", form, context)
