"""No entry, offer, link or message of the waitlist points into another business."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key

ENTRY = "bookings_waitlistentry"


class Migration(migrations.Migration):
    dependencies = [("bookings", "0014_waitlist")]

    operations = [
        tenant_foreign_key(ENTRY, "customer_id", "bookings_customer"),
        tenant_foreign_key("bookings_waitlistoffer", "entry_id", ENTRY),
        tenant_foreign_key("bookings_waitlistoffer", "booking_id", "bookings_booking"),
        tenant_foreign_key("bookings_waitlistlink", "entry_id", ENTRY),
        tenant_foreign_key("bookings_message", "entry_id", ENTRY),
    ]
