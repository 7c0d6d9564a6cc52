"""The report of a period as a printed sheet, in its reader's language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import jdatetime
from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from audit.digits import in_digits, persian_digits
from audit.models import Entry
from audit.names import shown_names
from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Table, Value
from audit.report_csv import MOST
from audit.report_facts import Listing, ReportFacts
from audit.resolving import facts_of
from audit.sensitive import Sensitive
from audit.shown import sentence_of


def report_sheet(facts: ReportFacts, listing: Listing, *, reference: str) -> Sheet:
    """Return the sheet in the active language. Its square code holds the digest of `entries.csv`."""
    checkpoint, root = facts.checkpoint, bytes(facts.checkpoint.root).hex()
    language: Literal["en", "fa"] = "fa" if _persian() else "en"
    blocks: list[Block] = [
        Fields(
            [
                (_label(_("From")), _moment(facts.period.since)),
                (_label(_("Until")), _moment(facts.period.until)),
                (_label(_("Entries in the period")), _number(facts.entries)),
                (_label(_("Entries that differ from what was hashed")), _number(listing.differing)),
                (_label(_("Entries covered by the signature")), Value(_covered(checkpoint.size))),
                (_label(_("Root")), Value(root, code=True)),
                (_label(_("Signed")), _moment(checkpoint.made_at)),
                (_label(_("Log")), Value(checkpoint.origin, code=True)),
            ]
        ),
        _agreement(listing),
        *_broken(facts),
        *_cut(facts),
        Heading(_label(_("Acts"))),
        _acts(facts),
        *(_sensitive(facts.sensitive) if facts.sensitive else _no_sensitive()),
        Heading(_label(_("Verifications by people"))),
        *_verifications(facts),
        Heading(_label(_("Checkpoints"))),
        *_checkpoints(facts),
        Heading(_label(_("Time-stamps"))),
        *_stamps(facts),
        Heading(_label(_("Digest of entries.csv"))),
        Code(f"sha256:{listing.sha256}"),
    ]
    return Sheet(
        organisation=settings.DADKHAH_ORGANISATION,
        title=_label(_("Report of the log")),
        reference=reference,
        foot=f"{checkpoint.origin} · {checkpoint.size} · {root}",
        blocks=blocks,
        language=language,
    )


def _covered(size: int) -> str:
    return _("%(count)s (the entry of this signing comes after it)") % {"count": _digits(size)}


def _agreement(listing: Listing) -> Block:
    """Whether the rows were found to say what was hashed; in the head, for whoever reads no further."""
    if not listing.differing:
        return Paragraph(_label(_("Every row of entries.csv agrees with what was hashed into the log.")))
    sentence = ngettext(
        "%(n)s row of entries.csv does not agree with what was hashed into the log: what it says may be falsified. "
        "Its column “agreement” names what differs. Keep the database as it is and verify the log now.",
        "%(n)s rows of entries.csv do not agree with what was hashed into the log: what they say may be falsified. "
        "The column “agreement” names what differs. Keep the database as it is and verify the log now.",
        listing.differing,
    ) % {"n": _digits(listing.differing)}
    return Paragraph(_label(sentence))


def _broken(facts: ReportFacts) -> list[Block]:
    """That verifications found breaks stands in the head as well."""
    if not facts.breaks.count:
        return []
    sentence = ngettext(
        "%(n)s verification in the period found that the log is not what was recorded: it is listed below.",
        "%(n)s verifications in the period found that the log is not what was recorded: they are listed below.",
        facts.breaks.count,
    ) % {"n": _digits(facts.breaks.count)}
    return [Paragraph(_label(sentence))]


def _cut(facts: ReportFacts) -> list[Block]:
    if facts.entries <= MOST:
        return []
    sentence = _(
        "entries.csv holds the first %(most)s entries of the period alone. "
        "For the rest, make reports of shorter periods."
    ) % {"most": _digits(MOST)}
    return [Paragraph(_label(sentence))]


def _acts(facts: ReportFacts) -> Block:
    rows = [
        [Value(sentence_of(action)), Value(action, code=True), _number(count)]
        for action, count in facts.by_action
    ]
    return Table(
        [_label(_("What")), _label(_("As the log names it")), _label(_("How often"))], [6, 4, 2], rows
    )


def _sensitive(found: Sensitive) -> list[Block]:
    names = shown_names({night.actor for night in found.nights} | {burst.actor for burst in found.bursts})
    counts = [
        [
            Value(str(kind.label)),
            Value(str(one.action.sentence)),
            Value(f"{_digits(one.count)}{'+' if one.more else ''}"),
        ]
        for kind, actions in found.kinds
        for one in actions
        if one.count
    ]
    nights = [
        [
            _moment(night.since),
            Value(names[night.actor]),
            Value(f"{_digits(night.count)}{'+' if night.more else ''}"),
        ]
        for night in found.nights
    ]
    bursts = [[_moment(one.since), Value(names[one.actor]), _number(one.count)] for one in found.bursts]
    who = [_label(_("When")), _label(_("Who")), _label(_("Acts"))]
    return [
        Heading(_label(_("Sensitive acts"))),
        *_table([_label(_("Kind")), _label(_("What")), _label(_("How often"))], [3, 7, 2], counts),
        Heading(_label(_("At night"))),
        *_table(who, [5, 5, 2], nights),
        Heading(_label(_("Bursts"))),
        *_table(who, [5, 5, 2], bursts),
    ]


def _no_sensitive() -> list[Block]:
    sentence = _("The period is longer than 92 days, so nights and bursts were not looked for.")
    return [Heading(_label(_("Sensitive acts"))), Paragraph(_label(sentence))]


def _verifications(facts: ReportFacts) -> list[Block]:
    names = shown_names({entry.actor for entry in facts.verifications})
    rows = [
        [_moment(entry.recorded_at), Value(names[entry.actor]), Value(outcome_words(entry))]
        for entry in facts.verifications
    ]
    columns = [_label(_("When")), _label(_("Who")), _label(_("Outcome"))]
    breaks = Value(f"{_digits(facts.breaks.count)}{'+' if facts.breaks.more else ''}")
    counts = [
        (_label(_("How many")), _number(facts.verification_count)),
        (_label(_("Found breaks")), breaks),
    ]
    return [Fields(counts), *(_table(columns, [5, 4, 3], rows) if rows else [])]


def outcome_words(entry: Entry) -> str:
    """What one verification found, and how many of the checkpoints that it was given said nothing about the log."""
    facts: Mapping[str, object] = facts_of(entry)
    verdict = _("Verified") if facts.get("ok") is True else _("Broken")
    given = facts.get("not_compared")
    if not isinstance(given, int) or not given:
        return verdict
    in_vain = ngettext(
        "%(n)s checkpoint that was given was not comparable",
        "%(n)s checkpoints that were given were not comparable",
        given,
    ) % {"n": _digits(given)}
    return f"{verdict} · {in_vain}"


def _checkpoints(facts: ReportFacts) -> list[Block]:
    rows = [
        [_moment(one.made_at), _number(one.size), Value(bytes(one.root).hex(), code=True)]
        for one in facts.checkpoints
    ]
    columns = [_label(_("Signed")), _label(_("Entries covered")), _label(_("Root"))]
    # Wide enough for a root in one line.
    return _counted(facts.checkpoint_count, _table(columns, [3, 2, 8], rows))


def _stamps(facts: ReportFacts) -> list[Block]:
    rows = [
        [_moment(one.generated_at), Value(one.authority), _number(one.checkpoint.size)]
        for one in facts.stamps
    ]
    columns = [_label(_("When")), _label(_("Authority")), _label(_("Entries covered"))]
    return _counted(facts.stamp_count, _table(columns, [5, 4, 3], rows))


def _counted(count: int, blocks: list[Block]) -> list[Block]:
    return [Fields([(_label(_("How many")), _number(count))]), *(blocks if count else [])]


def _table(columns: list[Label], widths: list[int], rows: list[list[Value]]) -> list[Block]:
    return [Table(columns, widths, rows)] if rows else [Paragraph(_label(_("None.")))]


def _label(words: str) -> Label:
    """A label of a sheet in one language, which draws the words of that language alone."""
    return Label(words, words)


def _number(count: int) -> Value:
    return Value(_digits(count))


def _digits(count: int) -> str:
    return in_digits(str(count))


def _moment(at: datetime) -> Value:
    """The moment in UTC; before it, for a Persian reader, the day of their own calendar."""
    moment = at.astimezone(UTC)
    written = f"{moment:%Y-%m-%d %H:%M} UTC"
    if not _persian():
        return Value(written)
    day = jdatetime.date.fromgregorian(date=moment.date())
    return Value(persian_digits(f"{day.year}/{day.month:02}/{day.day:02}") + f"\n{written}")


def _persian() -> bool:
    return (get_language() or "en").startswith("fa")
