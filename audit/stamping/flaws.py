"""Why an answer is no stamp: a closed list, each with one sentence, and the error that carries one of them."""

from django.utils.translation import gettext_lazy as _

from audit.errors import AuditError, BadInput
from audit.worded import Worded

SEPARATOR = ": "


class Flaw(Worded):
    """What can be wrong with an authority's answer, or with getting one. A value, once written, keeps its meaning."""

    # No answer
    UNREACHABLE = "unreachable", _("The authority could not be reached.")
    TOO_SLOW = "too_slow", _("The authority did not answer in time.")
    HTTP_ERROR = "http_error", _("The authority's server answered with an error.")
    REDIRECTED = (
        "redirected",
        _("The authority's server named another address; only the configured one is asked."),
    )
    TOO_LARGE = "too_large", _("The authority's answer is far larger than a time-stamp.")
    # No stamp
    MALFORMED = "malformed", _("The authority's answer is no time-stamp response.")
    REJECTED = "rejected", _("The authority did not grant the time-stamp as it was asked for.")
    # No stamp that can be stood by
    SPOOFED = (
        "spoofed",
        _("The token passes for the authority's with a certificate that is not the pinned one."),
    )
    WRONG_KEY = (
        "wrong_key",
        _("The token was signed by another key than the pinned one, or was changed after it was signed."),
    )
    WEAK = "weak", _("The token rests on an algorithm that can be forged today.")
    EXPIRED = "expired", _("A certificate of the authority was not valid at the time of the time-stamp.")
    WRONG_IMPRINT = "wrong_imprint", _("The token was made for other bytes.")
    WRONG_NONCE = "wrong_nonce", _("The token answers another request.")
    WRONG_POLICY = "wrong_policy", _("The token was made under another policy than the pinned one.")
    WRONG_TIME = (
        "wrong_time",
        _(
            "The token's time lies before the checkpoint was made, or in the future: one of the clocks is wrong."
        ),
    )


ANSWERED = frozenset(Flaw) - {
    Flaw.UNREACHABLE,
    Flaw.TOO_SLOW,
    Flaw.HTTP_ERROR,
    Flaw.REDIRECTED,
    Flaw.TOO_LARGE,
    Flaw.MALFORMED,
    Flaw.REJECTED,
}
"""Flaws of a token that somebody made: these are recorded in the log, the others only counted."""


class StampRefused(AuditError, BadInput):
    """There is no time-stamp that we can stand by; `flaw` says why, `detail` adds what was seen."""

    def __init__(self, flaw: Flaw, detail: str = "") -> None:
        self.flaw = flaw
        self.detail = plain(detail)
        super().__init__(f"{flaw.sentence} {self.detail}".rstrip())

    @property
    def note(self) -> str:
        """The flaw's value and the detail in one short line, as it is kept: no language, so every reader has theirs."""
        return f"{self.flaw.value}{SEPARATOR}{self.detail}".removesuffix(SEPARATOR)[:300]


def read_note(note: str) -> tuple[Flaw | None, str]:
    """Take a kept note apart again; an unknown flaw is None, with the note as it stands."""
    value, _separator, detail = note.partition(SEPARATOR)
    return (Flaw(value), detail) if value in set(Flaw) else (None, note)


def plain(text: str, longest: int = 200) -> str:
    """What a stranger's server said, fit for a terminal, a page and a log: printable ASCII on one short line."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)[:longest]
