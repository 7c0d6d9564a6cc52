"""Has names looked for in a dossier as people do: asked, two custodians, the code, the report, the release."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from django.http import StreamingHttpResponse
from django.test import Client

from accounts.models import User
from cases.models import Case
from dossiers.archive import VaultSink
from dossiers.compiling import compile_dossier
from dossiers.leaks.answering import answer_for
from dossiers.leaks.asking import ask_for_check
from dossiers.leaks.checking import look_through
from dossiers.leaks.standing import standing_of
from dossiers.models import Dossier, LeakCheck, LeakResult
from dossiers.receivers import Receiver
from dossiers.release import release_into
from tests.dossiers.conftest import PURPOSE
from tests.witnesses.conftest import PASSPHRASES
from witnesses.models import QuorumSession
from witnesses.quorum.approving import approve_session

WHY = "The package leaves on Monday"
ANSWER = "Read page by page by two of us"


TWO = {name: PASSPHRASES[name] for name in ("custodian_a", "custodian_b")}


def approved(session: QuorumSession, passphrases: dict[str, str] = TWO) -> None:
    """Custodians say yes, each with a passphrase."""
    for name, passphrase in passphrases.items():
        user = User.objects.get(username=name)
        approve_session(session, passphrase=passphrase, reason="Asked by voice", actor=user)


def looked_through(dossier: Dossier, *, by: User, passphrases: dict[str, str] = TWO) -> LeakResult:
    """A whole check of the dossier."""
    check, code = ask_for_check(dossier, reason=WHY, actor=by)
    approved(check.session, passphrases)
    return look_through(LeakCheck.objects.get(pk=check.pk), code=code, actor=by)


def searched_on(client: Client, page: str, code: str) -> str:
    """What the page says on which the search runs, read to its end."""
    answer = cast("StreamingHttpResponse", client.post(page, {"step": "look", "code": code}))
    return b"".join(cast("Iterator[bytes]", answer.streaming_content)).decode()


def cleared(dossier: Dossier, *, by: User, passphrases: dict[str, str] = TWO) -> Dossier:
    """The dossier, checked, and answered for where something in it could not be read."""
    if standing_of(dossier).may_ask:
        looked_through(dossier, by=by, passphrases=passphrases)
    if standing_of(dossier).may_state:
        answer_for(dossier, reason=ANSWER, actor=by)
    return dossier


def handed_over(case: Case, path: Path, *, by: User, receiver: Receiver | None = None) -> Dossier:
    """A dossier of the case, compiled, checked and written to `path`."""
    dossier = compile_dossier(case, purpose=PURPOSE, sink=VaultSink(), actor=by, receiver=receiver)
    release_into(cleared(dossier, by=by), path, actor=by)
    return dossier
