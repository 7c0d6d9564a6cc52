"""Runs alone in a database of its own: seals identities and opens one, and says what each took, as JSON."""

import json
import statistics
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from accounts.users import create_user  # noqa: E402
from audit.actors import SystemActor  # noqa: E402
from cases.membership import open_case  # noqa: E402
from witnesses.enrolling import enrol_custodian  # noqa: E402
from witnesses.identity import IdentityFacts, SealedName, SealedRow  # noqa: E402
from witnesses.models import Witness  # noqa: E402
from witnesses.opening import approve, open_identity, request_opening  # noqa: E402
from witnesses.passphrases import Stretching  # noqa: E402
from witnesses.photographs import Photograph  # noqa: E402
from witnesses.register import register_witness  # noqa: E402

PASSPHRASES = {
    "first": "heron lantern quarry velvet umbrella",
    "second": "copper thistle window marble orchard",
    "third": "saffron anchor winter pebble trumpet",
}
FACTS = IdentityFacts(
    full_names=(SealedName("نام ساختگی", "fa", "birth"), SealedName("Invented Name", "latin", "birth")),
    contacts=tuple(SealedRow(f"+98 21 0000 00{number:02}", "phone") for number in range(6)),
    kin=tuple(SealedRow(f"Invented relative {number}", "cousin") for number in range(6)),
    how_to_reach_safely="Through the association alone. " * 20,
    photograph=Photograph(b"\xff\xd8\xff\xe0" + bytes(400_000), "image/jpeg"),
)


def hire(name: str, role: Role) -> User:
    """Somebody of the office."""
    return create_user(
        username=name,
        full_name=name.title(),
        role=role,
        password="a battery for measuring",
        actor=SystemActor("bench"),
    )


def median(work: Callable[[], object], runs: int) -> float:
    """The median time of one run, in seconds."""
    times = []
    for _run in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    """Enrol, seal and open, each as often as named; say the medians and what one stretching takes alone."""
    seals, openings = int(sys.argv[1]), int(sys.argv[2])
    # The quotas are not what is measured.
    settings.DADKHAH_OPENING_QUOTAS = dict.fromkeys(settings.DADKHAH_OPENING_QUOTAS, 10**6)
    call_command("migrate", verbosity=0)
    lawyer = hire("lawyer", Role.LAWYER)
    custodians = [hire(name, Role.CUSTODIAN) for name in PASSPHRASES]
    for user in custodians:
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    case = open_case(reference="DK-BENCH", title="Measured", actor=lawyer)

    def seal() -> Witness:
        return register_witness(case=case, identity=FACTS, actor=lawyer)

    def open_once() -> None:
        request, code = request_opening(witness, reason="Measured", fields=["full_names"], actor=lawyer)
        for user in custodians[:2]:
            approve(request, passphrase=PASSPHRASES[user.username], reason="Measured", actor=user)
        open_identity(request, opening_code=code, actor=lawyer)

    witness = seal()
    stretching = Stretching.fresh(settings.DADKHAH_ARGON2)
    found = {
        "seal": median(seal, seals),
        "open": median(open_once, openings),
        "stretch": median(lambda: stretching.stretch(PASSPHRASES["first"]), openings),
        "argon2": settings.DADKHAH_ARGON2,
    }
    sys.stdout.write(json.dumps(found) + "\n")


main()
