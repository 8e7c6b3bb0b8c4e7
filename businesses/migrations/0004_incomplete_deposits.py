"""A deposit without an amount was never taken: such a rule says so now, and the checks that follow accept it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("businesses", "0003_deposit_rules")]

    operations = [
        migrations.RunSQL(
            "UPDATE businesses_business SET deposit_type = 'none' "
            "WHERE deposit_type <> 'none' AND coalesce(deposit_amount_cents, 0) < 1",
            migrations.RunSQL.noop,
        )
    ]
