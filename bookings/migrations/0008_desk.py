"""What the desk looks up: the events of one booking, and customers by the beginning of a number or a name."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper

# bookings/history.py asks with the same expression. The outbox does not know what its events are about; we do.
EVENTS = """
CREATE INDEX event_of_booking ON webhooks_event
    (business_id, (coalesce(data #>> '{booking,id}', data #>> '{deposit,booking_id}')), id)
    WHERE coalesce(data #>> '{booking,id}', data #>> '{deposit,booking_id}') IS NOT NULL
"""


def beginning(field: str, name: str) -> migrations.AddIndex:
    expression = OpClass(Upper(field), name="text_pattern_ops")
    index = models.Index("business", "live", expression, condition=models.Q(deleted_at=None), name=name)
    return migrations.AddIndex("customer", index)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0007_message_channel_guards"), ("webhooks", "0005_actors")]

    operations = [
        migrations.RunSQL(EVENTS, "DROP INDEX event_of_booking"),
        beginning("phone_key", "customer_by_phone"),
        beginning("first_name", "customer_by_first_name"),
        beginning("last_name", "customer_by_last_name"),
    ]
