"""The demo's people: one user per role, three custodians, and the file that keeps what they type."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import find_actor
from accounts.roles import Role
from accounts.users import create_user
from audit.actors import Channel, SystemActor
from audit.errors import Broken, Conflict
from config.demo_story import Story
from witnesses.enrolling import enrol_custodian
from witnesses.models import Custodian

SECRETS = "demo_users.json"
MACHINE = SystemActor("demo", Channel.COMMAND)

# No 0, 1, l or o: people copy these from a terminal by eye.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class NotADemoDatabase(Conflict):
    """This is, or may become, a real installation; the demo would mix invented matter with real."""


class DemoSecretsUnreadable(Broken):
    """The file with the demo's passwords is not as the demo wrote it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One user of the demo."""

    username: str
    full_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Cast:
    """The demo's users, ready to act."""

    paralegal: User
    lawyer: User
    custodians: tuple[User, ...]


PARTS = (
    Part("paralegal", "Demo Paralegal", Role.PARALEGAL),
    Part("lawyer", "Demo Lawyer", Role.LAWYER),
    Part("auditor", "Demo Auditor", Role.AUDITOR),
    Part("custodian1", "Demo Custodian One", Role.CUSTODIAN),
    Part("custodian2", "Demo Custodian Two", Role.CUSTODIAN),
    Part("custodian3", "Demo Custodian Three", Role.CUSTODIAN),
    Part("administrator", "Demo Administrator", Role.ADMINISTRATOR),
)


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What the demo's users type: passwords, and the passphrases of the custodians."""

    passwords: dict[str, str]
    passphrases: dict[str, str]

    def __repr__(self) -> str:
        return "<sealed>"


def secrets_file() -> Path:
    """Where the demo's passwords are kept: beside the keys, for their owner alone."""
    return Path(settings.DADKHAH_KEYS_DIR) / SECRETS


def load_secrets() -> Secrets:
    """Read the passwords of an earlier run, or draw new ones and keep them before any account is made.

    Raises NotADemoDatabase under production settings and where there are users but no such file, and
    DemoSecretsUnreadable.
    """
    if settings.DADKHAH_PRODUCTION:
        raise NotADemoDatabase(
            _(
                "The demo keeps its passwords in a file, so it never runs with production settings. Use `make demo`."
            )
        )
    path = secrets_file()
    if path.exists():
        return _read(path)
    if User.objects.exists():
        raise NotADemoDatabase(
            _(
                "This database has users that the demo did not make. "
                "Set DADKHAH_HOME to an empty folder, and DATABASE_URL if you use it to an empty database, "
                "and run the demo again."
            )
        )
    drawn = Secrets(
        passwords={part.username: _draw(4, "-") for part in PARTS},
        passphrases={part.username: _draw(6, " ") for part in PARTS if part.role is Role.CUSTODIAN},
    )
    _write(path, drawn)
    return drawn


def gather(known: Secrets, story: Story) -> Cast:
    """Make the users who are missing, enrol the custodians who have no key yet, and return those who act."""
    missing = [part for part in PARTS if not User.objects.filter(username=part.username).exists()]
    for part in missing:
        create_user(
            username=part.username,
            full_name=part.full_name,
            role=part.role,
            password=known.passwords[part.username],
            actor=MACHINE,
        )
    story.say(f"{len(missing)} users made, {len(PARTS) - len(missing)} were here already.")
    custodians = tuple(_acting(part.username) for part in PARTS if part.role is Role.CUSTODIAN)
    unenrolled = [user for user in custodians if not Custodian.objects.filter(user=user).exists()]
    for user in unenrolled:
        enrol_custodian(user, passphrase=known.passphrases[user.username], actor=user)
    story.say(
        f"{len(unenrolled)} custodians enrolled, each with a key that only their own passphrase opens; "
        f"{len(custodians) - len(unenrolled)} had one."
    )
    return Cast(paralegal=_acting("paralegal"), lawyer=_acting("lawyer"), custodians=custodians)


def introduce(known: Secrets, story: Story) -> None:
    """Print who can sign in. Demo only: a real installation never prints a password."""
    story.say("Demo only. Real passwords and passphrases are never printed or kept in a file.")
    for part in PARTS:
        line = f"{part.role.value:<14}{part.username:<15}password {known.passwords[part.username]}"
        passphrase = known.passphrases.get(part.username)
        story.say(f"{line}   passphrase {passphrase}" if passphrase else line)
    story.say(f"They are kept in {secrets_file()}")


def _acting(username: str) -> User:
    return find_actor(username, channel=Channel.COMMAND)


def _draw(groups: int, between: str) -> str:
    return between.join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _group in range(groups))


def _read(path: Path) -> Secrets:
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = Secrets(passwords=dict(kept["passwords"]), passphrases=dict(kept["passphrases"]))
        complete = all(known.passwords[part.username] for part in PARTS)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(path) from error
    if not complete:
        raise _unreadable(path)
    return known


def _unreadable(path: Path) -> DemoSecretsUnreadable:
    return DemoSecretsUnreadable(
        _("%(path)s cannot be read as the demo's passwords. Put it back, or start in an empty DADKHAH_HOME.")
        % {"path": path}
    )


def _write(path: Path, drawn: Secrets) -> None:
    text = json.dumps({"passwords": drawn.passwords, "passphrases": drawn.passphrases}, indent=1)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
