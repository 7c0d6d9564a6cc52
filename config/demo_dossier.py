"""The demo's last part: a dossier, and its own verifier run where none of our code can help it."""

import hashlib
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit.keys import PUBLIC_FILE
from cases.models import Case
from config.demo_cast import Cast, Secrets
from config.demo_story import Story
from dossiers.archive import VaultSink
from dossiers.compiling import compile_dossier
from dossiers.errors import NarrowsWitnesses
from dossiers.leaks.answering import answer_for
from dossiers.leaks.asking import ask_for_check
from dossiers.leaks.checking import look_through
from dossiers.leaks.standing import standing_of
from dossiers.models import Dossier, DossierState
from dossiers.receivers import Receiver
from dossiers.release import release_into
from witnesses.consent_words import RecipientKind, Use
from witnesses.quorum.approving import approve_session

PURPOSE = "Demonstration: what a prosecutor would receive in the sample case"
RECEIVER = Receiver(
    RecipientKind.PROSECUTOR, Use.INVESTIGATION, "An invented prosecutor for war crimes", country="SE"
)
_REASON = "Demonstration: no name leaves with the dossier"
_FEW = "Demonstration: the prosecutor has to know of which prison and year the cassette tells"
_ANSWER = "Demonstration: every exhibit was made for this sample case and was looked at by people"
_MANIFEST = "manifest-sha256.txt"
_LONGEST_CHECK = 600  # seconds


@sensitive_variables()
def hand_over(case: Case, cast: Cast, known: Secrets, story: Story) -> tuple[Path, bool]:
    """Return the dossier's folder and whether its own `verify.py` found everything right.

    A dossier of an earlier run is kept if it still verifies; otherwise a new one is compiled.
    """
    kept = _latest(case)
    if kept is not None and _check(kept, story):
        story.say("The dossier of an earlier run still verifies; no new one was made.")
        return kept, True
    folder = _next_folder(case)
    lawyer = cast.lawyer
    dossier = _compiled(case, lawyer, story)
    story.say(
        f"{dossier.exhibits.count()} exhibits were numbered and packed; the package waits in the vault."
    )
    _look_for_names(dossier, cast, known, story)
    release_into(dossier, folder, actor=lawyer)
    story.say(f"It was handed out and written to {folder}")
    return folder, _check(folder, story)


def _compiled(case: Case, lawyer: User, story: Story) -> Dossier:
    """Asked for twice: what the exhibits tell together fits few people, and goes out only with a reason."""

    def ask(reason: str, actor: User) -> Dossier:
        return compile_dossier(
            case,
            purpose=PURPOSE,
            sink=VaultSink(),
            receiver=RECEIVER,
            narrowing_reason=reason,
            actor=actor,
        )

    try:
        return ask("", lawyer)
    except NarrowsWitnesses as refused:
        story.say("It was refused first: together the exhibits narrow the pseudonym to few people.")
        return ask(_FEW, lawyer.confirming([refused.code]))


@sensitive_variables()
def _look_for_names(dossier: Dossier, cast: Cast, known: Secrets, story: Story) -> None:
    """Two custodians let the name be looked for in the package, and the lawyer answers for what stays dark."""
    check, code = ask_for_check(dossier, reason=_REASON, actor=cast.lawyer)
    for custodian in cast.custodians[:2]:
        approve_session(
            check.session,
            passphrase=known.passphrases[custodian.username],
            reason="Demonstration",
            actor=custodian,
        )
        story.say(f"{custodian.full_name} let the name be looked for in it. Nobody is shown it.")
    result = look_through(check, code=code, actor=cast.lawyer)
    story.say(
        f"{result.files} files were searched: {result.findings.count()} findings, {result.unread} not readable."
    )
    if standing_of(dossier).may_state:
        answer_for(dossier, reason=_ANSWER, actor=cast.lawyer)
        story.say(
            "The lawyer read the report and answered for the pictures and sounds that no program can read."
        )


def _dossiers_folder() -> Path:
    return Path(settings.DADKHAH_DATA_DIR).parent / "dossiers"


def _numbered(case: Case) -> Iterator[Path]:
    return (_dossiers_folder() / f"{case.reference}-{number:03d}" for number in itertools.count(1))


def _next_folder(case: Case) -> Path:
    return next(folder for folder in _numbered(case) if not folder.exists())


def _latest(case: Case) -> Path | None:
    """The newest folder that this database knows as one of its dossiers, by the digest of its manifest."""
    known = {
        bytes(dossier.payload_manifest_sha256 or b"")
        for dossier in Dossier.objects.filter(case=case, state=DossierState.READY)
    }
    folders = list(itertools.takewhile(Path.exists, _numbered(case)))
    manifests = (folder / _MANIFEST for folder in reversed(folders))
    for manifest in manifests:
        if manifest.is_file() and hashlib.sha256(manifest.read_bytes()).digest() in known:
            return manifest.parent
    return None


def _public_key() -> Path:
    """Our log's public key, from our own folder: a prosecutor has it by another way than the dossier."""
    return Path(settings.DADKHAH_KEYS_DIR) / PUBLIC_FILE


def _check(folder: Path, story: Story) -> bool:
    """Run the dossier's verifier with the machine's own Python, from elsewhere, without our packages."""
    python = getattr(sys, "_base_executable", "") or sys.executable
    command = [python, "-I", "-S", str(folder / "verify.py"), "--key", str(_public_key())]
    with tempfile.TemporaryDirectory() as elsewhere:
        try:
            ended = subprocess.run(  # noqa: S603
                command,
                cwd=elsewhere,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                timeout=_LONGEST_CHECK,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            story.say(
                f"The verifier did not run to its end: {type(error).__name__}. Run it by hand: {folder}/verify.py"
            )
            return False
    for line in filter(str.strip, ended.stdout.splitlines()):
        story.say(f"| {line}")
    return ended.returncode == 0
