"""As on the laptop, in processes of their own, with cheap passwords: for tests that run whole commands."""

from config.settings.dev import *  # noqa: F403

SECRET_KEY = "for tests alone"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DADKHAH_ARGON2 = {"iterations": 1, "lanes": 1, "memory_cost": 8 * 1024}
