"""Services whose start several bookings share, and which begin at fixed times."""

import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0010_waitlist"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="places",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(500)],
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="starts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(),
                blank=True,
                db_default=models.Value([]),
                default=list,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("places", None), models.Q(("places__gte", 2), ("places__lte", 500)), _connector="OR"
                ),
                name="service_places_range",
            ),
        ),
    ]
