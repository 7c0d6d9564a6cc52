"""Run as a module inside a house: gives each custodian of the cast a key, where they have none."""

import django

django.setup()

from accounts.models import User  # noqa: E402
from tests.browser.houses import PASSPHRASES  # noqa: E402
from witnesses.enrolling import enrol_custodian  # noqa: E402
from witnesses.queries import is_enrolled  # noqa: E402

if __name__ == "__main__":
    for username, passphrase in PASSPHRASES.items():
        user = User.objects.get(username=username)
        if not is_enrolled(user):
            enrol_custodian(user, passphrase=passphrase, actor=user)
