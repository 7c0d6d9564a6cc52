"""Run in processes of their own: the first dies after the last approval, the second opens what is left."""

import os
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from accounts.users import create_user  # noqa: E402
from audit.actors import SystemActor  # noqa: E402
from cases.membership import open_case  # noqa: E402
from tests.witnesses.conftest import IDENTITY, PASSPHRASES, REASON  # noqa: E402
from witnesses.enrolling import enrol_custodian  # noqa: E402
from witnesses.errors import RequestClosed  # noqa: E402
from witnesses.models import OpeningRequest  # noqa: E402
from witnesses.opening import approve, open_identity, request_opening  # noqa: E402
from witnesses.register import register_witness  # noqa: E402


def hire(username, role):
    return create_user(
        username=username,
        full_name=username.title(),
        role=role,
        password="correct horse battery staple",
        actor=SystemActor("set-up"),
    )


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def die():
    call_command("migrate", verbosity=0)
    lawyer = hire("laleh", Role.LAWYER)
    custodians = [hire(name, Role.CUSTODIAN) for name in PASSPHRASES]
    for user in custodians:
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    case = open_case(reference="DK-1988-01", title="Gohardasht", actor=lawyer)
    witness = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    opening, code = request_opening(witness, reason=REASON, fields=["full_names"], actor=lawyer)
    say(code)
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    os._exit(9)


def go_on(code):
    opening = OpeningRequest.objects.select_related("witness__case", "sealed_identity__witness").get()
    lawyer = User.objects.get(username="laleh")
    say(opening.state)
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names
    say(opening.state)
    try:
        open_identity(opening, opening_code=code, actor=lawyer)
    except RequestClosed:
        say("closed")


if sys.argv[1] == "die":
    die()
go_on(sys.argv[2])
