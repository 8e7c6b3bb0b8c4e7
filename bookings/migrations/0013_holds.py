"""Times that are held for somebody, and are not booked yet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0012_events_of_bookings"),
        ("businesses", "0009_invitations"),
        ("payments", "0006_actors"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="held_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="booking",
            name="holder",
            field=models.CharField(blank=True, default="", help_text="Who held its time, or empty.", max_length=80),
        ),
        migrations.AddField(
            model_name="booking",
            name="visitor",
            field=models.CharField(blank=True, default="", help_text="A digest of a holder's address.", max_length=64),
        ),
        migrations.AlterField(
            model_name="booking",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="bookings.customer",
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("held_until__isnull", False)), fields=["held_until"], name="booking_held_until"
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_until", None), ("status__in", ("pending", "cancelled")), _connector="OR"),
                name="booking_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer__isnull", False), ("held_until__isnull", False), _connector="OR"),
                name="booking_of_somebody",
            ),
        ),
    ]
