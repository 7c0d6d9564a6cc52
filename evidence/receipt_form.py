"""The form that asks for a receipt."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evidence.errors import BadReceipt
from evidence.receipting import Form


class ReceiptForm(forms.Form):
    """In which language, as what, and which part of a large one."""

    language = forms.ChoiceField(label=_("Language"), choices=[("fa", "فارسی"), ("en", "English")])
    form = forms.ChoiceField(choices=[(form.value, form.value) for form in Form])
    part = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)

    def wanted(self) -> dict[str, Any]:
        """What `give_receipt` is asked for. Raises BadReceipt for a form that is not ours."""
        if not self.is_valid():
            raise BadReceipt(_("Choose the language of the receipt and whether it is paper or a file."))
        typed = self.cleaned_data
        return {"language": typed["language"], "form": Form(typed["form"]), "part": typed["part"] or 1}
