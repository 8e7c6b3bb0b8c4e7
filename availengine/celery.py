"""The Celery application: tasks carry only ids, the database keeps everything that must not be lost."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "availengine.settings")

app = Celery("availengine")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
