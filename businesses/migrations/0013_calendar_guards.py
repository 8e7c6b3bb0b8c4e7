"""Calendars stay within their tenant; what people change of them is audited, what a feed blocks is not."""

from django.db import migrations

from businesses.tenancy import audited, tenant_foreign_key

STATE = "url,next_poll_at,leased_until,etag,last_modified,digest,expanded_for,last_success_at,emptied_at"
STATE += ",failures,failing_since,problem,problem_detail,told_at"

# Periods of somebody's own calendar come and go by the hundred, and are nobody's decision.
BY_HAND = [
    "DROP TRIGGER businesses_closure_audit ON businesses_closure",
    "CREATE TRIGGER businesses_closure_audit AFTER INSERT OR UPDATE ON businesses_closure "
    "FOR EACH ROW WHEN (NEW.feed_id IS NULL) EXECUTE FUNCTION availengine_audit('closure', 'feed_id')",
    "CREATE TRIGGER businesses_closure_audit_removed AFTER DELETE ON businesses_closure "
    "FOR EACH ROW WHEN (OLD.feed_id IS NULL) EXECUTE FUNCTION availengine_audit('closure', 'feed_id')",
]
AS_BEFORE = [
    "DROP TRIGGER businesses_closure_audit_removed ON businesses_closure",
    "DROP TRIGGER businesses_closure_audit ON businesses_closure",
    "CREATE TRIGGER businesses_closure_audit AFTER INSERT OR UPDATE OR DELETE ON businesses_closure "
    "FOR EACH ROW EXECUTE FUNCTION availengine_audit('closure', '')",
]


class Migration(migrations.Migration):
    dependencies = [("businesses", "0012_calendars")]

    operations = [
        tenant_foreign_key("businesses_calendaraddress", "resource_id", "businesses_resource"),
        tenant_foreign_key("businesses_calendarfeed", "resource_id", "businesses_resource"),
        tenant_foreign_key("businesses_closure", "feed_id", "businesses_calendarfeed"),
        audited("businesses_calendaraddress", "calendar address", unspoken="digest"),
        audited("businesses_calendarfeed", "calendar feed", unspoken=STATE),
        migrations.RunSQL(BY_HAND, AS_BEFORE),
    ]
