"""The filters of the list of entries, read from the address."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from audit.actions import Action
from audit.queries import Filters


class MomentField(forms.DateTimeField):
    """A moment that has a place in UTC: an offset can lead out of the calendar at its two ends."""

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class FilterForm(forms.Form):
    """All optional. A value that cannot be read is shown as an error and filters nothing."""

    action = forms.ChoiceField(label=_("Action"), required=False)
    actor = forms.CharField(
        label=_("Actor"), required=False, max_length=200, help_text=_("As the log names them.")
    )
    case = forms.UUIDField(
        label=_("Case"), required=False, help_text=_("The id at the end of the case's address.")
    )
    since = MomentField(label=_("From"), required=False, help_text=_("Date, or date and time, in UTC."))
    until = MomentField(label=_("Until"), required=False, help_text=_("Up to but not including this moment."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what line 1 says
        field.choices = [("", _("Any action")), *((action.value, action.sentence) for action in Action)]

    def filters(self) -> Filters:
        """The filters of every field that could be read."""
        self.full_clean()
        data = self.cleaned_data if self.is_bound else {}
        return Filters(
            action=Action(data["action"]) if data.get("action") else None,
            actor=data.get("actor") or None,
            case_id=data.get("case"),
            since=data.get("since"),
            until=data.get("until"),
        )
