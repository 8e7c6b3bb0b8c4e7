"""The places of a class are counted by the database: whoever writes an allocation, by whatever path, cannot oversell."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key

# The check `class_not_oversold` refuses what does not fit. The class's own hold begins with its first place and ends
# with its last; who takes the first place has stored the hold already, except where a booking comes back (late money).
TAKE = """
CREATE FUNCTION availengine_take_places(wanted bigint, change int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    s bookings_classsession;
BEGIN
    UPDATE bookings_classsession SET taken = taken + change, updated_at = now() WHERE id = wanted RETURNING * INTO s;
    IF s.taken = 0 THEN
        DELETE FROM bookings_allocation WHERE session_id = s.id AND booking_id IS NULL;
    ELSIF s.taken = change THEN
        INSERT INTO bookings_allocation (business_id, session_id, service_id, resource_id, sequence, additional, live,
            active, starts_at, ends_at, blocked_from, blocked_until, updated_at)
        SELECT s.business_id, s.id, s.service_id, r.id, 0, r.additional, s.live,
            true, s.starts_at, s.ends_at, s.blocked_from, s.blocked_until, now()
        FROM (VALUES (s.resource_id, false), (s.companion_id, true)) r (id, additional)
        WHERE r.id IS NOT NULL AND NOT EXISTS (
            SELECT FROM bookings_allocation h
            WHERE h.session_id = s.id AND h.booking_id IS NULL AND h.resource_id = r.id);
    END IF;
END $$
"""

# OLD and NEW are nobody's where there is no such row: their columns are null.
COUNT = """
CREATE FUNCTION availengine_class_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before int := CASE WHEN OLD.active AND OLD.booking_id IS NOT NULL THEN OLD.places ELSE 0 END;
    after int := CASE WHEN NEW.active AND NEW.booking_id IS NOT NULL THEN NEW.places ELSE 0 END;
BEGIN
    IF OLD.session_id IS NOT DISTINCT FROM NEW.session_id THEN
        IF before <> after THEN
            PERFORM availengine_take_places(NEW.session_id, after - before);
        END IF;
    ELSE
        IF before > 0 THEN
            PERFORM availengine_take_places(OLD.session_id, -before);
        END IF;
        IF after > 0 THEN
            PERFORM availengine_take_places(NEW.session_id, after);
        END IF;
    END IF;
    IF NEW.active AND NEW.booking_id IS NOT NULL AND NEW.session_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM bookings_classsession s
        WHERE s.id = NEW.session_id AND s.live = NEW.live AND s.service_id = NEW.service_id
            AND NEW.resource_id = CASE WHEN NEW.additional THEN s.companion_id ELSE s.resource_id END
            AND (s.starts_at, s.ends_at, s.blocked_from, s.blocked_until)
                = (NEW.starts_at, NEW.ends_at, NEW.blocked_from, NEW.blocked_until)
    ) THEN
        RAISE EXCEPTION 'allocation % is not at the time and place of its class', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'class_one_place';
    END IF;
    RETURN NULL;
END $$
"""

TRIGGERS = [
    "CREATE TRIGGER class_places_insert AFTER INSERT ON bookings_allocation FOR EACH ROW "
    "WHEN (NEW.session_id IS NOT NULL AND NEW.booking_id IS NOT NULL) EXECUTE FUNCTION availengine_class_places()",
    "CREATE TRIGGER class_places_update AFTER UPDATE ON bookings_allocation FOR EACH ROW "
    "WHEN ((OLD.session_id IS NOT NULL AND OLD.booking_id IS NOT NULL) "
    "OR (NEW.session_id IS NOT NULL AND NEW.booking_id IS NOT NULL)) EXECUTE FUNCTION availengine_class_places()",
    "CREATE TRIGGER class_places_delete AFTER DELETE ON bookings_allocation FOR EACH ROW "
    "WHEN (OLD.session_id IS NOT NULL AND OLD.booking_id IS NOT NULL) EXECUTE FUNCTION availengine_class_places()",
]

# A class that is booked stays where and when it is: its bookings say the same.
STAYS = """
CREATE FUNCTION availengine_class_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'class % is booked: it stays at its time and place', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'class_one_place';
END $$
"""

PLACE = ("service_id", "resource_id", "companion_id", "live", "starts_at", "ends_at", "blocked_from", "blocked_until")

STAYS_TRIGGER = (
    "CREATE TRIGGER class_stays BEFORE UPDATE ON bookings_classsession FOR EACH ROW WHEN (OLD.taken > 0 AND ("
    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in PLACE)
    + ")) EXECUTE FUNCTION availengine_class_stays()"
)

PARTY = """
CREATE FUNCTION availengine_party_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE bookings_allocation SET places = NEW.party_size
    WHERE booking_id = NEW.id AND places > 0 AND places <> NEW.party_size;
    RETURN NULL;
END $$
"""

# Classes to come follow the size of their service, down to the places that are taken.
SIZE = """
CREATE FUNCTION availengine_class_size_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE bookings_classsession SET capacity = greatest(taken, NEW.places), updated_at = now()
    WHERE business_id = NEW.business_id AND service_id = NEW.id AND starts_at > now() AND capacity <> NEW.places;
    RETURN NULL;
END $$
"""

FUNCTIONS = {
    "availengine_take_places(bigint, int)": TAKE,
    "availengine_class_places()": COUNT,
    "availengine_class_stays()": STAYS,
    "availengine_party_changed()": PARTY,
    "availengine_class_size_changed()": SIZE,
}


class Migration(migrations.Migration):
    dependencies = [("bookings", "0016_classes")]

    operations = [
        tenant_foreign_key("bookings_classsession", "service_id", "businesses_service"),
        tenant_foreign_key("bookings_classsession", "resource_id", "businesses_resource"),
        tenant_foreign_key("bookings_classsession", "companion_id", "businesses_resource"),
        tenant_foreign_key("bookings_allocation", "session_id", "bookings_classsession"),
        *(migrations.RunSQL(body, f"DROP FUNCTION {name}") for name, body in FUNCTIONS.items()),
        migrations.RunSQL(
            TRIGGERS,
            [f"DROP TRIGGER class_places_{event} ON bookings_allocation" for event in ("insert", "update", "delete")],
        ),
        migrations.RunSQL(STAYS_TRIGGER, "DROP TRIGGER class_stays ON bookings_classsession"),
        migrations.RunSQL(
            "CREATE TRIGGER booking_party_changed AFTER UPDATE OF party_size ON bookings_booking FOR EACH ROW "
            "WHEN (OLD.party_size <> NEW.party_size) EXECUTE FUNCTION availengine_party_changed()",
            "DROP TRIGGER booking_party_changed ON bookings_booking",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER class_size_changed AFTER UPDATE OF places ON businesses_service FOR EACH ROW "
            "WHEN (NEW.places IS NOT NULL AND OLD.places IS DISTINCT FROM NEW.places) "
            "EXECUTE FUNCTION availengine_class_size_changed()",
            "DROP TRIGGER class_size_changed ON businesses_service",
        ),
    ]
