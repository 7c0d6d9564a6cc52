"""The entry point for gunicorn. An unsafe start is refused here, before the first request."""

import os

from django.core.wsgi import get_wsgi_application

from config.start import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

application = get_wsgi_application()
refuse_unsafe_start()
