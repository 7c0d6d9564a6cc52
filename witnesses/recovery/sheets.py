"""What a sheet of the kit says, in Persian or in English: its words, numbered, and how it is kept."""

from collections.abc import Sequence
from typing import Literal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.digits import in_digits
from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Table, Value
from witnesses.recovery.kit import PublicKit

Tongue = Literal["en", "fa"]
TONGUES: tuple[Tongue, ...] = ("fa", "en")
_COLUMNS = 3
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@sensitive_variables()
def kit_sheet(kit: PublicKit, number: int, words: str, *, language: Tongue) -> Sheet:
    """One sheet. It alone opens nothing."""
    with translation.override(language):
        title = in_digits(
            _("Recovery kit, sheet %(number)d of %(shares)d") % {"number": number, "shares": kit.shares}
        )
        blocks: list[Block] = [
            Paragraph(_label(_how(kit))),
            Heading(_label(_("The words of this sheet"))),
            _numbered(words.split()),
            Paragraph(_label(_("The same words for a scanner:"))),
            Code(words.upper()),
            Heading(_label(_("How to keep it"))),
            *(Paragraph(_label(rule)) for rule in _rules()),
            Heading(_label(_("How to know the kit"))),
            Fields(
                [
                    (_label(_("Made")), Value(kit.made_at.strftime("%Y-%m-%d %H:%M UTC"), code=True)),
                    (_label(_("Words to compare by voice; they open nothing")), Value(kit.spoken, code=True)),
                ]
            ),
        ]
        return Sheet(
            organisation=settings.DADKHAH_ORGANISATION,
            title=_label(title),
            # Without spaces: with them a right-to-left line puts the numbers the other way round.
            reference=f"{number}/{kit.shares}",
            foot=settings.DADKHAH_LOG_ORIGIN,
            blocks=blocks,
            language=language,
        )


def _how(kit: PublicKit) -> str:
    sentence = _(
        "%(threshold)d of these %(shares)d sheets together open every identity that was sealed to this kit. "
        "One alone opens nothing. They are for the day when too few custodians are left."
    )
    return in_digits(sentence % {"threshold": kit.threshold, "shares": kit.shares})


def _rules() -> Sequence[str]:
    return (
        _(
            "Keep it where nobody looks for it, in another place and with another person than every other sheet."
        ),
        _(
            "Never photograph, scan, copy or type it, but on the offline machine when it is needed or rehearsed."
        ),
        _("If it was lost, or somebody else saw it, tell the custodians the same day: they make a new kit."),
    )


@sensitive_variables()
def _numbered(words: Sequence[str]) -> Table:
    lines = -(-len(words) // _COLUMNS)
    rows = [
        [
            cell
            for column in range(_COLUMNS)
            for place in [line + column * lines]
            for cell in (Value(str(place + 1), code=True), Value(words[place], code=True))
            if place < len(words)
        ]
        for line in range(lines)
    ]
    number, word = _label(_("No.")), _label(_("Word"))
    return Table([number, word] * _COLUMNS, [1, 4] * _COLUMNS, rows)


def _label(words: str) -> Label:
    said = words.translate(_PERSIAN_DIGITS) if translation.get_language() == "fa" else words
    return Label(en=said, fa=said)
