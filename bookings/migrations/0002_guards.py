"""Composite tenant keys: the database refuses a booking or an allocation that points into another business."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("businesses", "0002_guards"),
        ("payments", "0001_initial"),
    ]

    operations = [
        tenant_foreign_key("bookings_booking", "customer_id", "bookings_customer"),
        tenant_foreign_key("bookings_booking", "deposit_id", "payments_deposit"),
        tenant_foreign_key("bookings_allocation", "booking_id", "bookings_booking"),
        tenant_foreign_key("bookings_allocation", "service_id", "businesses_service"),
        tenant_foreign_key("bookings_allocation", "resource_id", "businesses_resource"),
    ]
