"""Make the keys that this installation needs, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from audit.keys import missing_second_signature
from config.key_making import make_missing_keys
from config.log_keeping import fingerprint_said


class Command(BaseCommand):
    help = (
        "Makes the keys that are missing, mode 0600, in DADKHAH_KEYS_DIR. Never replaces one that is there."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        made = make_missing_keys(settings.DADKHAH_KEYS_DIR, data=settings.DADKHAH_DATA_DIR)
        for name in made:
            self.stdout.write(f"made {name}")
        if not made:
            self.stdout.write("Every key is there; nothing was changed.")
        self.stdout.write(fingerprint_said())
        if lacking := missing_second_signature():
            self.stderr.write(lacking)
