"""Forms in which whoever writes chooses whether the words are sealed or plain."""

from typing import Final

from django import forms
from django.utils.translation import gettext as _

from witnesses.custodians import fewest_custodians
from witnesses.health import count_ready

SEALED: Final = "sealed"
PLAIN: Final = "plain"


def usual_keeping() -> str:
    """How words are kept where nobody chooses otherwise: sealed, as soon as anything can be sealed."""
    return SEALED if count_ready() >= fewest_custodians() else PLAIN


class KeptForm(forms.Form):
    """A form with the field `kept`, unless how the words are kept was settled before."""

    def another_way(self) -> str:
        """To seal words that few people fit, where they were sent as plain and can be sealed."""
        if "kept" not in self.fields or self.data.get("kept") == SEALED or usual_keeping() != SEALED:
            return ""
        return _("Or choose “Sealed” under “%(question)s”.") % {"question": self.fields["kept"].label}
