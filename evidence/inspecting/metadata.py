"""What a file says of itself. What it gives away of places, times, people and devices is kept apart and sealed."""

import json
import re
from typing import Any

from evidence.derivative_failures import Failure
from evidence.inspecting.box import MIB, BoxFailure, Limits, script
from evidence.inspecting.keeping import keep
from evidence.inspecting.programs import ProgramMissing, is_here, libraries, require_program, version_of
from evidence.inspecting.records import Found, Made, Maker
from evidence.inspecting.subject import Work
from evidence.models.found import FoundKind

_LIMITS = Limits(seconds=60, memory=1024 * MIB, output=4 * MIB)
_TAG = re.compile(r"[^A-Za-z0-9:_-]")
_LONGEST_VALUE = 2000
_MOST_VALUES = 2000
_MOST_FOUND = 200
# About the copy in memory, not about the file.
_OURS = ("System:", "SourceFile", "ExifTool:")
# Too much rather than too little is kept apart: a serial number leads to a camera, a camera to a witness.
_GIVES_AWAY = (
    (
        FoundKind.POSITION,
        r"gps|location|latitude|longitude|altitude|coordinate|position|city|country|province|region",
    ),
    (
        FoundKind.PERSON,
        r"author|artist|creator(?!tool)|owner|by-?line|person|people|modifiedby|from|to$|cc$|copyright|contact"
        r"|manager|company|credit|name$",
    ),
    (FoundKind.DEVICE, r"serial|uniqueid|deviceid|imei|hostcomputer|uuid|make$|model"),
    (FoundKind.TIME, r"date|time(?!scale)|modified$|created$"),
)


def make_metadata(work: Work) -> Made | None:
    """Everything that exiftool reads, or what our own libraries read where it is not here. Raises ProgramMissing."""
    if is_here("exiftool"):
        facts, maker = _by_exiftool(work)
    elif work.media_type.startswith("image/"):
        facts, maker = _by_library(work, "facts", tool="Pillow", package="pillow")
    elif work.media_type == "application/pdf":
        facts, maker = _by_library(work, "pdf", tool="pypdfium2", package="pypdfium2")
    else:
        raise ProgramMissing("exiftool")
    said = {tag: value for tag, value in facts.items() if _gives_away(tag) is None}
    found = [
        Found(kind, tag[:100], value)
        for tag, value in facts.items()
        if (kind := _gives_away(tag)) is not None and value
    ]
    if not said and not found:
        return None
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1)
    return Made(maker, [keep(text.encode(), media_type="application/json")], found=found[:_MOST_FOUND])


def _by_exiftool(work: Work) -> tuple[dict[str, str], Maker]:
    path = require_program("exiftool")
    told = ["-json", "-G1", "-a", "-c", "%.6f", "-charset", "UTF8", "-api", "LargeFileSupport=1"]
    written = bytearray()
    with work.copy() as copy:
        # 1: it could not make sense of the file, which it says in its answer.
        work.run([path, *told, "-"], copy=copy, sink=written.extend, limits=_LIMITS, accept=(0, 1))
    maker = Maker("exiftool", version_of("exiftool"), {"arguments": told})
    return _read(bytes(written)), maker


def _by_library(work: Work, program: str, *, tool: str, package: str) -> tuple[dict[str, str], Maker]:
    written = bytearray()
    with work.copy() as copy:
        work.run([*script(program), "facts"], copy=copy, sink=written.extend, limits=_LIMITS)
    lines = (line.partition("\t") for line in written.decode("utf-8", "replace").splitlines()[:_MOST_VALUES])
    facts = {tag: value[:_LONGEST_VALUE] for tag, _tab, value in lines if tag}
    return facts, Maker(tool, libraries(package), {})


def _read(written: bytes) -> dict[str, str]:
    """exiftool's answer as text by tag; nested values on one line. Raises BoxFailure for what is no such answer."""
    try:
        answer = json.loads(written.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise BoxFailure(Failure.UNREADABLE) from error
    if not isinstance(answer, list) or not answer or not isinstance(answer[0], dict):
        raise BoxFailure(Failure.UNREADABLE)
    facts = {}
    for tag, value in list(answer[0].items())[:_MOST_VALUES]:
        if not tag.startswith(_OURS):
            facts[_TAG.sub("_", tag)[:100]] = _clean(_said(value))[:_LONGEST_VALUE]
    return facts


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _clean(text: str) -> str:
    """Text as a database can hold it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _gives_away(tag: str) -> str | None:
    name = tag.rpartition(":")[2]
    if tag.startswith(("File:", "ICC", "JFIF")):
        return None
    return next((kind for kind, pattern in _GIVES_AWAY if re.search(pattern, name, re.IGNORECASE)), None)
