"""What is looked for: what open identities hold, in memory until it is forgotten. Pure: no database."""

from collections.abc import Collection, Iterator

from django.views.decorators.debug import sensitive_variables

from witnesses.identity import OpenedIdentity
from witnesses.leaks.addresses import Addresses
from witnesses.leaks.birth_dates import BirthDates
from witnesses.leaks.masked import MaskedNumbers
from witnesses.leaks.name_parts import Name, kin_in, names_in
from witnesses.leaks.names import Names
from witnesses.leaks.net_names import NetNames
from witnesses.leaks.numbers import Numbers, long_numbers
from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety
from witnesses.leaks.villages import Villages
from witnesses.leaks.written_about import names_written_in

_MAY_BE_ADDRESSES = ("address", "other", "")


class Needles:
    """Add each identity under a label by which the caller tells them apart; forget them all at the end."""

    __slots__ = ("_addresses", "_dates", "_masked", "_names", "_net", "_numbers", "_taken", "_villages")

    def __init__(self) -> None:
        self._names, self._net = Names(), NetNames()
        self._numbers, self._masked = Numbers(), MaskedNumbers()
        self._addresses, self._dates, self._villages = Addresses(), BirthDates(), Villages()
        # Versions of an identity mostly repeat each other.
        self._taken: set[tuple[str, ...]] = set()

    def __repr__(self) -> str:
        return "<sealed>"

    @sensitive_variables()
    def add(self, label: str, opened: OpenedIdentity, *, own_names: bool = True) -> None:
        """Takes what of the identity can be looked for. The same label may be added again, for another version.

        Without `own_names` everything but what the witness is called: kin, contacts and documents are others' too.
        """
        called = [one for name in opened.full_names for one in names_in(label, str(name.text))]
        left_out = {frozenset(one.parts) for one in called} if not own_names else set()
        for own in called if own_names else ():
            self._take_name(own)
        for row in opened.rows("kin"):
            for one in kin_in(label, str(row.text)):
                self._take_name(one)
            self._take_text(label, str(row.text))
        for row in opened.rows("documents"):
            self._take_text(label, str(row.text), document=True)
        for row in opened.rows("contacts"):
            self._take_text(label, str(row.text), messenger=row.kind == "messenger")
            self._take_names_about(label, str(row.text), but=left_out)
            if row.kind in _MAY_BE_ADDRESSES:
                self._take_address(label, str(row.text))
        self._take_text(label, str(opened.text("how_to_reach_safely")))
        self._take_names_about(label, str(opened.text("how_to_reach_safely")), but=left_out)
        self._villages.add(label, str(opened.text("place_of_birth")))
        self._dates.add(label, str(opened.text("date_of_birth")))
        if not own_names:
            # Many a mailbox is its owner's name.
            for name in opened.full_names:
                self._net.leave_out(label, str(name.text))

    @property
    def _kinds(
        self,
    ) -> tuple[Names, Numbers, MaskedNumbers, NetNames, Addresses, BirthDates, Villages]:
        numbers = self._numbers, self._masked
        return self._names, *numbers, self._net, self._addresses, self._dates, self._villages

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure; the same label several times."""
        for kind in self._kinds:
            yield from kind.found(page)

    def let_go_of_texts(self) -> None:
        """Forgets what is remembered of the texts that were looked through."""
        self._names.let_go_of_texts()
        self._addresses.let_go_of_texts()

    def _take_name(self, name: Name) -> None:
        if self._is_new("name", name.label, *name.parts):
            self._names.add(name)

    def _take_names_about(self, label: str, text: str, *, but: Collection[frozenset[str]]) -> None:
        for one in names_written_in(label, text):
            if frozenset(one.parts) not in but:
                self._take_name(one)

    def _take_address(self, label: str, text: str) -> None:
        for line in text.splitlines():
            if self._is_new("address", label, line):
                self._addresses.add(label, line)

    def _take_text(self, label: str, text: str, *, messenger: bool = False, document: bool = False) -> None:
        if text and self._is_new("text", label, text):
            self._numbers.add(label, text, short=document)
            self._masked.add(label, long_numbers(text))
            self._net.add(label, text, messenger=messenger)

    def _is_new(self, *what: str) -> bool:
        new = what not in self._taken
        self._taken.add(what)
        return new

    def forget(self) -> None:
        """Lets go of everything. Best effort: Python frees text, it does not overwrite it."""
        for kind in self._kinds:
            kind.forget()
        self._taken.clear()
