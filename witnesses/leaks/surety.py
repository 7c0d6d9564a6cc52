"""How sure a hit is. Pure."""

from enum import StrEnum


class Surety(StrEnum):
    """Sure and likely hits are to be taken for a leak until somebody has looked; a possible one may be anybody."""

    SURE = "sure"
    LIKELY = "likely"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        """0 for the strongest."""
        return _ORDER.index(self)

    def or_stronger(self, other: "Surety | None") -> "Surety":
        """The stronger of both."""
        return self if other is None or self.rank <= other.rank else other


_ORDER = tuple(Surety)
