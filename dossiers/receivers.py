"""To whom a dossier goes and what for, as somebody states it when they ask for one."""

from dataclasses import dataclass, replace

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.digits import in_digits
from cases.plain_text import clean_line, clean_text
from dossiers.errors import BadDossierRequest
from witnesses.consent_rule import Destination
from witnesses.consent_words import RecipientKind, Use

LONGEST_NAME = 300
SHORTEST_STATEMENT = 10
LONGEST_STATEMENT = 2000
_OUTSIDE = (
    RecipientKind.PROSECUTOR,
    RecipientKind.UJ_AUTHORITY,
    RecipientKind.ICC_OR_UN,
    RecipientKind.COURT,
)
# What the Unicode locale data names beside the countries of ISO 3166: unions, parts of countries that have a code of
# their own only there, places where nobody lives, and codes for tests.
_NO_COUNTRIES = frozenset(
    [
        "AC",
        "AQ",
        "BV",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "GS",
        "HM",
        "IC",
        "IO",
        "QO",
        "TA",
        "TF",
        "UM",
        "UN",
        "XA",
        "XB",
        "ZZ",
    ]
)
_OF_A_COUNTRY = (RecipientKind.PROSECUTOR, RecipientKind.UJ_AUTHORITY, RecipientKind.COURT)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who receives a dossier. `country` is an ISO 3166 code of two letters.

    `conditions_met` is the lawyer's own statement that every condition is met under which witnesses consented, empty
    where nothing is stated. With `leave_out`, exhibits that consent does not cover stay behind; else they are refused.
    """

    kind: str = RecipientKind.UNSTATED
    use: str = Use.UNSTATED
    name: str = ""
    country: str = ""
    conditions_met: str = ""
    leave_out: bool = False

    @property
    def destination(self) -> Destination:
        """The same, as the rule of consent reads it."""
        return Destination(
            RecipientKind(self.kind), Use(self.use), self.name, conditions_met=bool(self.conditions_met)
        )


def checked_receiver(receiver: Receiver) -> Receiver:
    """The receiver with its words cleaned. Raises BadDossierRequest or BadText, saying what is missing."""
    if receiver.kind not in RecipientKind.values or receiver.use not in Use.values:
        raise BadDossierRequest(_("Choose from the lists who receives the dossier and what for."))
    if (receiver.kind == RecipientKind.UNSTATED) != (receiver.use == Use.UNSTATED):
        raise BadDossierRequest(_("Say both who receives the dossier and what for."))
    name = clean_line(receiver.name, label=_("The receiver's name"), required=False, max_length=LONGEST_NAME)
    if receiver.kind in _OUTSIDE and not name:
        raise BadDossierRequest(_("Name the office or the person who receives the dossier."))
    country = receiver.country.strip().upper()
    if receiver.kind in _OF_A_COUNTRY and not country:
        raise BadDossierRequest(_("Say in which country the receiver is."))
    if country and country not in dict(countries()):
        raise BadDossierRequest(_("Write the country as its code of two letters, such as SE or DE."))
    return replace(receiver, name=name, country=country, conditions_met=_statement(receiver.conditions_met))


def _statement(text: str) -> str:
    words = clean_text(text, label=_("The statement"), max_length=LONGEST_STATEMENT)
    if words and len(words) < SHORTEST_STATEMENT:
        raise BadDossierRequest(
            in_digits(
                _("State in at least %(n)d characters that the conditions are met, and how you know.")
                % {"n": SHORTEST_STATEMENT}
            )
        )
    return words


def countries() -> list[tuple[str, str]]:
    """Every country by its code and its name in the reader's language, in the order of the names."""
    names = Locale.parse((get_language() or "en").split("-")[0]).territories
    found = [
        (code, str(name))
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    return sorted(found, key=lambda one: one[1])


def country_name(code: str) -> str:
    """The country's name in the reader's language; the code where nobody knows one."""
    return dict(countries()).get(code, code)
