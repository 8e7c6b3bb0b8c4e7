"""What is offered: resources that can be booked, and the services they perform."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value

from businesses.deposit_rules import DepositType
from businesses.models.base import DeletableModel, TenantRow, tenant_key
from businesses.models.deposit_rule import DepositRule, deposit_checks

DAY_MINUTES = 1440
MOST_PLACES = 500


class ResourceKind(models.TextChoices):
    STAFF = "staff"
    TABLE = "table"
    ROOM = "room"
    EQUIPMENT = "equipment"


class Resource(DeletableModel):
    """Anything that can be booked once at a time. `own_hours`: the weekly hours below are its own."""

    key = models.SlugField(max_length=80, blank=True, help_text="Its name in provisioning files.")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=ResourceKind.choices)
    section = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=200, blank=True)
    capacity_min = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    capacity_max = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(50)])
    job_title = models.CharField(max_length=100, blank=True)
    about = models.CharField(max_length=2000, blank=True)
    photo_url = models.URLField(max_length=500, blank=True)
    color = models.CharField(max_length=9, blank=True)
    active = models.BooleanField(default=True)
    bookable_online = models.BooleanField(default=True)
    own_hours = models.BooleanField(default=False, help_text="Works its own weekly hours within the business's.")

    class Meta:
        constraints = [
            tenant_key("resource"),
            models.CheckConstraint(
                condition=Q(capacity_min__gte=1, capacity_max__gte=F("capacity_min"), capacity_max__lte=50),
                name="resource_capacity_range",
            ),
            models.UniqueConstraint(
                fields=["business", "key"], condition=~Q(key="") & Q(deleted_at=None), name="resource_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceCategory(DeletableModel):
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "service categories"
        constraints = [
            tenant_key("servicecategory"),
            models.UniqueConstraint(fields=["business", "name"], condition=Q(deleted_at=None), name="category_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Service(DepositRule, DeletableModel):
    """Something a customer books. `also_needs`: the kind of a second resource, such as a room beside the staff.

    `places`: a class, whose start so many may share; empty: each booking has its time for itself. `starts`: when it
    begins, in minutes after Monday's midnight; none: whenever the business lets bookings begin.
    """

    key = models.SlugField(max_length=80, blank=True, help_text="Its name in provisioning files.")
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=2000, blank=True)
    category = models.ForeignKey(
        ServiceCategory, null=True, blank=True, on_delete=models.PROTECT, related_name="services", db_constraint=False
    )
    duration_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(DAY_MINUTES)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(DAY_MINUTES)])
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(DAY_MINUTES)])
    price_cents = models.PositiveIntegerField(null=True, blank=True)
    party_min = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(50)])
    party_max = models.PositiveSmallIntegerField(default=50, validators=[MinValueValidator(1), MaxValueValidator(50)])
    show_price = models.BooleanField(default=True)
    show_duration = models.BooleanField(default=True)
    policy = models.CharField(max_length=2000, blank=True)
    instructions = models.CharField(max_length=2000, blank=True)
    photo_url = models.URLField(max_length=500, blank=True)
    active = models.BooleanField(default=True)
    bookable_online = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    also_needs = models.CharField(max_length=10, choices=ResourceKind.choices, blank=True)
    places = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(2), MaxValueValidator(MOST_PLACES)]
    )
    starts = ArrayField(models.PositiveSmallIntegerField(), default=list, db_default=Value([]), blank=True)
    deposit_type = models.CharField(
        max_length=20,
        choices=DepositType.choices,
        blank=True,
        default="",
        db_default="",
        help_text="Empty: the business's rule.",
    )

    class Meta:
        constraints = [
            tenant_key("service"),
            models.CheckConstraint(
                condition=Q(
                    duration_minutes__gte=1,
                    duration_minutes__lte=DAY_MINUTES,
                    buffer_before_minutes__lte=DAY_MINUTES,
                    buffer_after_minutes__lte=DAY_MINUTES,
                ),
                name="service_lengths",
            ),
            models.CheckConstraint(
                condition=Q(party_min__gte=1, party_max__gte=F("party_min"), party_max__lte=50),
                name="service_party_range",
            ),
            models.CheckConstraint(
                condition=Q(places=None) | Q(places__gte=2, places__lte=MOST_PLACES), name="service_places_range"
            ),
            models.UniqueConstraint(
                fields=["business"], condition=Q(is_default=True, deleted_at=None), name="service_one_default"
            ),
            models.UniqueConstraint(
                fields=["business", "key"], condition=~Q(key="") & Q(deleted_at=None), name="service_key_once"
            ),
            *deposit_checks("service"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.business_id:  # a form without a business is refused for that
            self.clean_deposit_rule(self.business.plan)


class ServiceResource(TenantRow):
    """A resource performs a service, perhaps at its own price or in its own time."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="performers", db_constraint=False)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="performs", db_constraint=False)
    price_cents = models.PositiveIntegerField(null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(DAY_MINUTES)]
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "resource"], name="service_resource_once")]

    def __str__(self) -> str:
        return f"{self.resource} performs {self.service}"
