"""Whether a business keeps a waitlist, and for how long a freed time is offered."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("businesses", "0009_invitations"),
    ]

    operations = [
        migrations.AddField(
            model_name="business",
            name="waitlist",
            field=models.BooleanField(
                db_default=True, default=True, help_text="Whether people may wait for a time that is taken."
            ),
        ),
        migrations.AddField(
            model_name="business",
            name="waitlist_offer_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text="How long a freed time is held for who waited for it.",
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(1440),
                ],
            ),
        ),
    ]
