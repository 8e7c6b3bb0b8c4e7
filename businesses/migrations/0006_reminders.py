"""When customers are reminded, and whether by SMS as well. Code that does not know the columns keeps working."""

import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models

import businesses.models.business


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0005_deposit_checks"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="reminder_hours",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(
                    validators=[
                        django.core.validators.MinValueValidator(1),
                        django.core.validators.MaxValueValidator(720),
                    ]
                ),
                blank=True,
                db_default=[24],
                default=businesses.models.business.a_day_ahead,
                help_text="How many hours before a visit its customer is reminded; empty: never.",
                size=5,
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="sms_reminders",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Remind by SMS as well, and confirm by SMS where there is no e-mail address.",
            ),
        ),
    ]
