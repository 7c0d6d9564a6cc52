"""The checkpoint of every day: signed by itself when the log has grown and the last one is older than a day."""

import logging

from django.conf import settings
from django.utils import timezone

from audit.actions import Action
from audit.actors import SystemActor
from audit.checkpoints import latest_checkpoint, sign_checkpoint
from audit.errors import LogKeyMissing, LogKeyUnsafe, LogKeyWrong
from audit.key_history import require_current
from audit.keys import load_signers
from audit.models import Leaf, Unsequenced

# What the log writes about its own signing is no reason to sign it again, or it would sign for ever.
_OWN = (Action.CHECKPOINT_SIGNED, Action.COSIGNATURE_ADDED, Action.LOG_PUBLISHED)
_NO_KEY = (LogKeyMissing, LogKeyUnsafe, LogKeyWrong)
_log = logging.getLogger(__name__)


def sign_when_due() -> int:
    """Sign the log if it is due; return how many checkpoints were signed, 0 or 1.

    Without a usable key it logs a warning and returns 0: the work of the day goes on, and `signing_trouble` says why.
    Raises LogForked as `sign_checkpoint`.
    """
    if not _is_due():
        return 0
    try:
        sign_checkpoint(actor=SystemActor("daily-checkpoint"))
    except _NO_KEY as error:
        _log.warning("the checkpoint of the day was not signed: %s", error)
        return 0
    return 1


def signing_trouble() -> str:
    """Return the sentence that says why the log cannot be signed now, or nothing where it can."""
    try:
        require_current(load_signers())
    except _NO_KEY as error:
        return str(error)
    return ""


def _is_due() -> bool:
    last = latest_checkpoint()
    # One from further ahead was dated by a clock that has been put right since: its day may be years away.
    if last is not None and abs(timezone.now() - last.made_at) < settings.DADKHAH_CHECKPOINT_EVERY:
        return False
    since = last.size if last else 0
    grown = Leaf.objects.filter(index__gte=since).exclude(entry__action__in=[action.value for action in _OWN])
    return grown.exists() or Unsequenced.objects.exists()
