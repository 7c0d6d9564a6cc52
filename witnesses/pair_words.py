"""The words in which pairs of pseudonyms are shown."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from witnesses.leaks.pairs import Likeness
from witnesses.leaks.surety import Surety
from witnesses.quorum.duplicates import Compared

SURETIES: Final = {
    Surety.SURE: gettext_lazy("all but sure"),
    Surety.LIKELY: gettext_lazy("likely"),
    Surety.POSSIBLE: gettext_lazy("possible"),
}
LIKENESSES: Final = {
    Likeness.DOCUMENT: gettext_lazy("same document number"),
    Likeness.TELEPHONE: gettext_lazy("same telephone"),
    Likeness.EMAIL: gettext_lazy("same e-mail address"),
    Likeness.SAME_NAME: gettext_lazy("same name"),
    Likeness.NAMES_ALIKE: gettext_lazy("names alike"),
    Likeness.BIRTHDAY: gettext_lazy("same day of birth"),
}


def shown_pairs(told: Compared) -> dict[str, Any]:
    """What the page shows of a comparison: pseudonyms, how sure, and why in kinds."""
    pairs = [
        {
            "one": pair.one,
            "other": pair.other,
            "surety": SURETIES[pair.surety],
            "by": _(", ").join(str(LIKENESSES[kind]) for kind in pair.by),
        }
        for pair in told.pairs
    ]
    return {"pairs": pairs, "compared": told.compared, "unopened": told.unopened}
