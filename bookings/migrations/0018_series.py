"""Visits that were booked together, every so many days, weeks or months."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from businesses.tenancy import tenant_foreign_key


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0017_class_guards"),
        ("businesses", "0011_class_services"),
        ("payments", "0006_actors"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="occurrence",
            field=models.PositiveSmallIntegerField(blank=True, help_text="Its place in the series, from 1.", null=True),
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("live", models.BooleanField()),
                (
                    "unit",
                    models.CharField(choices=[("day", "Day"), ("week", "Week"), ("month", "Month")], max_length=5),
                ),
                ("every", models.PositiveSmallIntegerField()),
                ("count", models.PositiveSmallIntegerField()),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="businesses.business"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "series",
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="series",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="bookings.series",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("occurrence", None), ("series", None)),
                    models.Q(("occurrence__gte", 1), ("series__isnull", False)),
                    _connector="OR",
                ),
                name="booking_occurrence",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("series__isnull", False)),
                fields=("series", "occurrence"),
                name="booking_occurrence_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(fields=("business", "id"), name="series_tenant_key"),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gte", 1), ("count__lte", 52), ("every__gte", 1), ("every__lte", 52)),
                name="series_size",
            ),
        ),
        tenant_foreign_key("bookings_booking", "series_id", "bookings_series"),
    ]
