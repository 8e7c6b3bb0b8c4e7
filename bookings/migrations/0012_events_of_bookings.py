"""What the desk looks up: the events of one booking."""

from django.db import migrations

# bookings/history.py asks with the same expression. The outbox does not know what its events are about; we do.
EVENTS = """
CREATE INDEX event_of_booking ON webhooks_event
    (business_id, (coalesce(data #>> '{booking,id}', data #>> '{deposit,booking_id}')), id)
    WHERE coalesce(data #>> '{booking,id}', data #>> '{deposit,booking_id}') IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0011_search"), ("webhooks", "0005_actors")]

    operations = [
        migrations.RunSQL(EVENTS, "DROP INDEX event_of_booking"),
    ]
