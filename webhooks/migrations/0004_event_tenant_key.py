"""Deliveries belong to the business of their event; claims find what is due, and what is leased, by an index."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from businesses.tenancy import tenant_foreign_key


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0003_delivery_guards")]

    operations = [
        migrations.AddConstraint("event", models.UniqueConstraint(fields=["business", "id"], name="event_tenant_key")),
        migrations.RemoveIndex("event", "event_feed"),
        migrations.AlterField(
            "delivery",
            "event",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="webhooks.event",
            ),
        ),
        tenant_foreign_key("webhooks_delivery", "event_id", "webhooks_event"),
        migrations.RemoveIndex("delivery", "delivery_due"),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["endpoint", "next_try_at", "id"], condition=Q(state="pending"), name="delivery_due"),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["leased_until"], condition=Q(leased_until__isnull=False), name="delivery_leased"),
        ),
    ]
