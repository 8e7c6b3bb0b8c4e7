"""Composite tenant keys, and a ledger that can only grow."""

from django.db import migrations

from businesses.tenancy import tenant_foreign_key

APPEND_ONLY = """
CREATE FUNCTION availengine_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: % is not allowed', TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_settlement")]

    operations = [
        tenant_foreign_key("payments_instruction", "deposit_id", "payments_deposit"),
        tenant_foreign_key("payments_ledgerentry", "deposit_id", "payments_deposit"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION availengine_ledger_only_grows()"),
        migrations.RunSQL(
            "CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE ON payments_ledgerentry "
            "FOR EACH ROW EXECUTE FUNCTION availengine_ledger_only_grows()",
            "DROP TRIGGER ledger_only_grows ON payments_ledgerentry",
        ),
    ]
