"""The sections of an item's page in their order: what it is, how we know, what was done with it; history last."""

from django.utils.translation import gettext_lazy as _

from evidence.sections import copies, custody, history, how, inside, links, viewer, what
from evidence.sections.section import Asking, Section, Shown

SECTIONS = (
    Section("what", _("What it is"), what.facts),
    Section("how", _("How we know"), how.facts),
    Section("viewer", _("The item itself"), viewer.facts),
    Section("inside", _("What is inside"), inside.facts),
    Section("links", _("What it speaks to"), links.facts),
    Section("custody", _("Custody"), custody.facts),
    Section("copies", _("Copies and derivatives"), copies.facts),
    Section("history", _("History"), history.facts),
)


def sections_of(asking: Asking) -> list[Shown]:
    """The sections that the item has, each with its facts."""
    found = ((section, section.facts(asking)) for section in SECTIONS)
    return [Shown(section, facts) for section, facts in found if facts is not None]
