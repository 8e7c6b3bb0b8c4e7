"""What guests agreed to when they booked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0018_series"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="consents",
            field=models.JSONField(default=dict, help_text="What the guest agreed to: see bookings/consents.py."),
        ),
    ]
