"""The WSGI application that granian serves. Misconfigured, it refuses to start."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "availengine.settings")

application = get_wsgi_application()

from availengine.checks import refuse_misconfigured  # noqa: E402  (needs the applications)

refuse_misconfigured()
