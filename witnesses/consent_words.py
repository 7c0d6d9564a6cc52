"""The closed words of consent: to what, with which answer, how it was given and taken back, and to whom things go."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a witness is asked, one by one. Nothing is taken to follow from a yes to something else."""

    STORE = "store", _("Keep it here")
    ANALYSE = "analyse", _("Work with it inside this organisation")
    NAMED_PROSECUTORS = "share_with_named_prosecutors", _("Give it to the prosecutors named below")
    ANY_UJ_AUTHORITY = (
        "share_with_any_uj_authority",
        _("Give it to any authority that investigates such crimes under universal jurisdiction"),
    )
    ICC_OR_UN = (
        "share_with_icc_or_un",
        _("Give it to the International Criminal Court or a body of the United Nations"),
    )
    COURT_IDENTITY = (
        "court_disclosure_of_identity",
        _("Disclose who the witness is to a court and its parties"),
    )
    TESTIFY = "testify", _("Testify in person")
    CONTACT = "contact_again", _("Be contacted again")
    PUBLISH_ANONYMISED = "publish_anonymised", _("Publish it without anything that tells who the witness is")
    PUBLISH_NAMED = "publish_named", _("Publish it with the witness’s name")
    ARCHIVE = "archive_after_case", _("Keep it in an archive when the case is over")


class Answer(models.TextChoices):
    """What the witness said to one purpose."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    CONDITIONAL = "conditional", _("Yes, on conditions")


class Standing(models.TextChoices):
    """What an answer comes to on a certain day."""

    YES = "yes", _("Yes")
    CONDITIONAL = "conditional", _("Yes, on conditions")
    NO = "no", _("No")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    NONE = "none", _("Never asked")


class ConsentMethod(models.TextChoices):
    """How consent was given."""

    SIGNED = "signed", _("Signed on paper")
    RECORDED = "recorded", _("Said aloud and recorded")
    ORAL = "oral", _("Said aloud before a second person")


class ConsentGiver(models.TextChoices):
    """Who gave it."""

    WITNESS = "witness", _("The witness")
    GUARDIAN = "guardian", _("A parent or guardian, for a minor")
    REPRESENTATIVE = "representative", _("A person whom the witness or a court empowered")


class ConsentForm(models.TextChoices):
    """Which words the witness was asked by. A new printed form gets a new version here."""

    C1 = "c1", _("Our form, version C1")
    PARTNER = "partner", _("The form of another organisation")
    NONE = "none", _("No form; the purposes were read out one by one")


class WithdrawalWay(models.TextChoices):
    """How a withdrawal reached us."""

    IN_PERSON = "in_person", _("In person")
    CALL = "call", _("By a call")
    WRITTEN = "written", _("In writing or by message")
    THROUGH = "through", _("Through somebody whom the witness trusts")


class RecipientKind(models.TextChoices):
    """Who receives a dossier. What its receiver may get depends on this."""

    UNSTATED = "unstated", _("Not recorded")
    PROSECUTOR = "prosecutor", _("A national prosecutor, by name")
    UJ_AUTHORITY = "uj_authority", _("Another authority under universal jurisdiction")
    ICC_OR_UN = "icc_or_un", _("The International Criminal Court or a body of the United Nations")
    COURT = "court", _("A court and its parties")
    INTERNAL = "internal", _("Nobody outside: a working copy for us")
    PUBLIC = "public", _("The public")


class Use(models.TextChoices):
    """What the receiver is to do with a dossier."""

    UNSTATED = "unstated", _("Not recorded")
    INVESTIGATION = "investigation", _("An investigation or a prosecution")
    HEARING = "hearing", _("Evidence in a hearing")
    ANALYSIS = "analysis", _("Work inside this organisation")
    ARCHIVE = "archive", _("An archive, once the case is over")
    PUBLICATION = "publication", _("Publication")


class Why(models.TextChoices):
    """Why a consent does not cover what is asked of it."""

    NONE = "none", _("no consent is recorded")
    NO = "no", _("the witness said no to “%(purpose)s”")
    WITHDRAWN = "withdrawn", _("the consent to “%(purpose)s” was withdrawn")
    EXPIRED = "expired", _("the consent to “%(purpose)s” has expired")
    NOT_NAMED = "not_named", _("this prosecutor is not among those whom the witness named")
    CONDITIONS = (
        "conditions",
        _("the consent to “%(purpose)s” has conditions; state that they are met"),
    )
    CONDITIONS_ERASED = (
        "conditions_erased",
        _("the consent to “%(purpose)s” has conditions that nobody can read any more"),
    )
    AT_RISK = (
        "at_risk",
        _("its going out could bring somebody into danger; a lawyer of the case has stopped it"),
    )
    UNSTATED = "unstated", _("it is not recorded to whom the dossier goes and what for")
