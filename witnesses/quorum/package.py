"""Which package a quorum is asked to let search. Dossiers know it, above us, so the settings name who tells."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from witnesses.models import QuorumPurpose, QuorumSession


@dataclass(frozen=True, slots=True)
class Package:
    """A dossier by its name, and who is to receive it."""

    name: str
    receiver: str


Teller = Callable[[QuorumSession], Package | None]


def package_of(session: QuorumSession) -> Package | None:
    """The package that the session is about, or None where it is about none."""
    if session.purpose != QuorumPurpose.LEAK_CHECK:
        return None
    tell: Teller = import_string(settings.DADKHAH_PACKAGE_TELLER)
    return tell(session)
