"""Composite tenant key of messages."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key


class Migration(migrations.Migration):
    dependencies = [("bookings", "0003_messages")]

    operations = [tenant_foreign_key("bookings_message", "booking_id", "bookings_booking")]
