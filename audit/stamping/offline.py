"""Stamps for a machine without a network: requests go out on a stick, answers come back on it.

The request stays on the stick beside its answer, because its nonce is needed for the check. Nothing on the stick is
trusted: a request is taken for ours only if it is for the very checkpoint, and the token is checked as any other.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from audit.actors import Actor
from audit.errors import DomainError, NotFound, StampFilesUnusable
from audit.models import Checkpoint, TimeStamp
from audit.stamping.asking import LARGEST
from audit.stamping.authorities import active_authorities, authority_named
from audit.stamping.flaws import ANSWERED, Flaw, StampRefused
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
    """An answer file and what came of it: the stamp, or why there is none and what to do about that."""

    path: Path
    stamp: TimeStamp | None
    refused: DomainError | None
    next_step: str = ""


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

    Raises AuthoritiesUnusable, and StampFilesUnusable where the folder cannot be read or holds none.
    """
    return [_take_in(path, actor=actor) for path in _answers(folder)]


def _answers(folder: Path) -> list[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == ANSWER)
    except OSError as error:
        raise StampFilesUnusable(
            _("The folder %(path)s cannot be read. Name the one to which --write-requests wrote.")
            % {"path": folder}
        ) from error
    if not found:
        raise StampFilesUnusable(
            _(
                "The folder %(path)s holds no answers (*.tsr). Put each beside its request, under the same name, or "
                "name the folder that holds them."
            )
            % {"path": folder}
        )
    return found


def _take_in(path: Path, *, actor: Actor) -> CarriedAnswer:
    try:
        return CarriedAnswer(path, _keep(path, actor=actor), None)
    except StampRefused as refused:
        return CarriedAnswer(path, None, refused, _next_step(refused, path))
    except NotFound as unknown:
        step = _("Put it back into the list of authorities, or take this file out of the folder.")
        return CarriedAnswer(path, None, unknown, step)
    except StampFilesUnusable as unusable:
        return CarriedAnswer(path, None, unusable)


def _next_step(refused: StampRefused, path: Path) -> str:
    """Ask again where nobody's deceit is needed to explain the answer; a token that somebody made is a finding."""
    if refused.flaw in ANSWERED - {Flaw.WRONG_IMPRINT, Flaw.WRONG_NONCE}:
        return _(
            "Nothing of it was taken in, and the log says so. Keep the file and tell the administrator, who compares "
            "the pinned certificate with the authority's own."
        )
    authority = authority_named(path.name.partition(".")[0])
    return _(
        "Send %(request)s to %(url)s again, as application/timestamp-query, and put what it answers beside it as "
        "%(answer)s."
    ) % {"request": path.with_suffix(REQUEST).name, "url": authority.url, "answer": path.name}


def _keep(path: Path, *, actor: Actor) -> TimeStamp:
    match = _STEM.match(path.name.removesuffix(ANSWER))
    checkpoint = Checkpoint.objects.filter(size=int(match[2])).first() if match else None
    if match is None or checkpoint is None:
        raise StampFilesUnusable(
            _("%(name)s is named after no checkpoint of this log. Leave the names as they were written.")
            % {"name": ascii(path.name)}
        )
    authority = authority_named(match[1])
    request, answer = _request(path.with_suffix(REQUEST)), _read(path)
    try:
        return keep_answer(answer, request=request, checkpoint=checkpoint, authority=authority, actor=actor)
    except StampRefused as refused:
        keep_refusal(refused, answer=answer, checkpoint=checkpoint, authority=authority, actor=actor)
        raise


def _request(path: Path) -> bytes:
    if not path.exists():
        raise StampFilesUnusable(
            _(
                "The request %(name)s is not beside its answer, which cannot be checked without it. Put it back, or "
                "begin anew with --write-requests in another folder."
            )
            % {"name": path.name}
        )
    return _read(path)


def _read(path: Path) -> bytes:
    """A small plain file: a stick can hold links, pipes and anything else."""
    try:
        if path.is_symlink() or not path.is_file():
            raise OSError
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise StampFilesUnusable(
            _("The file %(name)s is no plain file, or cannot be read. Copy it anew.")
            % {"name": ascii(path.name)}
        ) from error
    if len(content) > LARGEST:
        raise StampFilesUnusable(
            _(
                "The file %(name)s is far larger than a time-stamp. Get the authority's own answer, as it came."
            )
            % {"name": ascii(path.name)}
        )
    return content


def _write_new(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(content)
    except OSError as error:
        raise StampFilesUnusable(
            _("The file %(path)s cannot be written. Name a folder that this user may write to.")
            % {"path": path}
        ) from error
