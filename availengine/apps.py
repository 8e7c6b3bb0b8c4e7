"""The edge as a Django app: it owns the idempotency records and the management commands."""

from django.apps import AppConfig


class AvailEngineConfig(AppConfig):
    name = "availengine"
    label = "edge"
    verbose_name = "AvailEngine"

    def ready(self) -> None:
        from availengine import checks  # noqa: F401  (registers the start-up checks)
