"""The edge: how the world reaches the core. Imports the core, is never imported by it."""

from availengine.celery import app as celery_app

__all__ = ["celery_app"]
