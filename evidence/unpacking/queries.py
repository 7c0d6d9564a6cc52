"""What is known of the inside of items, for those who may see the item itself."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db.models import Count, QuerySet

from accounts.models import User
from evidence.models import ContainerMember, EvidenceItem, Unpacking
from evidence.unpacking.words import UNDER_WAY, MemberState, UnpackingState

_HOLDING = frozenset(
    {
        "application/zip",
        "application/x-tar",
        "application/gzip",
        "application/x-gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/mbox",
        "message/rfc822",
        "multipart/related",
    }
)
# Only for the offer to look: what the file is, its content says when it is looked into.
_ENDINGS = frozenset(
    {".zip", ".wacz", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".eml", ".mbox", ".mht", ".mhtml"}
)


@dataclass(frozen=True, slots=True)
class Contents:
    """How far the looking into an item is, and how many of its members became what."""

    unpacking: Unpacking
    total: int
    taken: int
    waiting: int
    inside: int
    left: int
    failed: int

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has something left to do."""
        return self.unpacking.state in UNDER_WAY

    @property
    def is_listed(self) -> bool:
        """Whether there is a list to look at."""
        return self.unpacking.state in (UnpackingState.LISTED, UnpackingState.TAKING)


def may_hold_others(item: EvidenceItem) -> bool:
    """Whether its type or its name suggests that other files are inside."""
    if not item.has_bytes:
        return False
    ending = PurePosixPath(str(item.original_name)).suffix.lower()
    return item.media_type in _HOLDING or ending in _ENDINGS


def contents_of(item: EvidenceItem) -> Contents | None:
    """What was listed of the item, in two questions; None where nobody asked."""
    unpacking = Unpacking.objects.filter(item=item).select_related("asked_by").first()
    if unpacking is None:
        return None
    rows = unpacking.members.order_by().values_list("state").annotate(count=Count("pk"))
    counts = dict(rows)
    return Contents(
        unpacking,
        total=sum(counts.values()),
        taken=counts.get(MemberState.TAKEN, 0),
        waiting=counts.get(MemberState.ASKED, 0),
        inside=counts.get(MemberState.LISTED, 0),
        left=counts.get(MemberState.LEFT, 0),
        failed=counts.get(MemberState.FAILED, 0),
    )


def members_of_item(item: EvidenceItem) -> QuerySet[ContainerMember]:
    """The members in their order, with the items that some of them became."""
    return ContainerMember.objects.filter(unpacking__item=item).select_related("child").order_by("number")


def seen_children(members: list[ContainerMember], *, user: User) -> set[object]:
    """The ids of those children of these members that the reader may open. One question."""
    ids = [member.child_id for member in members if member.child_id]
    return set(EvidenceItem.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def seen_parent(item: EvidenceItem, *, user: User) -> EvidenceItem | None:
    """The item that this one came from, where the reader may open it."""
    return EvidenceItem.objects.visible_to(user).filter(pk=item.parent_id).first() if item.parent_id else None
