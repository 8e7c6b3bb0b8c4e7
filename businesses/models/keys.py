"""API keys: only the hash of the secret is stored."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from businesses.models.base import TenantModel


class Scope(models.TextChoices):
    AVAILABILITY_READ = "availability:read"
    BOOKINGS_CREATE = "bookings:create"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_MANAGE = "bookings:manage"
    CATALOGUE_MANAGE = "catalogue:manage"


class Preset(models.TextChoices):
    WIDGET = "widget"
    READ_ONLY = "read_only"
    STAFF = "staff"
    FULL = "full"


PRESET_SCOPES: dict[str, tuple[Scope, ...]] = {
    Preset.WIDGET: (Scope.AVAILABILITY_READ, Scope.BOOKINGS_CREATE),
    Preset.READ_ONLY: (Scope.AVAILABILITY_READ, Scope.BOOKINGS_READ),
    Preset.STAFF: (Scope.AVAILABILITY_READ, Scope.BOOKINGS_CREATE, Scope.BOOKINGS_READ, Scope.BOOKINGS_MANAGE),
    Preset.FULL: tuple(Scope),
}


class ApiKey(TenantModel):
    """A credential of one business. `hint` is the readable beginning, `digest` the SHA-256 of the whole."""

    name = models.CharField(max_length=100)
    preset = models.CharField(max_length=10, choices=Preset.choices)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope.choices))
    live = models.BooleanField()
    hint = models.CharField(max_length=24)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    requests_per_minute = models.PositiveIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    allowed_origins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "name"], condition=models.Q(revoked_at=None, expires_at=None), name="key_name_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
