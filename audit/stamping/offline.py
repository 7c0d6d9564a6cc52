"""Stamps for a machine without a network: requests go out on a stick, answers come back on it.

The request stays on the stick beside its answer, because its nonce is needed for the check. Nothing on the stick is
trusted: a request is taken for ours only if it is for the very checkpoint, and the token is checked as any other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from audit.actors import Actor
from audit.errors import DomainError, NotFound, StampFilesUnusable
from audit.models import Checkpoint, TimeStamp
from audit.stamping.asking import LARGEST
from audit.stamping.authorities import active_authorities, authority_named
from audit.stamping.flaws import StampRefused
from audit.stamping.keeping import keep_answer, keep_refusal, stamped_text
from audit.stamping.tokens import write_request
from audit.stamping.waiting import wanted_stamps

REQUEST, ANSWER = ".tsq", ".tsr"
_STEM = re.compile(r"([a-z0-9][a-z0-9-]{0,62})\.([0-9]{1,18})\Z")


@dataclass(frozen=True, slots=True)
class CarriedRequest:
    """A request file and the address that it is for."""

    path: Path
    url: str


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """An answer file and what came of it: the stamp, or why there is none."""

    path: Path
    stamp: TimeStamp | None
    refused: DomainError | None


def write_requests(folder: Path) -> list[CarriedRequest]:
    """Write a request for each checkpoint that an authority has yet to stamp, as `<authority>.<size>.tsq`.

    A request that lies there already stays as it is: its answer may be under way. Raises AuthoritiesUnusable, and
    StampFilesUnusable where the folder cannot be written.
    """
    carried = []
    for authority in active_authorities():
        for wanted in wanted_stamps(authority):
            path = folder / f"{authority.name}.{wanted.checkpoint.size}{REQUEST}"
            text = stamped_text(wanted.checkpoint)
            _write_new(path, write_request(text, algorithm=authority.algorithm, policy=authority.policy))
            carried.append(CarriedRequest(path, authority.url))
    return carried


def read_answers(folder: Path, *, actor: Actor) -> list[CarriedAnswer]:
    """Take every `<authority>.<size>.tsr` in the folder in, and say for each what came of it. The files stay.

    Raises AuthoritiesUnusable, and StampFilesUnusable where the folder cannot be read.
    """
    return [_take_in(path, actor=actor) for path in _answers(folder)]


def _answers(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ANSWER)
    except OSError as error:
        raise StampFilesUnusable(_("The folder %(path)s cannot be read.") % {"path": folder}) from error


def _take_in(path: Path, *, actor: Actor) -> CarriedAnswer:
    try:
        return CarriedAnswer(path, _keep(path, actor=actor), None)
    except (StampRefused, NotFound, StampFilesUnusable) as error:
        return CarriedAnswer(path, None, error)


def _keep(path: Path, *, actor: Actor) -> TimeStamp:
    match = _STEM.match(path.name.removesuffix(ANSWER))
    checkpoint = Checkpoint.objects.filter(size=int(match[2])).first() if match else None
    if match is None or checkpoint is None:
        raise StampFilesUnusable(
            _("%(name)s is named after no checkpoint of this log. Leave the names as they were written.")
            % {"name": ascii(path.name)}
        )
    authority = authority_named(match[1])
    request, answer = _read(path.with_suffix(REQUEST)), _read(path)
    try:
        return keep_answer(answer, request=request, checkpoint=checkpoint, authority=authority, actor=actor)
    except StampRefused as refused:
        keep_refusal(refused, answer=answer, checkpoint=checkpoint, authority=authority, actor=actor)
        raise


def _read(path: Path) -> bytes:
    """A small plain file: a stick can hold links, pipes and anything else."""
    try:
        if path.is_symlink() or not path.is_file():
            raise OSError
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise StampFilesUnusable(
            _("The file %(name)s is missing or cannot be read.") % {"name": ascii(path.name)}
        ) from error
    if len(content) > LARGEST:
        raise StampFilesUnusable(_("The file %(name)s is too large.") % {"name": ascii(path.name)})
    return content


def _write_new(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(content)
    except OSError as error:
        raise StampFilesUnusable(_("The file %(path)s cannot be written.") % {"path": path}) from error
