"""Every change of a business's set-up is noted by the database itself, whoever makes it."""

from django.db import migrations

from businesses.tenancy import audited

AUDIT = """
CREATE FUNCTION availengine_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unspoken text[] := string_to_array('id,uuid,business_id,created_at,updated_at,deleted_at,' || TG_ARGV[1], ',');
    entry jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) - unspoken END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) - unspoken END;
    removed boolean := TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND entry ->> 'deleted_at' IS NOT NULL);
    differing jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(before -> name, after -> name)), '{}') INTO differing
    FROM jsonb_object_keys(before || after) name WHERE before -> name IS DISTINCT FROM after -> name;
    IF differing = '{}' AND NOT removed THEN
        RETURN NULL;
    END IF;
    INSERT INTO businesses_auditentry (business_id, created_at, actor, action, subject, "row", name, changes)
    VALUES (
        coalesce(entry ->> 'business_id', entry ->> 'id')::bigint, now(),
        coalesce(current_setting('availengine.actor', true), ''),
        CASE WHEN removed THEN 'removed' WHEN TG_OP = 'INSERT' THEN 'added' ELSE 'changed' END,
        TG_ARGV[0], (entry ->> 'id')::bigint, left(coalesce(entry ->> 'name', entry ->> 'url', ''), 200), differing
    );
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("businesses", "0007_audit")]

    operations = [
        migrations.RunSQL(AUDIT, "DROP FUNCTION availengine_audit()"),
        audited(
            "businesses_business",
            "business",
            unspoken="config_version,longest_block_minutes",
            events="INSERT OR UPDATE",  # entries are of businesses that there are
        ),
        audited("businesses_resource", "resource"),
        audited("businesses_servicecategory", "category"),
        audited("businesses_service", "service"),
        audited("businesses_serviceresource", "performer"),
        audited("businesses_openinghours", "opening hours"),
        audited("businesses_closure", "closure"),
        audited("businesses_apikey", "key", unspoken="digest,last_used_at"),
        audited("businesses_member", "member", unspoken="invitation_digest"),
    ]
