"""What follows for a person from the checkpoints that were given, in the reader's language."""

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext as _

from audit.faults import Compared, FaultKind

# Of these it is not known whose they are, and no suspicion follows.
_NEVER_READ = {FaultKind.UNREADABLE_FILE, FaultKind.UNKNOWN_CHECKPOINT}
# These bear our name; one of another name is another log's.
_SUSPECT = {FaultKind.FOREIGN_KEY, FaultKind.BAD_SIGNATURE}


def compared_sentences(compared: Sequence[Compared], *, whole: bool) -> Iterator[str]:
    """Say up to where each checkpoint that fits was compared, and what none of them reaches.

    `whole` is whether nothing was found wrong inside: of a broken log more is to be said than that.
    """
    for one in compared:
        yield _("Compared with %(place)s: up to entry %(up_to)d of %(of)d.") % {
            "place": one.place,
            "up_to": one.up_to,
            "of": one.of,
        }
    if compared and whole:
        yield _(
            "What comes after entry %(up_to)d, or was cut off there, nobody outside vouches for; a newer checkpoint "
            "from outside reaches further."
        ) % {"up_to": max(one.up_to for one in compared)}


def aside_sentences(kinds: Collection[FaultKind], *, whole: bool) -> Iterator[str]:
    """Say what follows from what could not be compared; `whole` is whether nothing was found wrong inside."""
    kinds = set(kinds)
    if whole and kinds - _NEVER_READ:
        yield _(
            "The log itself agrees with all that is stored; the checkpoint that was given says nothing about it."
        )
    if FaultKind.FOREIGN_KEY in kinds:
        yield _(
            "A checkpoint of this log's name under a key that is unknown here may be newer than a change of keys that "
            "this database and its key folder lack: the likeliest is then that both were put back from an old backup. "
            "It may be of another log of that name as well. To settle it, get the newest log_signing.pub from whoever "
            "keeps it, put it alone (with log_witnesses.pub, where the house has one) into a folder that nobody else "
            "may enter, and run verify_audit_log --against with DADKHAH_KEYS_DIR naming that folder: an old backup is "
            "then named rolled_back."
        )
    if kinds & _SUSPECT:
        yield _(
            "If you are sure that this checkpoint came from this house, tell the administrator and the lawyer in "
            "charge: were keys exchanged together with the log, the true checkpoints would be the ones that look "
            "foreign."
        )
    if kinds & _NEVER_READ:
        yield _(
            "Whether the log fits what could not be read or found, nobody knows by this. Mend that, and run this again."
        )
