"""Deposits that are asked for later, of bookings that stand without them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_entry_by_time")]

    operations = [
        migrations.AddField(
            model_name="deposit",
            name="standing",
            field=models.BooleanField(db_default=False, help_text="Asked for later: the booking stands, paid or not."),
        ),
    ]
