"""Changes of the catalogue, the schedule and customers write their events by themselves, whoever makes them."""

from django.db import migrations

# The catalogue serves live and test bookings alike: both are told.
RECORD = """
CREATE FUNCTION availengine_record_change(business bigint, kind text, payload jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO webhooks_event (uuid, business_id, type, live, data)
    SELECT gen_random_uuid(), business, kind, mode, payload FROM (VALUES (true), (false)) modes (mode)
$$
"""

RESOURCE = """
CREATE FUNCTION availengine_resource_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM availengine_record_change(NEW.business_id, 'resource.updated', jsonb_build_object('resource',
        jsonb_build_object('id', NEW.uuid, 'name', NEW.name, 'kind', NEW.kind, 'section', nullif(NEW.section, ''),
            'capacity_min', NEW.capacity_min, 'capacity_max', NEW.capacity_max, 'active', NEW.active,
            'bookable_online', NEW.bookable_online, 'deleted', NEW.deleted_at IS NOT NULL)));
    RETURN NULL;
END $$
"""

SERVICE = """
CREATE FUNCTION availengine_service_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM availengine_record_change(NEW.business_id, 'service.updated', jsonb_build_object('service',
        jsonb_build_object('id', NEW.uuid, 'name', NEW.name, 'duration_minutes', NEW.duration_minutes,
            'buffer_before_minutes', NEW.buffer_before_minutes, 'buffer_after_minutes', NEW.buffer_after_minutes,
            'price_cents', NEW.price_cents, 'active', NEW.active, 'bookable_online', NEW.bookable_online,
            'deleted', NEW.deleted_at IS NOT NULL)));
    RETURN NULL;
END $$
"""

PERFORMERS = """
CREATE FUNCTION availengine_performers_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM availengine_record_change(s.business_id, 'service.updated', jsonb_build_object('service',
        jsonb_build_object('id', s.uuid, 'name', s.name, 'duration_minutes', s.duration_minutes,
            'buffer_before_minutes', s.buffer_before_minutes, 'buffer_after_minutes', s.buffer_after_minutes,
            'price_cents', s.price_cents, 'active', s.active, 'bookable_online', s.bookable_online,
            'deleted', s.deleted_at IS NOT NULL)))
    FROM businesses_service s WHERE s.id IN (SELECT service_id FROM changed);
    RETURN NULL;
END $$
"""

SCHEDULE = """
CREATE FUNCTION availengine_schedule_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM availengine_record_change(c.business_id, 'schedule.updated', jsonb_build_object('schedule',
        jsonb_build_object('resource_id', r.uuid)))
    FROM (SELECT DISTINCT business_id, resource_id FROM changed) c
    LEFT JOIN businesses_resource r ON r.id = c.resource_id;
    RETURN NULL;
END $$
"""

RULES = """
CREATE FUNCTION availengine_rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM availengine_record_change(NEW.id, 'schedule.updated',
        jsonb_build_object('schedule', jsonb_build_object('resource_id', NULL)));
    RETURN NULL;
END $$
"""

CUSTOMER = """
CREATE FUNCTION availengine_customer_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhooks_event (uuid, business_id, type, live, data)
    VALUES (gen_random_uuid(), NEW.business_id, 'customer.updated', NEW.live, jsonb_build_object('customer',
        jsonb_build_object('id', NEW.uuid, 'first_name', NEW.first_name, 'last_name', NEW.last_name,
            'email', nullif(NEW.email, ''), 'phone', nullif(NEW.phone, ''), 'deleted', NEW.deleted_at IS NOT NULL)));
    RETURN NULL;
END $$
"""


def function(body: str) -> migrations.RunSQL:
    name = body.split("FUNCTION ")[1].split("(")[0]
    return migrations.RunSQL(body, f"DROP FUNCTION {name}")


def per_row(table: str, name: str) -> migrations.RunSQL:
    """One event per row; a row that was saved without a change is none."""
    create = [
        f"CREATE TRIGGER {table}_told_insert AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        f"CREATE TRIGGER {table}_told_update AFTER UPDATE ON {table} FOR EACH ROW "
        f"WHEN (to_jsonb(OLD) - 'updated_at' IS DISTINCT FROM to_jsonb(NEW) - 'updated_at') EXECUTE FUNCTION {name}()",
    ]
    drop = [f"DROP TRIGGER {table}_told_{event} ON {table}" for event in ("insert", "update")]
    return migrations.RunSQL(create, drop)


def per_statement(table: str, name: str) -> migrations.RunSQL:
    """One event per statement, however many rows it touches."""
    create = [
        f"CREATE TRIGGER {table}_told_{event} AFTER {event.upper()} ON {table} "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        for event, rows in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))
    ]
    drop = [f"DROP TRIGGER {table}_told_{event} ON {table}" for event in ("insert", "update", "delete")]
    return migrations.RunSQL(create, drop)


BOOKING_RULES = ("slot_interval_minutes", "lead_time_minutes", "window_days", "timezone", "auto_confirm")


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0004_message_guards"),
        ("businesses", "0005_deposit_checks"),
        ("webhooks", "0003_delivery_guards"),
    ]

    operations = [
        function(RECORD),
        function(RESOURCE),
        function(SERVICE),
        function(PERFORMERS),
        function(SCHEDULE),
        function(RULES),
        function(CUSTOMER),
        per_row("businesses_resource", "availengine_resource_changed"),
        per_row("businesses_service", "availengine_service_changed"),
        per_row("bookings_customer", "availengine_customer_changed"),
        per_statement("businesses_serviceresource", "availengine_performers_changed"),
        per_statement("businesses_openinghours", "availengine_schedule_changed"),
        per_statement("businesses_closure", "availengine_schedule_changed"),
        migrations.RunSQL(
            "CREATE TRIGGER business_rules_told AFTER UPDATE ON businesses_business FOR EACH ROW WHEN ("
            + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in BOOKING_RULES)
            + ") EXECUTE FUNCTION availengine_rules_changed()",
            "DROP TRIGGER business_rules_told ON businesses_business",
        ),
    ]
