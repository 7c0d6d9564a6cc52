"""Looking into items and taking out what is inside, at once and to the end, for whoever waits for it: the commands."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts.models import User
from audit.errors import DomainError
from evidence.containers.reading import kind_of
from evidence.containers.words import ContainerKind
from evidence.errors import VaultKeyMissing, VaultKeyWrong, VaultUnavailable
from evidence.models import EvidenceItem, Unpacking
from evidence.stored_objects import open_stored
from evidence.unpacking.asking import ask_for_contents, ask_for_members
from evidence.unpacking.claims import MOST_TRIES
from evidence.unpacking.queries import Contents, contents_of
from evidence.unpacking.words import UNDER_WAY, UnpackingState
from evidence.unpacking.work import carry_out

MESSAGES = frozenset({ContainerKind.MAIL, ContainerKind.MAILBOX})
EVERY_KIND = frozenset(ContainerKind)
_LOOK_AGAIN_SECONDS = 0.5
Told = Callable[[str, str], None]


def unpack_now(item: EvidenceItem, *, actor: User, only_list: bool = False) -> Contents | None:
    """Have it listed what is inside the item and, unless `only_list`, have all of it that can be taken out.

    Goes on with what an earlier run left; where a worker is at it, waits for that. Raises what asking for it raises.
    """
    found = Unpacking.objects.filter(item=item).first()
    if found is None or found.state == UnpackingState.FAILED:
        found = ask_for_contents(item, actor=actor)
    _await(found)
    contents = contents_of(item)
    if contents is not None and not only_list and (contents.inside or contents.failed):
        _await(ask_for_members(item, actor=actor))
        contents = contents_of(item)
    return contents


def _await(unpacking: Unpacking) -> None:
    """Do the work, or wait for the worker who is at it: one that is killed lets go by falling silent."""
    while True:
        carry_out(unpacking.pk)
        unpacking.refresh_from_db()
        if unpacking.state not in UNDER_WAY or unpacking.tries >= MOST_TRIES:
            return
        time.sleep(_LOOK_AGAIN_SECONDS)


@dataclass(slots=True)
class Unpacked:
    """The counts of a run. `failures` are references with why; what stays inside (folders, links) is no failure."""

    containers: int = 0
    taken_out: int = 0
    stay_inside: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The counts as one JSON object."""
        return {
            "containers": self.containers,
            "taken_out": self.taken_out,
            "stay_inside": self.stay_inside,
            "failures": [{"reference": reference, "error": said} for reference, said in self.failures],
        }

    def in_words(self) -> str:
        """The counts in one line."""
        return (
            f"{self.containers} looked into, {self.taken_out} items of their own taken out of them, "
            f"{self.stay_inside} stay inside, {len(self.failures)} not unpacked to the end"
        )


def unpack_all(
    items: Iterable[EvidenceItem],
    counts: Unpacked,
    *,
    kinds: frozenset[ContainerKind],
    actor: User,
    told: Told,
) -> None:
    """Unpack those items that are containers of these kinds by their content, and what came out of them in turn.

    Tells of each one and counts it, a damaged one as a failure. Raises VaultUnavailable, VaultKeyMissing or
    VaultKeyWrong where the vault is not to be had; what was done until then is counted.
    """
    for item in items:
        _unpack_with_what_comes_out(item, counts, kinds=kinds, actor=actor, told=told)


def _unpack_with_what_comes_out(
    item: EvidenceItem, counts: Unpacked, *, kinds: frozenset[ContainerKind], actor: User, told: Told
) -> None:
    waiting = [item]
    while waiting:
        item = waiting.pop()
        try:
            contents = unpack_now(item, actor=actor) if _kind(item) in kinds else None
        except DomainError as error:
            counts.failures.append((item.reference, str(error)))
            told("not unpacked", f"{item.reference}: {error}")
            if isinstance(error, (VaultUnavailable, VaultKeyMissing, VaultKeyWrong)):
                raise
            continue
        if contents is None:
            continue
        _count(counts, item, contents, told)
        waiting.extend(_to_look_into(contents.unpacking, actor))


def _to_look_into(unpacking: Unpacking, user: User) -> QuerySet[EvidenceItem]:
    """What came out, the last first. A mailbox gives the parts of its messages itself, beside the messages."""
    came_out = EvidenceItem.objects.visible_to(user).filter(member_of__unpacking=unpacking)
    if unpacking.kind == ContainerKind.MAILBOX:
        came_out = came_out.filter(member_of__name__contains="/")
    return came_out.select_related("object").order_by("-member_of__number")


def _count(counts: Unpacked, item: EvidenceItem, contents: Contents, told: Told) -> None:
    counts.containers += 1
    counts.taken_out += contents.taken
    counts.stay_inside += contents.left
    told("unpacked", f"{item.reference}, {contents.taken} of {contents.total} are items of their own")
    failed = contents.failed + contents.inside + contents.waiting
    unpacking = contents.unpacking
    why = unpacking.why_it_stopped or str(unpacking.get_why_display())
    if failed or why:
        said = f"{failed} inside could not be taken out. {why}".rstrip()
        counts.failures.append((item.reference, said))
        told("not unpacked to the end", f"{item.reference}: {said}")


def _kind(item: EvidenceItem) -> ContainerKind | None:
    if not item.has_bytes or item.disposed_at is not None:
        return None
    with open_stored(item.stored) as file:
        return kind_of(file)
