"""Why a derivative was not made, as a code in its row and a sentence for its reader, in the reader's language."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Failure(models.TextChoices):
    """Every way in which the making can end without a derivative. `%(detail)s` stands for the row's detail."""

    PROGRAM_MISSING = (
        "program_missing",
        gettext_lazy("Not done: %(detail)s is not on this machine. Ask the administrator to install it."),
    )
    TOO_SLOW = (
        "too_slow",
        gettext_lazy(
            "Stopped after %(detail)s seconds: the file may be broken, or made to keep machines busy. "
            "Try again when the machine is idle, or download the original."
        ),
    )
    TOO_MUCH_MEMORY = (
        "too_much_memory",
        gettext_lazy("Stopped: the file wants more memory than it may have. Download the original."),
    )
    TOO_MUCH_OUTPUT = (
        "too_much_output",
        gettext_lazy("Stopped: the file unfolds into more than is kept. Download the original."),
    )
    TOO_LARGE = (
        "too_large",
        gettext_lazy(
            "Not looked into: the file is larger than what fits into memory here, so nothing in it was read or "
            "searched by a program. Download the original and look into it on another machine; what you make of it "
            "there, add here as a copy."
        ),
    )
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        gettext_lazy("Not done: the picture has more pixels than are unfolded here. Download the original."),
    )
    UNREADABLE = (
        "unreadable",
        gettext_lazy(
            "The program could not read the file: it may be broken, or of another kind than its beginning says."
        ),
    )
    LOCKED = "locked", gettext_lazy("The file is locked with a password.")
    ORIGINAL_UNAVAILABLE = (
        "original_unavailable",
        gettext_lazy(
            "The stored original could not be read. Check it against its digest, then have this tried again."
        ),
    )
    STOPPED = (
        "stopped",
        gettext_lazy("The work was cut off %(detail)s times. Try again, or ask the administrator."),
    )
    DISPOSED = "disposed", gettext_lazy("The item was disposed of before this was made.")
    NO_BOX = (
        "no_box",
        gettext_lazy("The closed box for looking into files could not be set up. Ask the administrator."),
    )


def sentence(failure: str, detail: str) -> str:
    """The failure in the reader's language; empty where there is none."""
    if not failure:
        return ""
    if failure not in Failure.values:
        return _("Could not be made.")
    return str(Failure(failure).label) % {"detail": detail}
