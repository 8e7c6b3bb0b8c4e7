"""The WSGI application that granian serves. Misconfigured, it refuses to start (see checks.py)."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "availengine.settings")

application = get_wsgi_application()
call_command("check", fail_level="ERROR")
