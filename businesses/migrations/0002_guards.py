"""What the models cannot say: composite tenant keys, and the triggers that keep `config_version`."""

from django.db import migrations

from businesses.tenancy import counts_as_configuration, tenant_foreign_key

STATEMENT_TRIGGER = """
CREATE FUNCTION availengine_configuration_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE businesses_business SET config_version = config_version + 1
    WHERE id IN (SELECT DISTINCT business_id FROM changed);
    RETURN NULL;
END $$
"""

ROW_TRIGGER = """
CREATE FUNCTION availengine_business_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- From a sequence, whatever was written: a version never comes again, not even after a rollback.
    NEW.config_version := nextval('businesses_config_version');
    NEW.longest_block_minutes := greatest(NEW.longest_block_minutes, OLD.longest_block_minutes);
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("businesses", "0001_initial")]

    operations = [
        migrations.RunSQL(STATEMENT_TRIGGER, "DROP FUNCTION availengine_configuration_changed()"),
        migrations.RunSQL(
            "CREATE SEQUENCE businesses_config_version START 2", "DROP SEQUENCE businesses_config_version"
        ),
        migrations.RunSQL(ROW_TRIGGER, "DROP FUNCTION availengine_business_changed()"),
        migrations.RunSQL(
            "CREATE TRIGGER business_config BEFORE UPDATE ON businesses_business "
            "FOR EACH ROW EXECUTE FUNCTION availengine_business_changed()",
            "DROP TRIGGER business_config ON businesses_business",
        ),
        tenant_foreign_key("businesses_service", "category_id", "businesses_servicecategory"),
        tenant_foreign_key("businesses_serviceresource", "service_id", "businesses_service"),
        tenant_foreign_key("businesses_serviceresource", "resource_id", "businesses_resource"),
        tenant_foreign_key("businesses_openinghours", "resource_id", "businesses_resource"),
        tenant_foreign_key("businesses_closure", "resource_id", "businesses_resource"),
        counts_as_configuration("businesses_resource"),
        counts_as_configuration("businesses_servicecategory"),
        counts_as_configuration("businesses_service"),
        counts_as_configuration("businesses_serviceresource"),
        counts_as_configuration("businesses_openinghours"),
        counts_as_configuration("businesses_closure"),
    ]
