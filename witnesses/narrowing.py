"""Whether what is about to be written narrows a pseudonym to a small group, by what the case knows."""

from collections.abc import Collection, Iterable, Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.erased import ErasedText
from cases.folding import fold
from cases.models import Case, Place
from witnesses.models import KnownGroup, Witness
from witnesses.small_groups import Group, Known, Narrowing, narrowing, read_said, ward_key


@sensitive_variables()
def narrows(case: Case, texts: Iterable[str]) -> Narrowing | None:
    """Whether these texts together, written of a pseudonym of the case, fit fewer people than protect it."""
    known = _known(case)
    said = read_said([text for text in texts if not isinstance(text, ErasedText)], known)
    return narrowing(said, known.groups, wanted=settings.DADKHAH_SMALLEST_GROUP)


@sensitive_variables()
def narrowed(case: Case, texts: Mapping[Witness, Collection[str]]) -> list[tuple[Witness, Narrowing]]:
    """Those of these witnesses of the case whom the texts about each narrow to a small group, by pseudonym."""
    known = _known(case)
    found = []
    for witness, said in sorted(texts.items(), key=lambda one: one[0].pseudonym):
        kept = [text for text in said if not isinstance(text, ErasedText)]
        small = narrowing(read_said(kept, known), known.groups, wanted=settings.DADKHAH_SMALLEST_GROUP)
        if small is not None:
            found.append((witness, small))
    return found


def attributes_in_words(found: Narrowing) -> str:
    """By which kinds of attributes it narrows, for a reader."""
    words = {"place": _("the place"), "ward": _("the ward"), "role": _("the role"), "year": _("the time")}
    return ", ".join(words[kind] for kind in found.kinds)


def _known(case: Case) -> Known:
    places: dict[str, str] = {}
    for place in Place.objects.filter(uses__case=case):
        for name in (place.name_fa, place.name_latin):
            if name and not isinstance(name, ErasedText):
                places[fold(name)] = str(place.pk)
    newest: dict[tuple[object, ...], Group] = {}
    for row in KnownGroup.objects.filter(case=case).order_by("recorded_at"):
        group = Group(
            row.at_least,
            str(row.place_id),
            ward_key(row.ward),
            fold(row.role),
            row.first_year,
            row.last_year,
        )
        newest[group.place, group.ward, group.role, group.first, group.last] = group
    return Known(places, tuple(newest.values()))
