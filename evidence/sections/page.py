"""The sections of an item's page in their order: what it is, how we know, what was done with it; history last."""

from django.conf import settings
from django.utils.module_loading import import_string
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
)
HISTORY = Section("history", _("History"), history.facts)


def all_sections() -> tuple[Section, ...]:
    """Ours, then those that apps above this one bring, which the settings name by dotted paths; history last."""
    brought: list[Section] = [import_string(path) for path in settings.DADKHAH_ITEM_SECTIONS]
    return (*SECTIONS, *brought, HISTORY)


def sections_of(asking: Asking) -> list[Shown]:
    """The sections that the item has, each with its facts."""
    found = ((section, section.facts(asking)) for section in all_sections())
    return [Shown(section, facts) for section, facts in found if facts is not None]
