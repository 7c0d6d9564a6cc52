"""Where a break is, and more of it, in the reader's language.

A report is kept, exported and compared as it was found: in one fixed English, whoever asked for it. A page says the
same in its reader's language. What no phrase here fits, such as a column's name or what a driver said, is shown as it
stands.
"""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _

from audit.digits import persian_digits

# A group that begins with `n_` is a number, with `p_` another phrase, and any other is a name that is left as it is.
_PHRASES: Mapping[str, Promise] = {
    r"leaf (?P<n_at>-?\d+)": _("leaf %(n_at)s"),
    r"leaf (?P<n_at>-?\d+) \(entry (?P<id>\S+)\)": _("leaf %(n_at)s (entry %(id)s)"),
    r"leaves (?P<n_from>\d+) to (?P<n_to>\d+)": _("leaves %(n_from)s to %(n_to)s"),
    r"entry (?P<id>\S+)": _("entry %(id)s"),
    r"entry (?P<id>\S+), waiting": _("entry %(id)s, waiting"),
    r"tile (?P<id>-?\d+/-?\d+)": _("tile %(id)s of the tree"),
    r"log": _("the log"),
    r"stamps": _("time-stamps"),
    r"signatures": _("signatures"),
    r"other logs": _("other logs"),
    r"record": _("the record beside the log"),
    r"tree": _("the tree of the log"),
    r"checkpoints": _("checkpoints"),
    r"queue": _("the queue of entries"),
    r"guards": _("guards of the database"),
    r"storage": _("files of the database"),
    r"checkpoint of size (?P<n_size>\d+)": _("checkpoint of size %(n_size)s"),
    r"checkpoint (?P<n_number>\d+)": _("checkpoint %(n_number)s of those that were given"),
    r"checkpoint (?P<n_number>\d+), size (?P<n_size>\d+)": _(
        "checkpoint %(n_number)s of those that were given, size %(n_size)s"
    ),
    r"(?P<p_one>.+, size \d+) and (?P<p_other>.+, size \d+)": _("%(p_one)s and %(p_other)s"),
    r"signature of (?P<key>\S+)": _("signature of %(key)s"),
    r"rotation (?P<n_number>\d+) of those that lead nowhere": _(
        "rotation of keys %(n_number)s of those that lead nowhere"
    ),
    r"rotation (?P<id>\S+)": _("rotation of keys %(id)s"),
    r"stamp of (?P<name>.+), checkpoint of size (?P<n_size>\d+)": _(
        "time-stamp of %(name)s, checkpoint of size %(n_size)s"
    ),
    r"stamp of (?P<name>.+), checkpoint of size None": _("time-stamp of %(name)s, of no stored checkpoint"),
    r"(?P<name>\S+), size (?P<n_size>\d+)": _("%(name)s, size %(n_size)s"),
    r"(?:temporary )?trigger (?P<name>.+)": _("trigger %(name)s"),
    r"event trigger (?P<name>.+)": _("event trigger %(name)s"),
    r"function (?P<name>.+)": _("function %(name)s"),
    r"(?:temporary )?table (?P<name>.+)": _("table %(name)s"),
    r"(?:child|parent) table (?P<name>.+)": _("inheriting table %(name)s"),
    r"column (?P<name>.+)": _("column %(name)s"),
    r"index of (?P<name>.+)": _("index of the table %(name)s"),
    r"index (?P<name>.+)": _("index %(name)s"),
    r"unique key of (?P<name>.+)": _("unique key of the table %(name)s"),
    r"check of (?P<name>.+)": _("check of the table %(name)s"),
    r"check (?P<name>.+)": _("check %(name)s"),
    r"foreign key of (?P<name>.+)": _("foreign key of the table %(name)s"),
    r"foreign key (?P<name>.+)": _("foreign key %(name)s"),
    r"rule (?P<name>.+)": _("rule %(name)s"),
    r"operator (?P<name>.+)": _("operator %(name)s"),
    r"cast (?P<name>.+)": _("cast %(name)s"),
    r"policy (?P<name>.+)": _("policy %(name)s"),
    r"row security (?P<name>.+)": _("row security of the table %(name)s"),
    r"constraint (?P<name>.+)": _("constraint %(name)s"),
    r"switched off constraint (?P<name>.+)": _("constraint %(name)s, switched off"),
    r"setting (?P<name>.+)": _("setting %(name)s"),
    r"right (?P<what>[A-Z, ]+) of (?P<name>.+)": _("the right %(what)s of the role %(name)s"),
    r"owner (?P<name>.+)": _("the owner %(name)s"),
    r"It is of the log (?P<theirs>.+); this one is (?P<ours>.+)\.": _(
        "It is of the log %(theirs)s; this one is %(ours)s."
    ),
    r"It is of size (?P<n_size>\d+), signed by (?P<keys>.+)\.": _(
        "It is of size %(n_size)s, signed by %(keys)s."
    ),
    r"The log ends at (?P<n_size>\d+)\.": _("The log ends at %(n_size)s."),
    r"The difference lies among leaves (?P<n_from>\d+) to (?P<n_to>\d+)\.": _(
        "The difference lies among leaves %(n_from)s to %(n_to)s."
    ),
    r"The difference lies among leaves (?P<n_from>\d+) to (?P<n_to>\d+) or before\.": _(
        "The difference lies among leaves %(n_from)s to %(n_to)s or before."
    ),
    r"Another root was signed for the log at this size\.": _(
        "Another root was signed for the log at this size."
    ),
    r"From (?P<n_from>\S+ \S+) to (?P<n_to>\S+ \S+), by (?:.+)\.": _("From %(n_from)s to %(n_to)s (UTC)."),
    r"It is dated (?P<n_at>\S+(?: \S+)?)\.": _("It is dated %(n_at)s (UTC)."),
    r"It is older than the leaf before it, under a broken root\.": _(
        "It is older than the leaf before it, under a broken root."
    ),
    r"It is older than the leaf before it, under a broken root\. A clock that was set back there looks the same\.": _(
        "It is older than the leaf before it, under a broken root. A clock that was set back there looks the same."
    ),
    r"Here stands what belongs to (?P<p_place>.+)\.": _("Here stands what belongs to: %(p_place)s."),
    r"No entry records it\.": _("No entry records it."),
    r"It says something else\.": _("It says something else."),
    r"It is gone\.": _("It is gone."),
    r"Its id stands more than once\.": _("Its id stands more than once."),
    r"It is of no stored checkpoint\.": _("It is of no stored checkpoint."),
    r"made_at of (?P<key>\S+)": _("Time of the signature of %(key)s."),
    r"made_at": _("The time when it was made."),
    r"not as the log recorded it": _("Not as the log recorded it."),
    r"a column says something else than the token": _("A column says something else than the token."),
    r"A row cannot be read: (?P<name>.+)": _("A row cannot be read: %(name)s"),
    r"the content is not JSON": _("The content is not JSON."),
    r"the content is not an entry": _("The content is not an entry."),
    r"the content is not in its canonical form": _("The content is not in its canonical form."),
    r"on (?P<table>[^\s:,]+)": _("On the table %(table)s."),
    r"on (?P<table>[^\s:,]+), calling (?P<name>.+)": _(
        "On the table %(table)s; it calls the function %(name)s."
    ),
    r"(?P<n_rows>\d+) rows, and no entry at all": _(
        "%(n_rows)s rows, although the log holds no entry at all."
    ),
    r"(?P<n_rows>\d+) rows, written from (?P<n_from>\S+ \S+) to (?P<n_to>\S+ \S+)": _(
        "%(n_rows)s rows, written from %(n_from)s to %(n_to)s (UTC)."
    ),
    r"in the schema (?P<name>.+)": _("In the schema %(name)s."),
    r"on (?P<table>\w+): not in force for all rows": _("On the table %(table)s: not in force for all rows."),
    r"on (?P<table>\w+): (?P<what>.+)": _("On the table %(table)s: %(what)s"),
    r"on the database": _("On the whole database."),
    r"set on the database or on a role": _("Set on the database or on a role."),
    r"(?P<what>(?:its body|its language|SECURITY DEFINER|settings of its own|another schema|its owner)(?:, .+)?)": _(
        "Not as the migration made it: %(what)s"
    ),
    r"missing: (?P<what>.+)": _("Missing: %(what)s"),
    r"its definition": _("Its definition."),
    r"This is not a signed note: it holds control characters\.": _(
        "This is not a signed note: it holds control characters."
    ),
    r"This is not a signed note: there is no signature after a blank line\.": _(
        "This is not a signed note: there is no signature after a blank line."
    ),
    r"This is not a signed note: a signature line has another form\.": _(
        "This is not a signed note: a signature line has another form."
    ),
    r"This is not a signed note: a signature is too short to name its key\.": _(
        "This is not a signed note: a signature is too short to name its key."
    ),
    r"A key or signature is not base64\.": _("A key or signature is not base64."),
    r"is missing": _("It is missing."),
    r"is no plain table": _("It is no plain table."),
    r"does not outlive a crash or a session": _("It does not outlive a crash or a session."),
}
_COMPILED = [(re.compile(pattern, re.DOTALL), words) for pattern, words in _PHRASES.items()]
# Around a name, so that it keeps its own direction within a sentence from right to left.
_ISOLATED = "\u2068{}\u2069"
# Around a moment, whose parts would else stand in the wrong order.
_MOMENT = "\u2066{}\u2069"


def in_words(text: str) -> str:
    """Return a place or a detail of a fault in the reader's language, or as it stands where no phrase fits it."""
    for pattern, words in _COMPILED:
        if found := pattern.fullmatch(text):
            return str(words) % {name: _group(name, value or "") for name, value in found.groupdict().items()}
    return text


def _group(name: str, value: str) -> str:
    if name.startswith("p_"):
        return in_words(value)
    if not get_language_bidi():
        return value
    if not name.startswith("n_"):
        return _ISOLATED.format(value)
    number = persian_digits(value)
    return number if value.lstrip("-").isdigit() else _MOMENT.format(number)
