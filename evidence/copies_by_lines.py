"""Which of the things that were made of an item can be read by numbered lines."""

from contextlib import ExitStack

from django.utils.translation import gettext as _

from audit.actors import Actor
from evidence.derivative_reading import OpenDerivative, open_derivative
from evidence.derivative_words import IN_A_LANGUAGE, DerivativeState
from evidence.errors import BadDerivative
from evidence.media_types import HEAD_BYTES, UNKNOWN, is_text
from evidence.models import Derivative
from evidence.shown_types import is_printed, plain_type


def may_be_read_by_lines(derivative: Derivative) -> bool:
    """Whether it is text, or a translation or transcript that was kept when nobody looked what it is."""
    if derivative.state != DerivativeState.MADE:
        return False
    return is_printed(derivative.media_type) or _is_unlooked_at(derivative)


def open_text(derivative: Derivative, *, actor: Actor) -> OpenDerivative:
    """Open it as `open_derivative` does. Raises what that raises, and BadDerivative where it is no text."""
    opened = open_derivative(derivative, actor=actor)
    if _is_unlooked_at(derivative):
        # Closed on every way out but the one on which the caller has it; the reading itself may find damage.
        with ExitStack() as closing:
            closing.enter_context(opened.content)
            _require_text(opened.content.read(HEAD_BYTES))
            opened.content.seek(0)
            closing.pop_all()
    return opened


def _require_text(head: bytes) -> None:
    if not is_text(head):
        raise BadDerivative(
            _("This copy is no plain text and is not shown here. Download it from the page of the item.")
        )


def _is_unlooked_at(derivative: Derivative) -> bool:
    return derivative.kind in IN_A_LANGUAGE and plain_type(derivative.media_type) == UNKNOWN
