"""The entry point for gunicorn. An unsafe start is refused here, before the first request."""

import os
import sys
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

# What is ours is loaded only after this: it needs the apps.
application = get_wsgi_application()
import_module("config.process_memory").keep_memory_private()
try:
    import_module("config.start").refuse_unsafe_start()
except ImproperlyConfigured as error:
    # Said here, for the server's own log leaves out what an exception says.
    sys.stderr.write(f"{error}\n")
    raise
