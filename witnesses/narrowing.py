"""Whether what is about to be written narrows a pseudonym to a small group, by what the case knows."""

from collections.abc import Collection, Iterable, Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.erased import ErasedText
from cases.folding import fold
from cases.models import Case, Place
from witnesses.models import KnownGroup, Witness
from witnesses.small_groups import Group, Known, Narrowing, Said, narrowing, read_said, ward_key


class CaseKnowledge:
    """The places of a case and the groups that it knows, asked of the database once."""

    __slots__ = ("_known",)

    def __init__(self, case: Case) -> None:
        self._known = _known(case)

    @sensitive_variables()
    def read(self, texts: Iterable[str]) -> Said:
        """What these texts say together. What was erased says nothing."""
        return read_said([text for text in texts if not isinstance(text, ErasedText)], self._known)

    @sensitive_variables()
    def narrows(self, said: Said) -> Narrowing | None:
        """Whether what is said of a pseudonym of the case fits fewer people than protect it."""
        return narrowing(said, self._known.groups, wanted=settings.DADKHAH_SMALLEST_GROUP)


@sensitive_variables()
def narrowed(case: Case, texts: Mapping[Witness, Collection[str]]) -> list[tuple[Witness, Narrowing]]:
    """Those of these witnesses of the case whom the texts about each narrow to a small group, by pseudonym."""
    knows = CaseKnowledge(case)
    found = []
    for witness, said in sorted(texts.items(), key=lambda one: one[0].pseudonym):
        small = knows.narrows(knows.read(said))
        if small is not None:
            found.append((witness, small))
    return found


def attributes_in_words(found: Narrowing) -> str:
    """By which kinds of attributes it narrows, for a reader."""
    words = {"place": _("the place"), "ward": _("the ward"), "role": _("the role"), "year": _("the time")}
    return _(", ").join(words[kind] for kind in found.kinds)


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
