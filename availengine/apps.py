"""The edge as a Django app: it owns the idempotency records and the management commands."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AvailEngineConfig(AppConfig):
    name = "availengine"
    label = "edge"
    verbose_name = "AvailEngine"

    def ready(self) -> None:
        from availengine import checks  # noqa: F401  (registers the start-up checks)


class AdminConfig(DjangoAdminConfig):
    default_site = "availengine.admin.site.Site"
