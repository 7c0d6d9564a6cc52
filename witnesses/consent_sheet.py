"""Consent on paper: an empty form to be read out and signed, and the record of what was answered. No name on either."""

from datetime import date
from typing import Literal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.paper.sheets import Block, Fields, Heading, Label, Paragraph, Sheet, Table, Value
from cases.dating import PartialDate, display_dates
from witnesses.consent_state import states_of
from witnesses.consent_words import Answer, ConsentForm, Purpose
from witnesses.models import Consent, Witness

Tongue = Literal["en", "fa"]
TONGUES: tuple[Tongue, ...] = ("en", "fa")
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_BOX = "[     ]"
# As long as a line of the paper has room beside its label.
_LINE = "." * 110


def empty_form(witness: Witness, *, language: Tongue) -> Sheet:
    """The form to be read to the witness, with a box for every answer and lines for what belongs to it."""
    with translation.override(language):
        blocks: list[Block] = [
            Fields([(_label(_("Witness")), Value(witness.pseudonym, code=True))]),
            *_told(),
            Heading(_label(_("Your answers"))),
            Paragraph(_label(_("Each question is asked for itself. A yes to one is no yes to another."))),
            _boxes(),
            Heading(_label(_("What belongs to the answers"))),
            Fields([(_label(words), Value(f"{_LINE}\n{_LINE}")) for words in _to_be_written()]),
            Heading(_label(_("Given"))),
            Fields([(_label(words), Value(_LINE)) for words in _to_be_signed()]),
            Paragraph(
                _label(
                    _(
                        "Do not write your name on this paper. Sign with a sign of your own; whoever takes the form "
                        "confirms that it was you."
                    )
                )
            ),
        ]
        return _sheet(_("Consent"), witness, blocks, language)


@sensitive_variables()
def consent_record(consent: Consent, *, language: Tongue, on: date) -> Sheet:
    """What a version of the consent says, and what each answer comes to on this day."""
    with translation.override(language):
        blocks: list[Block] = [
            Fields(_how_given(consent, language)),
            Heading(_label(_("The answers"))),
            _answers(consent, on),
            *_withdrawals(consent, language),
            Paragraph(_label(_("What was shared before a withdrawal cannot be called back."))),
            Heading(_label(_("Signatures"))),
            Fields(
                [
                    (_label(_("Recorded by")), Value(consent.recorded_by.full_name)),
                    (_label(_("Signature")), Value(_LINE)),
                    (_label(_("Place and date")), Value(_LINE)),
                ]
            ),
        ]
        title = _("Record of consent, version %(number)s") % {"number": consent.version}
        return _sheet(_digits(title, language), consent.witness, blocks, language)


def _sheet(title: str, witness: Witness, blocks: list[Block], language: Tongue) -> Sheet:
    return Sheet(
        organisation=settings.DADKHAH_ORGANISATION,
        title=_label(title),
        reference=f"{witness.pseudonym} · {ConsentForm.C1.value.upper()}",
        foot=settings.DADKHAH_LOG_ORIGIN,
        blocks=blocks,
        language=language,
    )


def _told() -> list[Block]:
    """What has to be said before anything is asked."""
    said = (
        (
            _("You decide"),
            _(
                "You may say no to any of this or to all of it, now or later, without a reason. Nothing that you are "
                "entitled to depends on it. Ask whatever you want to know before you answer."
            ),
        ),
        (
            _("We promise nothing"),
            _(
                "Nobody here can promise a trial, a judgment, protection, a permit to stay, money, or that what you "
                "tell us will be used at all."
            ),
        ),
        (
            _("What stays secret, and what does not"),
            _(
                "We keep your name sealed and speak of you by the pseudonym above. No single person here can open the "
                "seal. But what you tell can point to you, and a court will want to know who you are. In Sweden there "
                "is no anonymity before a court: your identity will be disclosed to the accused and the defence. "
                "Other countries have other rules; have them explained before you agree to it."
            ),
        ),
        (
            _("You can take it back"),
            _(
                "At any time, by any way that reaches us, all of it or a part. From then on we hand over nothing more "
                "of what you took back. What was handed over before cannot be called back."
            ),
        ),
    )
    return [block for head, text in said for block in (Heading(_label(head)), Paragraph(_label(text)))]


def _boxes() -> Table:
    columns = [_label(_("Purpose")), *(_label(str(answer.label)) for answer in Answer)]
    # The word beside each box, so that nobody loses the column on the way down.
    rows = [
        [Value(str(purpose.label)), *(Value(f"{_BOX} {answer.label}") for answer in Answer)]
        for purpose in Purpose
    ]
    return Table(columns, [12, 4, 4, 6], rows)


def _to_be_written() -> list[str]:
    return [
        _("Prosecutors whom you name"),
        _("Who may contact you again"),
        _("Your conditions"),
        _("Last day on which it holds"),
    ]


def _to_be_signed() -> list[str]:
    return [
        _("Language in which it was read to you"),
        _("Your sign"),
        _("Parent or guardian, for a minor"),
        _("Interpreter, by reference"),
        _("Who takes this consent"),
        _("Place and date"),
    ]


@sensitive_variables()
def _how_given(consent: Consent, language: Tongue) -> list[tuple[Label, Value]]:
    words = consent.words
    rows = [
        (_("Witness"), Value(consent.witness.pseudonym, code=True)),
        (_("When it was given"), Value(_day(words.date, language) or str(words.date_as_written))),
        (_("Who gave it"), Value(consent.get_given_by_display())),
        (_("Parent, guardian or representative"), Value(words.guardian)),
        (_("How"), Value(consent.get_method_display())),
        (_("Who heard it"), Value(words.heard_by)),
        (_("By which form"), Value(consent.get_form_display())),
        (_("Language in which it was read to the witness"), Value(consent.get_language_display())),
        (_("Who took it"), Value(words.taken_by)),
        (_("Interpreter"), Value(words.interpreter)),
        (_("Prosecutors whom the witness named"), Value(words.prosecutors)),
        (_("Who may contact the witness again"), Value(words.contact_by)),
        (_("Conditions"), Value(words.conditions)),
        (
            _("Last day on which it holds"),
            Value(_digits(consent.expires_on.isoformat(), language) if consent.expires_on else ""),
        ),
    ]
    return [(_label(label), value) for label, value in rows if value.text]


def _answers(consent: Consent, on: date) -> Table:
    said = {one.purpose: one.get_answer_display() for one in consent.answers.all()}
    rows = [
        [
            Value(str(state.purpose.label)),
            Value(str(said.get(state.purpose.value, "–"))),
            Value(str(state.standing.label)),
        ]
        for state in states_of(consent, on=on)
    ]
    return Table([_label(_("Purpose")), _label(_("What was answered")), _label(_("Now"))], [14, 5, 5], rows)


def _withdrawals(consent: Consent, language: Tongue) -> list[Block]:
    rows = [
        [
            Value(_day(one.words.date, language) or str(one.words.date_as_written)),
            Value(one.get_received_display()),
            Value("\n".join(str(purpose.label) for purpose in one.withdrawn)),
        ]
        for one in consent.withdrawals.all()
    ]
    if not rows:
        return []
    columns = [_label(_("When")), _label(_("How it reached us")), _label(_("What was taken back"))]
    return [Heading(_label(_("Withdrawals"))), Table(columns, [5, 5, 14], rows)]


def _day(written: PartialDate | None, language: Tongue) -> str:
    return str(display_dates(written, language)) if written else ""


def _label(words: str) -> Label:
    """A label of a sheet in one language, which draws the words of that language alone."""
    return Label(words, words)


def _digits(text: str, language: Tongue) -> str:
    return text.translate(_PERSIAN_DIGITS) if language == "fa" else text
