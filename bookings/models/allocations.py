"""What visits hold: resources for stretches of time, alone or shared by a class."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Func, Q, Value, When

from bookings.models.bookings import Booking
from businesses.models import Resource, Service
from businesses.models.base import TenantRow, tenant_key


class Range(Func):
    """A PostgreSQL range built from columns: Range("a", "b", function="tstzrange")."""


class ClassSession(TenantRow):
    """One start of a class: a time that several bookings share. The places that are taken are counted by the database.

    While any is taken, an allocation without a booking holds the time of each of its resources; each booking's own
    allocations point here and hold nothing besides (docs/classes.md). `companion`: the second resource.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="sessions", db_constraint=False, db_index=False
    )
    companion = models.ForeignKey(
        Resource, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    live = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_from = models.DateTimeField()
    blocked_until = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            tenant_key("classsession"),
            models.UniqueConstraint(fields=["service", "resource", "live", "starts_at"], name="class_session_once"),
            models.CheckConstraint(condition=Q(taken__gte=0, taken__lte=F("capacity")), name="class_not_oversold"),
        ]
        indexes = [
            models.Index(
                fields=["business", "live", "blocked_from"], condition=Q(taken__gt=0), name="class_session_taken"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.starts_at:%Y-%m-%d %H:%M} {self.taken}/{self.capacity}"


class Allocation(TenantRow):
    """A resource held for a part of a booking, from `blocked_from` to `blocked_until`, buffers included.

    `lane` is the resource's id, negative for test bookings: they behave alike and never meet. With a `session` it is a
    booking's part in a class, which takes so many `places` of it, or without a booking the class's own hold. All but
    parts in a class are `exclusive`: nothing else may be there.
    """

    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.CASCADE, related_name="allocations", db_constraint=False, db_index=False
    )
    session = models.ForeignKey(
        ClassSession,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_constraint=False,
        db_index=False,
    )
    places = models.PositiveSmallIntegerField(default=0, db_default=0)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="allocations", db_constraint=False, db_index=False
    )
    sequence = models.PositiveSmallIntegerField(help_text="The place of its service in the visit, from 0.")
    additional = models.BooleanField(default=False, help_text="The second resource of a service: the room.")
    live = models.BooleanField()
    active = models.BooleanField(default=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_from = models.DateTimeField()
    blocked_until = models.DateTimeField()
    lane = models.GeneratedField(
        expression=Case(When(live=True, then=F("resource_id")), default=-F("resource_id")),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    exclusive = models.GeneratedField(
        expression=ExpressionWrapper(Q(booking=None) | Q(session=None), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="allocation_no_overlap",
                expressions=[
                    (Range("lane", "lane", Value("[]"), function="int8range"), "="),
                    (Range("blocked_from", "blocked_until", function="tstzrange"), "&&"),
                ],
                condition=Q(active=True, exclusive=True),
            ),
            models.UniqueConstraint(fields=["booking", "sequence", "additional"], name="allocation_place_once"),
            models.CheckConstraint(
                condition=Q(
                    ends_at__gt=F("starts_at"), blocked_from__lte=F("starts_at"), blocked_until__gte=F("ends_at")
                ),
                name="allocation_times",
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, session=None, places=0)
                | Q(booking=None, session__isnull=False, places=0)
                | Q(booking__isnull=False, session__isnull=False, additional=True, places=0)
                | Q(booking__isnull=False, session__isnull=False, additional=False, places__gte=1),
                name="allocation_owner",
            ),
        ]
        indexes = [
            models.Index(
                fields=["business", "live", "exclusive", "blocked_from"],
                include=["resource", "blocked_until"],
                condition=Q(active=True),
                name="allocation_busy_time",
            ),
            models.Index(fields=["session"], condition=Q(session__isnull=False), name="allocation_of_session"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.blocked_from:%Y-%m-%d %H:%M}"
