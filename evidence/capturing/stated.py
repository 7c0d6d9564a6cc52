"""What the file of an item states of its own capture: offered to who records it, and never taken for true by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.errors import BadInput
from cases.plain_text import clean_line
from evidence.capturing.addresses import clean_url
from evidence.capturing.times import read_captured
from evidence.containers.capture_facts import CaptureFacts
from evidence.containers.captures import read_statement
from evidence.errors import EvidenceError
from evidence.filenames import visible_name
from evidence.models import EvidenceItem
from evidence.stored_objects import open_stored


@dataclass(frozen=True, slots=True)
class Stated:
    """What was found, by the fields of a capture; `failure` says why the file could not be read.

    `usable` are the values that can be recorded as they stand; in `shown` is every value, nothing hidden in it.
    """

    usable: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""


def stated_by_file(item: EvidenceItem) -> Stated:
    """What a WARC or WACZ states of address, time and tool, read from its beginning alone; empty for other files."""
    if not item.has_bytes or item.disposed_at is not None:
        return Stated()
    try:
        with open_stored(item.stored) as file:
            found = read_statement(file)
    except EvidenceError as error:
        return Stated(failure=str(error))
    values = _values(found) if found else {}
    return Stated(
        usable={name: value for name, value in values.items() if _is_usable(name, value)},
        shown={name: visible_name(value) for name, value in values.items()},
    )


def _values(found: CaptureFacts) -> dict[str, str]:
    stated = {
        "url": found.url,
        "captured": found.captured,
        "tool": found.tool,
        "tool_version": found.tool_version,
    }
    return {name: text for name, value in stated.items() if (text := value.strip())}


def _is_usable(name: str, value: str) -> bool:
    try:
        if name == "url":
            clean_url(value, label=name)
        elif name == "captured":
            read_captured(value)
        else:
            clean_line(value, label=name, max_length=300)
    except BadInput:
        return False
    return True
