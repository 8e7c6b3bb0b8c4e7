"""What granian loads: Django is set up before anything that needs it is imported."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "availengine.settings")
django.setup()

from availengine.stream.server import application  # noqa: E402

__all__ = ["application"]
