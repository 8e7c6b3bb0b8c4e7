"""Composite tenant key of customers' links, and where the mailroom begins: at the present, not with the past."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key

BEGIN_NOW = """
INSERT INTO bookings_eventreader (name, transaction, event, updated_at)
SELECT 'mailroom', pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, 4611686018427387904, now()
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_message_channels"), ("webhooks", "0003_delivery_guards")]

    operations = [
        tenant_foreign_key("bookings_managelink", "booking_id", "bookings_booking"),
        migrations.RunSQL(BEGIN_NOW, "DELETE FROM bookings_eventreader WHERE name = 'mailroom'"),
    ]
