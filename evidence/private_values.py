"""What the records of evidence keep private: for the log's commitments, for members' eyes, and for erasing."""

from typing import Any

from audit.private import Private, PrivateValues
from cases.dated import DATE_COLUMNS
from evidence.hold_reach import brought_what_is_held, is_held
from evidence.scopes import READ, READ_FOUND


def _describes_what_is_held(record: Any) -> bool:
    return is_held(record.item)


INTAKE = PrivateValues(
    (Private("source"), Private("how_obtained"), Private("consent_reference")),
    cases="items__placements__case",
    fact="intake",
    permission=READ,
    on_hold=brought_what_is_held,
)

ITEM = PrivateValues(
    (
        Private("original_name"),
        Private("original_path"),
        Private("title"),
        Private("source"),
        Private("collected", DATE_COLUMNS, lambda item: item.date_as_written),
    ),
    cases="placements__case",
    permission=READ,
    called=lambda item: item.reference,
    on_hold=is_held,
)

LINK = PrivateValues(
    (Private("pinpoint"), Private("basis")),
    cases="case",
    fact="link",
    permission=READ,
    on_hold=_describes_what_is_held,
)

ACQUISITION = PrivateValues(
    (
        Private("source_name"),
        Private("how_obtained"),
        Private("why_obtained"),
        Private("place"),
        Private("collector"),
        Private("acquired", DATE_COLUMNS, lambda version: version.date_as_written),
        Private("legal_basis"),
        Private("rights"),
        Private("restrictions"),
        Private("consent_reference"),
    ),
    cases="item__placements__case",
    fact="acquisition",
    permission=READ,
    on_hold=_describes_what_is_held,
)

CAPTURE = PrivateValues(
    (
        Private("url"),
        Private("final_url"),
        Private("captured", DATE_COLUMNS, lambda version: version.date_as_written),
        Private("collector"),
        Private("tool"),
        Private("tool_version"),
        Private("context"),
    ),
    cases="item__placements__case",
    fact="online_capture",
    permission=READ,
    on_hold=_describes_what_is_held,
)

# Its own page shows it and logs that it was opened; a history would show it in passing.
COLLECTOR_TRACE = PrivateValues(
    (Private("collector_ip"), Private("persona_used")),
    cases="item__placements__case",
    fact="collector_trace",
    permission=READ_FOUND,
    shown=False,
    on_hold=_describes_what_is_held,
)

THING = PrivateValues(
    (Private("description"), Private("serial_number")),
    cases="item__placements__case",
    fact="thing",
    permission=READ,
    on_hold=_describes_what_is_held,
)

EVENT = PrivateValues(
    (
        Private("happened", DATE_COLUMNS, lambda event: event.happened_text),
        Private("released_by"),
        Private("received_by"),
        Private("purpose"),
        Private("location"),
        Private("note"),
        Private("seal"),
        Private("condition"),
        Private("authority"),
        Private("witnessed_by"),
    ),
    cases="item__placements__case",
    fact="event",
    permission=READ,
    on_hold=_describes_what_is_held,
)

DERIVATIVE = PrivateValues(
    (Private("title"), Private("original_name"), Private("note")),
    cases="item__placements__case",
    fact="derivative",
    permission=READ,
    on_hold=_describes_what_is_held,
)

FOUND = PrivateValues(
    (Private("value"),),
    cases="item__placements__case",
    fact="found",
    permission=READ_FOUND,
    on_hold=_describes_what_is_held,
)

ALARM = PrivateValues(
    (Private("closing_reason"),),
    cases="object__receipts__placements__case",
    fact="alarm",
    permission=READ,
)

# A request that waits keeps its reason, which whoever decides must read.
ERASURE_REQUEST = PrivateValues(
    (Private("reason"), Private("answer")),
    cases="item__placements__case",
    fact="erasure_request",
    permission=READ,
    in_use=lambda asked: not asked.outcome,
)

# What a reader looks for is shown to nobody else, not even in a history.
VIEW = PrivateValues((Private("name"), Private("query")), fact="view", permission=READ, shown=False)
