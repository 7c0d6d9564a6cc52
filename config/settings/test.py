"""The tests: as on the laptop, with cheap passwords and folders that vanish."""

import tempfile
from pathlib import Path

from config.settings.dev import *  # noqa: F403

_scratch = Path(tempfile.mkdtemp(prefix="dadkhah-test-"))
DADKHAH_DATA_DIR = _scratch / "data"
DADKHAH_KEYS_DIR = _scratch / "keys"
DADKHAH_STORE = ""
SECRET_KEY = "for tests alone"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DADKHAH_EMBEDDED_WORKER = False
# Tasks run where they are asked for: tests that are not about derivatives need not wait for them.
DADKHAH_INSPECT_AT_ONCE = False
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
DADKHAH_ARGON2 = {"iterations": 1, "lanes": 1, "memory_cost": 8 * 1024}
