"""What the models cannot say: composite tenant keys, the feed's order, and deliveries written by the database itself."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key

# Events are numbered when they are written and seen when their transaction commits: a reader who goes by numbers
# alone would pass over those that commit late. So a feed goes by transaction, and waits for the open ones.
TRANSACTION = """
ALTER TABLE webhooks_event ADD COLUMN transaction xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX event_by_transaction ON webhooks_event (business_id, live, transaction, id);
CREATE INDEX event_stream ON webhooks_event (transaction, id);
"""

FAN_OUT = """
CREATE FUNCTION availengine_fan_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhooks_delivery (uuid, business_id, event_id, endpoint_id, state, attempts, next_try_at, updated_at)
    SELECT gen_random_uuid(), e.business_id, NEW.id, e.id, 'pending', 0, now(), now()
    FROM webhooks_endpoint e
    WHERE e.business_id = NEW.business_id AND e.live = NEW.live AND e.active AND e.deleted_at IS NULL
      AND (cardinality(e.events) = 0 OR NEW.type = ANY (e.events));
    RETURN NULL;
END $$
"""

ANNOUNCE = """
CREATE FUNCTION availengine_announce_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM written) THEN
        PERFORM pg_notify('availengine_deliveries', '');
    END IF;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_delivery")]

    operations = [
        tenant_foreign_key("webhooks_delivery", "endpoint_id", "webhooks_endpoint"),
        tenant_foreign_key("webhooks_attempt", "delivery_id", "webhooks_delivery"),
        migrations.RunSQL(TRANSACTION, "ALTER TABLE webhooks_event DROP COLUMN transaction"),
        migrations.RunSQL(FAN_OUT, "DROP FUNCTION availengine_fan_out()"),
        migrations.RunSQL(
            "CREATE TRIGGER event_fan_out AFTER INSERT ON webhooks_event "
            "FOR EACH ROW WHEN (NEW.type <> 'endpoint.test') EXECUTE FUNCTION availengine_fan_out()",
            "DROP TRIGGER event_fan_out ON webhooks_event",
        ),
        migrations.RunSQL(ANNOUNCE, "DROP FUNCTION availengine_announce_deliveries()"),
        migrations.RunSQL(
            "CREATE TRIGGER delivery_announced AFTER INSERT ON webhooks_delivery REFERENCING NEW TABLE AS written "
            "FOR EACH STATEMENT EXECUTE FUNCTION availengine_announce_deliveries()",
            "DROP TRIGGER delivery_announced ON webhooks_delivery",
        ),
    ]
