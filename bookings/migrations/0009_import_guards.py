"""Composite tenant keys of what was imported; customers who are taken over from another system are no news."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key

TABLE = "bookings_customer"
INSERTED = f"CREATE TRIGGER {TABLE}_told_insert AFTER INSERT ON {TABLE} FOR EACH ROW"
TELL = "EXECUTE FUNCTION availengine_customer_changed()"
DROP = f"DROP TRIGGER {TABLE}_told_insert ON {TABLE}"
# Set for one transaction by bookings/importing.py.
UNLESS_IMPORTING = "WHEN (current_setting('availengine.importing', true) IS DISTINCT FROM 'on')"


class Migration(migrations.Migration):
    dependencies = [("bookings", "0008_imports")]

    operations = [
        tenant_foreign_key("bookings_imported", "booking_id", "bookings_booking"),
        tenant_foreign_key("bookings_imported", "customer_id", "bookings_customer"),
        migrations.RunSQL([DROP, f"{INSERTED} {UNLESS_IMPORTING} {TELL}"], [DROP, f"{INSERTED} {TELL}"]),
    ]
