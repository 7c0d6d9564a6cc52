"""The last gate before anything is served: every start-up check, and in production the strict ones too."""

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured


def refuse_unsafe_start() -> None:
    """Run every check. Raises ImproperlyConfigured that lists each error with what to do."""
    found = checks.run_checks(include_deployment_checks=settings.DADKHAH_PRODUCTION, databases=["default"])
    errors = [message for message in found if message.level >= checks.ERROR]
    if errors:
        told = "\n".join(f"  {message.id}: {message.msg} {message.hint or ''}".rstrip() for message in errors)
        raise ImproperlyConfigured(f"This start would be unsafe and was refused:\n{told}")
