"""Who made the change that an event tells of; changes of endpoints are audited."""

from django.db import migrations, models

from businesses.tenancy import audited

# What a service writes names its actor; what triggers write has the transaction's.
DEFAULT = (
    "ALTER TABLE webhooks_event ALTER COLUMN actor SET DEFAULT coalesce(current_setting('availengine.actor', true), '')"
)


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0004_event_tenant_key"), ("businesses", "0008_audit_triggers")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="actor",
            field=models.CharField(blank=True, default="", help_text="Who made the change.", max_length=200),
        ),
        migrations.RunSQL(DEFAULT, "ALTER TABLE webhooks_event ALTER COLUMN actor DROP DEFAULT"),
        audited("webhooks_endpoint", "endpoint", unspoken="secret,former_secret,former_until,told_at,failing_since"),
    ]
