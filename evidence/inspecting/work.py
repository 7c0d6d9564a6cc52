"""Making one derivative: take the work up, look into a copy, record what came of it. May run twice, and at once."""

import logging
from collections.abc import Callable
from uuid import UUID

from django.db import OperationalError

from evidence.busy import is_busy
from evidence.derivative_failures import Failure
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.errors import EvidenceError, ObjectAltered, ObjectMissing
from evidence.inspecting import malware, media, metadata, ocr, pages, pictures, texts
from evidence.inspecting.box import BoxFailure
from evidence.inspecting.programs import ProgramMissing
from evidence.inspecting.records import (
    MOST_TRIES,
    Made,
    claim,
    let_go,
    record_made,
    record_nothing,
    record_without,
)
from evidence.inspecting.subject import TakenAway, Work
from evidence.models import Derivative
from evidence.reachability import is_of_the_store

_log = logging.getLogger(__name__)

_MAKERS: dict[str, Callable[[Work], Made | None]] = {
    DerivativeKind.METADATA: metadata.make_metadata,
    DerivativeKind.PREVIEW_IMAGE: pictures.make_preview,
    DerivativeKind.IMAGE_HASH: pictures.make_image_hash,
    DerivativeKind.PAGE_IMAGE: pages.make_page_images,
    DerivativeKind.TEXT: texts.make_text,
    DerivativeKind.OCR_TEXT: ocr.make_ocr_text,
    DerivativeKind.POSTER: media.make_poster,
    DerivativeKind.WAVEFORM: media.make_waveform,
    DerivativeKind.PLAYBACK: media.make_playback,
    DerivativeKind.MALWARE_SCAN: malware.make_malware_scan,
}


def make_derivative(derivative_id: UUID) -> None:
    """Make what was asked for, and record it; a failure stands in its row. Does nothing for what is done or in hand."""
    lead = claim(derivative_id)
    if lead is None:
        return
    try:
        _make(lead)
    except OperationalError as error:
        if not is_busy(error):
            raise
        # It was not the file's fault: the reconciler has it tried again, however often this happens.
        let_go(lead, counted=False)


def _make(lead: Derivative) -> None:
    if lead.tries > MOST_TRIES:
        # Each time before, the worker died over it.
        record_without(lead, DerivativeState.FAILED, failure=Failure.STOPPED, detail=str(MOST_TRIES))
        return
    if lead.item.disposed_at is not None:
        record_without(lead, DerivativeState.FAILED, failure=Failure.DISPOSED)
        return
    work = Work(lead)
    try:
        made = _MAKERS[lead.kind](work)
    except TakenAway:
        _log.info("another worker took the work over", extra={"item": str(lead.item_id)})
    except ProgramMissing as error:
        record_without(lead, DerivativeState.MISSING, failure=error.failure, detail=error.detail)
    except BoxFailure as error:
        record_without(lead, DerivativeState.FAILED, failure=error.failure, detail=error.detail)
    except (ObjectMissing, ObjectAltered):
        record_without(lead, DerivativeState.FAILED, failure=Failure.ORIGINAL_UNAVAILABLE)
    except (EvidenceError, OSError) as error:
        # The vault or the machine, not the file: the reconciler has it tried again, so many times; for as long as it
        # takes where the store as a whole is away.
        _log.warning("the making was put off", extra={"fault": type(error).__name__})
        let_go(lead, counted=not is_of_the_store(error))
    else:
        if made is None:
            record_nothing(lead)
        else:
            record_made(lead, made)
