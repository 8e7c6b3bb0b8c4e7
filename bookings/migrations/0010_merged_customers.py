"""Who was merged into whom."""

import django.db.models.deletion
from django.db import migrations, models

from businesses.tenancy import tenant_foreign_key


class Migration(migrations.Migration):
    dependencies = [("bookings", "0009_import_guards")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="bookings.customer",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("merged_into", None), _negated=True),
                fields=["business", "merged_into"],
                name="customer_merged",
            ),
        ),
        tenant_foreign_key("bookings_customer", "merged_into_id", "bookings_customer"),
    ]
