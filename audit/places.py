"""Telling apart what became of a place in the tree that holds another hash than it was given.

Where the tree was given A, B, C and now holds C, B, A, entries have changed places: reordered. Where it holds B, C, D,
one was taken out and the rest moved up: renumbered. Where it holds what was never given to any place, the content was
changed. Only differing places are kept, and only so many, for the memory must stay flat.
"""

from audit.faults import LISTED, FaultKind, LogReport


class Places:
    """The places found to differ, and their naming once all are known."""

    def __init__(self, report: LogReport) -> None:
        self._report = report
        self._differing: list[tuple[str, bytes, bytes]] = []

    def differ(self, place: str, *, found: bytes, given: bytes) -> None:
        """Take note that `place` holds the hash `found` where the tree was given `given`."""
        if len(self._differing) < LISTED:
            self._differing.append((place, found, given))
        else:
            self._report.add(FaultKind.CHANGED, place)

    def name_all(self) -> None:
        """Name each differing place in the report."""
        at = {given: number for number, (_place, _found, given) in enumerate(self._differing)}
        holding = {found for _place, found, _given in self._differing}
        for place, found, given in self._differing:
            if found not in at:
                kind, detail = FaultKind.CHANGED, ""
            elif given in holding and self._returns(place, found, at):
                kind, detail = (
                    FaultKind.REORDERED,
                    f"Here stands what belongs to {self._differing[at[found]][0]}.",
                )
            else:
                kind, detail = (
                    FaultKind.RENUMBERED,
                    f"Here stands what belongs to {self._differing[at[found]][0]}.",
                )
            self._report.add(kind, place, detail)

    def _returns(self, place: str, found: bytes, at: dict[bytes, int]) -> bool:
        """Say whether following each entry to the place it belongs to leads back here: then nothing is missing."""
        for _step in range(64):  # longer rounds are called renumbered; they are rare and equally broken
            number = at.get(found)
            if number is None:
                return False
            other, found, _given = self._differing[number]
            if other == place:
                return True
        return False
