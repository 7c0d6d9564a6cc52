"""The closed vocabularies of what is done so that nobody comes to harm. Pure."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

# An assessment that nobody looks at again for longer than this protects nobody.
LONGEST_REVIEW_DAYS: Final = 366


class Level(models.TextChoices):
    """How great the danger to somebody is."""

    NOT_KNOWN = "not_known", _("not known")
    LOW = "low", _("low")
    MODERATE = "moderate", _("moderate")
    HIGH = "high", _("high")
    ACUTE = "acute", _("acute")


class Circle(models.TextChoices):
    """Whom a danger or a threat concerns. Never by name."""

    WITNESS = "witness", _("the witness")
    FAMILY = "family", _("family inside the country")
    THIRD = "third", _("third persons")


class Threat(models.TextChoices):
    """In what a threat or a reprisal consists."""

    ARREST = "arrest", _("Arrest")
    SUMMONS = "summons", _("Summons or questioning")
    SURVEILLANCE = "surveillance", _("Surveillance")
    CALLS = "calls", _("Threats by call or message")
    VISIT = "visit", _("A visit at home or at work")
    DISMISSAL = "dismissal", _("Dismissal, or exclusion from studies")
    TRAVEL_BAN = "travel_ban", _("Travel ban, or passport taken")
    SEIZURE = "seizure", _("Property seized or accounts closed")
    VIOLENCE = "violence", _("Violence")
    SMEAR = "smear", _("Smear in media or networks")
    ONLINE = "online", _("Attack on devices or accounts")
    OTHER = "other", _("Something else")


class Contact(models.TextChoices):
    """Whether the witness may be contacted."""

    USUAL = "usual", _("as usual")
    SAFE_WAY = "safe_way", _("only the safe way that the sealed identity names")
    NONE = "none", _("none for now")


class Disclosure(models.TextChoices):
    """Whether exhibits that rest on the witness may go out."""

    CONSENTED = "consented", _("as the witness consented")
    NONE = "none", _("none for now")


class Measure(models.TextChoices):
    """What protects."""

    DIGITAL = "digital", _("Safety of devices and accounts")
    ROUTE = "route", _("A safe way of contact")
    MOVE = "move", _("Another place to stay")
    LEGAL = "legal", _("Legal protection")
    SUPPORT = "support", _("Support of the family")
    REDACTION = "redaction", _("Blacking out or holding back of exhibits")
    OTHER = "other", _("Something else")


class ReferralKind(models.TextChoices):
    """Which help was offered."""

    LEGAL = "legal", _("Legal")
    MEDICAL = "medical", _("Medical")
    PSYCHOLOGICAL = "psychological", _("Psychological")
    SECURITY = "security", _("Security")


class ReferralAnswer(models.TextChoices):
    """What became of an offer of help."""

    NOT_YET = "not_yet", _("no answer yet")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    FOLLOWED_UP = "followed_up", _("followed up")
