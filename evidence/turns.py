"""How often bytes were removed: it goes into their name, so that none under which anything was removed comes again."""

from django.db.models import Max

from evidence.digests import Digest
from evidence.models import Removal
from evidence.vault.objects import Turns


def turn_of(sha256: bytes) -> int:
    """1, and one more for each time that the removal of these bytes was begun."""
    removals = Removal.objects.filter(object__sha256=Digest("sha256", sha256))
    return 1 + (removals.aggregate(last=Max("turn"))["last"] or 0)


def known_turns() -> Turns:
    """What `turn_of` says of all bytes now, for threads that may not ask the database."""
    ended = Removal.objects.values_list("object__sha256").annotate(last=Max("turn"))
    turns = {digest.value: 1 + last for digest, last in ended}
    return lambda sha256: turns.get(sha256, 1)
