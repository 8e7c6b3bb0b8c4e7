"""Searching people and bookings by the beginning of a name or an address, without case and accents."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import bookings.models

# As `bookings.search.folded`.
FOLDED = r"""
CREATE FUNCTION availengine_folded(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(regexp_replace(normalize(lower(said), NFD), '[\u0300-\u036f]', '', 'g'), 'ς', 'σ')
$$
"""
BOTH = """
CREATE FUNCTION availengine_folded(first text, last text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT public.availengine_folded(first || ' ' || last)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0010_merged_customers")]

    operations = [
        migrations.RunSQL(FOLDED, "DROP FUNCTION availengine_folded(text)"),
        migrations.RunSQL(BOTH, "DROP FUNCTION availengine_folded(text, text)"),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                models.F("business"),
                models.F("live"),
                django.contrib.postgres.indexes.OpClass(
                    bookings.models.Folded("guest_first_name", "guest_last_name"), "text_pattern_ops"
                ),
                name="booking_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                models.F("business"),
                models.F("live"),
                django.contrib.postgres.indexes.OpClass(
                    bookings.models.Folded("guest_last_name", "guest_first_name"), "text_pattern_ops"
                ),
                name="booking_by_last_name",
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                models.F("business"),
                models.F("live"),
                django.contrib.postgres.indexes.OpClass(bookings.models.Folded("guest_email"), "text_pattern_ops"),
                name="booking_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("business"),
                models.F("live"),
                django.contrib.postgres.indexes.OpClass(
                    bookings.models.Folded("first_name", "last_name"), "text_pattern_ops"
                ),
                name="customer_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("business"),
                models.F("live"),
                django.contrib.postgres.indexes.OpClass(
                    bookings.models.Folded("last_name", "first_name"), "text_pattern_ops"
                ),
                name="customer_by_last_name",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("business"),
                models.F("live"),
                django.contrib.postgres.indexes.OpClass(bookings.models.Folded("email"), "text_pattern_ops"),
                name="customer_by_email",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                models.F("business"),
                models.F("live"),
                django.contrib.postgres.indexes.OpClass(models.F("phone_key"), "text_pattern_ops"),
                name="customer_by_phone",
            ),
        ),
    ]
